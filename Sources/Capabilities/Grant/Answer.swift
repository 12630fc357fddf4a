internal import DumpIdentity
public import IPLD
public import Sodium

/// What the owner answers to a request; it is stored and travels sealed to the viewer.
public enum Answer: Sendable, Equatable {
    /// The owner said no.
    case denied
    /// The owner approved, perhaps less than was asked.
    case approved(Approval)

    /// What an approval brings.
    public struct Approval: Sendable, Equatable {
        /// The grant.
        public let grant: Grant
        /// The grant key, from which the keys of the disclosed fields follow.
        public let key: [UInt8]
        /// The link between pseudonym and profile.
        public let link: LinkStatement

        /// An approval.
        public init(grant: Grant, key: [UInt8], link: LinkStatement) {
            self.grant = grant
            self.key = key
            self.link = link
        }

        /// The approval as IPLD.
        public var value: Value {
            [
                "grant": .bytes(grant.delegation.envelope.bytes), "key": .bytes(key),
                "link": .list(link.envelopes.map { .bytes($0) }),
            ]
        }

        /// Reads an approval and checks its link statement against its grant.
        ///
        /// - Throws: ``CapabilityError/malformed`` and what ``LinkStatement/init(verifying:for:)`` throws.
        public init(_ value: Value) throws(CapabilityError) {
            guard let map = value.mapValue else { throw .malformed }
            var reader = MapReader(map)
            let parts = try readingIPLD { () throws(IPLDError) in
                let parts = (
                    grant: try reader.bytes("grant"), key: try reader.bytes("key"), link: try reader.list("link")
                )
                try reader.finish()
                return parts
            }
            guard parts.key.count == Disclosure.keyLength else { throw .malformed }
            grant = try Grant(Delegation(decoding: parts.grant))
            key = parts.key
            let halves = parts.link.compactMap(\.bytesValue)
            guard halves.count == parts.link.count else { throw .malformed }
            link = try LinkStatement(verifying: halves, for: grant)
        }
    }

    /// How answers are sealed: a refusal is as long as an approval.
    static let kind = SealedKind("dump/v1/answer", sizeClasses: [4_096])

    /// Seals the answer to the viewer.
    ///
    /// - Throws: ``CapabilityError/malformed`` where the viewer's key cannot be sealed to.
    public func sealed(to viewer: Principal) throws(CapabilityError) -> [UInt8] {
        let value: Value =
            switch self {
            case .denied: ["decision": "denied"]
            case .approved(let approval): ["decision": "approved", "approval": approval.value]
            }
        do { return try SealedValue.seal(value, kind: Answer.kind, to: viewer) } catch { throw CapabilityError(error) }
    }

    /// Opens an answer as the viewer; an approval's link statement has been checked.
    ///
    /// - Throws: ``CapabilityError/malformed``; ``CapabilityError/invalidAudience`` for a grant to another viewer; and
    ///   what reading an approval throws.
    public init(opening ciphertext: [UInt8], with key: borrowing SigningKey) throws(CapabilityError) {
        let value: Value
        do {
            value = try SealedValue.open(ciphertext, kind: Answer.kind, with: key)
        } catch { throw CapabilityError(error) }
        let map = value.mapValue ?? Map()
        switch map["decision"] {
        case "denied" where map.count == 1: self = .denied
        case "approved" where map.count == 2:
            let approval = try Approval(map["approval"] ?? .null)
            let viewer = try usingIdentity { () throws(IdentityError) in try key.principal() }
            guard approval.grant.viewer == viewer else { throw .invalidAudience }
            self = .approved(approval)
        default: throw .malformed
        }
    }
}
