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
    /// Asserted data that is no authority, as it was received; `nil` where absent.
    private let asserted: Asserted
    /// The first second at which it is valid, in Unix seconds; `nil` for no bound.
    public let notBefore: Int64?
    /// The last second at which it is valid, in Unix seconds; `nil` for no bound.
    public let expiration: Int64?

    /// Asserted data that is no authority; `nil` where absent. Taken apart each time it is asked for.
    public var meta: Map? {
        switch asserted {
        case .nothing: nil
        case .received(let item): item.value.mapValue
        case .written(let map): map
        }
    }
    /// The name of the delegation.
    public var cid: CID { envelope.cid }

    /// Reads a delegation. Its signature is not checked: that is the chain's work.
    ///
    /// - Throws: ``CapabilityError/malformed``, ``CapabilityError/limitExceeded``, ``CapabilityError/invalidSignature``
    ///   where the signature has not 64 bytes.
    public init(decoding bytes: [UInt8], accepting versions: UCANVersions = .final) throws(CapabilityError) {
        let (envelope, fields): (Envelope, Fields) = try usingIdentity { () throws(IdentityError) in
            try Envelope.open(
                bytes, tag: Delegation.tag, or: versions.candidate(Delegation.tag), limit: Delegation.maximumLength
            ) { reader throws(IPLDError) in try Fields(&reader) }
        }
        do { policy = try Policy(fields.policy) } catch { throw .malformed }
        self.envelope = envelope
        issuer = fields.issuer
        audience = fields.audience
        subject = fields.subject
        command = try Command(utf8: fields.command)
        nonce = Array(fields.nonce)
        asserted = fields.meta.map { .received($0) } ?? .nothing
        notBefore = try Delegation.time(fields.notBefore)
        expiration = try Delegation.time(fields.expiration)
    }

    /// The payload's fields, in the canonical order of their keys.
    private struct Fields {
        let (audience, issuer): (Principal, Principal)
        let command, nonce: ArraySlice<UInt8>
        let expiration, notBefore: Int64?
        let policy: CBORItem
        let subject: Principal?
        let meta: CBORItem?

        init(_ reader: inout FieldReader) throws(IPLDError) {
            let audience = try reader.principal("aud")
            command = try reader.unvalidatedText("cmd")
            expiration = try reader.nullableInt("exp")
            (self.audience, issuer) = (audience, try reader.principal("iss"))
            notBefore = try reader.optionalInt("nbf")
            policy = try reader.item("pol")
            subject = try reader.nullablePrincipal("sub")
            meta = try reader.optionalMapItem("meta")
            nonce = try reader.bytes("nonce")
        }
    }

    /// Signs a delegation.
    ///
    /// - Throws: ``CapabilityError/malformed`` where a time is out of range or `meta` holds what DAG-CBOR does not
    ///   allow; ``CapabilityError/limitExceeded`` where it would be too large to be read.
    public static func sign(
        to audience: Principal, subject: Principal?, command: Command, policy: Policy, meta: Map? = nil,
        notBefore: Int64? = nil, expiration: Int64?, with key: borrowing SigningKey, random: RandomSource = .system
    ) throws(CapabilityError) -> Delegation {
        let issuer: Principal
        do { issuer = try key.principal() } catch { throw CapabilityError(error) }
        let nonce = random.bytes(16)
        let name = issuer.did
        var entries: [Map.Entry] = []  // in canonical order
        func add(_ key: String, _ value: Value?) {
            if let value { entries.append(Map.Entry(key: key, value: value)) }
        }
        entries.reserveCapacity(9)
        add("aud", .string(audience.did))
        add("cmd", .string(command.string))
        add("exp", try time(expiration).map { .int($0) } ?? .null)
        add("iss", .string(name))
        add("nbf", try time(notBefore).map { .int($0) })
        add("pol", policy.value)
        add("sub", subject.map { .string($0 == issuer ? name : $0.did) } ?? .null)
        add("meta", meta.map { .map($0) })
        add("nonce", .bytes(nonce))
        guard let payload = Map(canonical: entries) else { throw .malformed }
        let envelope: Envelope
        do { envelope = try Envelope.sign(payload, tag: tag, with: key) } catch { throw CapabilityError(error) }
        guard envelope.bytes.count <= maximumLength else { throw .limitExceeded }
        return Delegation(
            envelope: envelope, issuer: issuer, audience: audience, subject: subject, command: command, policy: policy,
            nonce: nonce, asserted: meta.map { .written($0) } ?? .nothing, notBefore: notBefore, expiration: expiration)
    }

    private init(
        envelope: Envelope, issuer: Principal, audience: Principal, subject: Principal?, command: Command,
        policy: Policy, nonce: [UInt8], asserted: Asserted, notBefore: Int64?, expiration: Int64?
    ) {
        self.envelope = envelope
        self.issuer = issuer
        self.audience = audience
        self.subject = subject
        self.command = command
        self.policy = policy
        self.nonce = nonce
        self.asserted = asserted
        self.notBefore = notBefore
        self.expiration = expiration
    }

    /// The field `meta`: bytes where it was received, so that nothing is taken apart for those who do not ask.
    private enum Asserted {
        case nothing
        case received(CBORItem)
        case written(Map)
    }

    /// Whether the received bytes are the same.
    public static func == (left: Delegation, right: Delegation) -> Bool { left.envelope == right.envelope }

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
