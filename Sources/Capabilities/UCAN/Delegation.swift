public import DumpIdentity
public import IPLD
public import Sodium

/// A UCAN delegation, read but not verified: `issuer` lets `audience` do `command` with `subject`, within `policy`.
///
/// Source: UCAN 1.0 delegation specification, "Delegation Payload".
public struct Delegation: Sendable, Equatable {
    /// The type tag of the envelope.
    public static let tag = "ucan/dlg@1.0.0"
    /// The largest accepted delegation in bytes.
    public static let maximumLength = 32 * 1024

    /// The envelope as received.
    public let envelope: Envelope
    /// Who gives the capability.
    public let issuer: Principal
    /// Who receives it.
    public let audience: Principal
    /// What it is about; `nil` for a powerline, which passes on whatever subject the chain has.
    public let subject: Principal?
    /// What it allows.
    public let command: Command
    /// What the arguments must satisfy.
    public let policy: Policy
    /// What makes it unique.
    public let nonce: [UInt8]
    /// Asserted data that is no authority; `nil` where absent.
    public let meta: Map?
    /// The first second at which it is valid, in Unix seconds; `nil` for no bound.
    public let notBefore: Int64?
    /// The last second at which it is valid, in Unix seconds; `nil` for no bound.
    public let expiration: Int64?

    /// The name of the delegation.
    public let cid: CID

    /// Reads a delegation. Its signature is not checked: that is the chain's work.
    ///
    /// - Throws: ``CapabilityError/malformed``, ``CapabilityError/limitExceeded``.
    public init(decoding bytes: [UInt8]) throws(CapabilityError) {
        let envelope = try usingIdentity { () throws(IdentityError) in
            let envelope = try Envelope(decoding: bytes, limit: Delegation.maximumLength)
            try envelope.require(tag: Delegation.tag)
            return envelope
        }
        var reader = MapReader(envelope.payload)
        let fields = try readingIPLD { () throws(IPLDError) in
            let fields = (
                issuer: try Principal(did: reader.string("iss")), audience: try Principal(did: reader.string("aud")),
                subject: try reader.nullableString("sub"), command: try reader.string("cmd"),
                policy: try reader.value("pol"), nonce: try reader.bytes("nonce"),
                meta: try reader.optionalMap("meta"), notBefore: try reader.optionalInt("nbf"),
                expiration: try reader.nullableInt("exp")
            )
            try reader.finish()
            return fields
        }
        self.envelope = envelope
        issuer = fields.issuer
        audience = fields.audience
        if let did = fields.subject {
            subject = try readingIPLD { () throws(IPLDError) in try Principal(did: did) }
        } else {
            subject = nil
        }
        command = try Command(fields.command)
        do { policy = try Policy(fields.policy) } catch { throw .malformed }
        nonce = fields.nonce
        meta = fields.meta
        notBefore = try Delegation.time(fields.notBefore)
        expiration = try Delegation.time(fields.expiration)
        cid = envelope.cid
    }

    /// Signs a delegation.
    ///
    /// - Throws: ``CapabilityError/malformed`` where `meta` holds what DAG-CBOR does not allow.
    public static func sign(
        to audience: Principal, subject: Principal?, command: Command, policy: Policy, meta: Map? = nil,
        notBefore: Int64? = nil, expiration: Int64?, with key: borrowing SigningKey, random: RandomSource = .system
    ) throws(CapabilityError) -> Delegation {
        let issuer: Principal
        do { issuer = try key.principal() } catch { throw CapabilityError(error) }
        var payload = Map()
        payload["iss"] = .string(issuer.did)
        payload["aud"] = .string(audience.did)
        payload["sub"] = subject.map { .string($0.did) } ?? .null
        payload["cmd"] = .string(command.string)
        payload["pol"] = policy.value
        payload["nonce"] = .bytes(random.bytes(16))
        payload["meta"] = meta.map { .map($0) }
        payload["nbf"] = notBefore.map { .int($0) }
        payload["exp"] = expiration.map { .int($0) } ?? .null
        let envelope: Envelope
        do { envelope = try Envelope.sign(payload, tag: tag, with: key) } catch { throw CapabilityError(error) }
        return try Delegation(decoding: envelope.bytes)
    }

    /// Checks that the delegation is valid at a time; both bounds are themselves valid.
    ///
    /// - Throws: ``CapabilityError/expired``, ``CapabilityError/tooEarly``.
    public func checkTime(at time: Int64) throws(CapabilityError) {
        if let expiration, time > expiration { throw .expired }
        if let notBefore, time < notBefore { throw .tooEarly }
    }

    /// A time of a payload: not negative, at most 53 bits.
    static func time(_ value: Int64?) throws(CapabilityError) -> Int64? {
        guard let value else { return nil }
        guard (0...(1 << 53 - 1)).contains(value) else { throw .malformed }
        return value
    }
}
