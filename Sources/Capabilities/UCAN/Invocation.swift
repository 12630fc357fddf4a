public import DumpIdentity
public import IPLD
public import Sodium

/// A UCAN invocation, read but not verified: `issuer` does `command` with `subject`, as `proofs` allow.
///
/// Source: UCAN 1.0 invocation specification, "Invocation Payload".
public struct Invocation: Sendable, Equatable {
    /// The type tag of the envelope.
    public static let tag = "ucan/inv@1.0.0"
    /// The largest accepted invocation in bytes.
    public static let maximumLength = 32 * 1024

    /// The envelope as received.
    public let envelope: Envelope
    /// Who acts.
    public let issuer: Principal
    /// Whom or what it is done with.
    public let subject: Principal
    /// Who is to execute it; `nil` for the subject itself.
    public let audience: Principal?
    /// What is done.
    public let command: Command
    /// With what.
    public let arguments: Map
    /// The chain of delegations that allows it, the subject's own first.
    public let proofs: [CID]
    /// What makes it unique; empty for what may be repeated.
    public let nonce: [UInt8]
    /// The last second at which it is valid, in Unix seconds; `nil` for no bound.
    public let expiration: Int64?
    /// When its issuer says that it was made; a claim, never trusted.
    public let issuedAt: Int64?

    /// The name of the invocation.
    public let cid: CID

    /// Reads an invocation. Its signature is not checked: that is the verifier's work.
    ///
    /// - Throws: ``CapabilityError/malformed``, ``CapabilityError/limitExceeded``.
    public init(decoding bytes: [UInt8]) throws(CapabilityError) {
        let envelope = try usingIdentity { () throws(IdentityError) in
            let envelope = try Envelope(decoding: bytes, limit: Invocation.maximumLength)
            try envelope.require(tag: Invocation.tag)
            return envelope
        }
        var reader = MapReader(envelope.payload)
        let fields = try readingIPLD { () throws(IPLDError) in
            let fields = (
                issuer: try Principal(did: reader.string("iss")), subject: try Principal(did: reader.string("sub")),
                audience: try reader.optionalString("aud"), command: try reader.string("cmd"),
                arguments: try reader.map("args"), proofs: try reader.list("prf"), nonce: try reader.bytes("nonce"),
                expiration: try reader.nullableInt("exp"), issuedAt: try reader.optionalInt("iat")
            )
            _ = try reader.optionalMap("meta")
            _ = try reader.optionalLink("cause")
            try reader.finish()
            return fields
        }
        self.envelope = envelope
        issuer = fields.issuer
        subject = fields.subject
        if let did = fields.audience {
            audience = try readingIPLD { () throws(IPLDError) in try Principal(did: did) }
        } else {
            audience = nil
        }
        command = try Command(fields.command)
        arguments = fields.arguments
        var proofs: [CID] = []
        for proof in fields.proofs {
            guard let link = proof.linkValue, link.isDagCBORSHA256 else { throw .malformed }
            proofs.append(link)
        }
        self.proofs = proofs
        nonce = fields.nonce
        expiration = try Delegation.time(fields.expiration)
        issuedAt = try Delegation.time(fields.issuedAt)
        cid = envelope.cid
    }

    /// Signs an invocation.
    ///
    /// - Throws: ``CapabilityError/malformed`` where the arguments hold what DAG-CBOR does not allow.
    public static func sign(
        _ command: Command, on subject: Principal, audience: Principal? = nil, arguments: Map,
        proofs: [CID] = [], nonce: [UInt8], expiration: Int64?, with key: borrowing SigningKey
    ) throws(CapabilityError) -> Invocation {
        let issuer: Principal
        do { issuer = try key.principal() } catch { throw CapabilityError(error) }
        var payload = Map()
        payload["iss"] = .string(issuer.did)
        payload["sub"] = .string(subject.did)
        payload["aud"] = audience.map { .string($0.did) }
        payload["cmd"] = .string(command.string)
        payload["args"] = .map(arguments)
        payload["prf"] = .list(proofs.map { .link($0) })
        payload["nonce"] = .bytes(nonce)
        payload["exp"] = expiration.map { .int($0) } ?? .null
        let envelope: Envelope
        do { envelope = try Envelope.sign(payload, tag: tag, with: key) } catch { throw CapabilityError(error) }
        return try Invocation(decoding: envelope.bytes)
    }
}
