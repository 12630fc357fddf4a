/// Why a policy is refused, or could not be decided. Both mean: do not allow.
public enum PolicyError: Error, Equatable, Sendable {
    /// The policy, one of its statements or one of its selectors is not of the form the specification gives.
    case malformed
    /// The policy is larger or deeper than is accepted, or deciding it would cost more than is allowed.
    case limitExceeded
}
