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
    public var cid: CID { envelope.cid }

    /// Reads an invocation. Its signature is not checked: that is the verifier's work.
    ///
    /// - Throws: ``CapabilityError/malformed``, ``CapabilityError/limitExceeded``, ``CapabilityError/invalidSignature``
    ///   where the signature has not 64 bytes.
    public init(decoding bytes: [UInt8], accepting versions: UCANVersions = .final) throws(CapabilityError) {
        let (envelope, fields): (Envelope, Fields) = try usingIdentity { () throws(IdentityError) in
            try Envelope.open(
                bytes, tag: Invocation.tag, or: versions.candidate(Invocation.tag), limit: Invocation.maximumLength
            ) { reader throws(IPLDError) in try Fields(&reader) }
        }
        guard fields.proofs.allSatisfy(\.isDagCBORSHA256) else { throw .malformed }
        self.envelope = envelope
        issuer = fields.issuer
        subject = fields.subject
        audience = fields.audience
        command = try Command(utf8: fields.command)
        arguments = fields.arguments
        proofs = fields.proofs
        nonce = Array(fields.nonce)
        expiration = try Delegation.time(fields.expiration)
        issuedAt = try Delegation.time(fields.issuedAt)
    }

    /// The payload's fields, in the canonical order of their keys.
    private struct Fields {
        let (issuer, subject): (Principal, Principal)
        let audience: Principal?
        let command, nonce: ArraySlice<UInt8>
        let expiration, issuedAt: Int64?
        let proofs: [CID]
        let arguments: Map

        init(_ reader: inout FieldReader) throws(IPLDError) {
            audience = try reader.optionalPrincipal("aud")
            command = try reader.unvalidatedText("cmd")
            expiration = try reader.nullableInt("exp")
            issuedAt = try reader.optionalInt("iat")
            let issuer = try reader.principal("iss")
            proofs = try reader.links("prf", limit: Invocation.maximumLength)
            (self.issuer, subject) = (issuer, try reader.principal("sub"))
            arguments = try reader.map("args")
            _ = try reader.optionalMapItem("meta")
            _ = try reader.optionalLink("cause")
            nonce = try reader.bytes("nonce")
        }
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
