internal import IPLD

/// Which versions of UCAN are read: always 1.0.0 as it was published, and its release candidate only where asked for.
///
/// The delegation and invocation specifications still print the candidate's tag; see `docs/spec.md`.
public enum UCANVersions: Sendable {
    /// `1.0.0` alone.
    case final
    /// `1.0.0` and `1.0.0-rc.1`.
    case finalAndCandidate

    /// The tag that is accepted beside the published one; `nil` for none.
    func candidate(_ tag: String) -> String? {
        switch self {
        case .final: nil
        case .finalAndCandidate: tag + "-rc.1"
        }
    }

    /// Whether a tag is the published one or an accepted candidate's.
    func accepts(_ tag: String, for published: String) -> Bool {
        tag.hasSameBytes(as: published) || candidate(published).map(tag.hasSameBytes) == true
    }
}
