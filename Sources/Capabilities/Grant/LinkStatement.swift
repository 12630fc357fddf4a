public import DumpIdentity
public import IPLD
public import Sodium

/// The proof that a pseudonym and a profile are one person's: two envelopes `dump/link@1.0.0`, one signed by each,
/// naming each other, the viewer and the grant.
///
/// Neither says anything without the other; both are made for one viewer and sealed to it. Source: `docs/spec.md`,
/// "Link statement".
public struct LinkStatement: Sendable, Equatable {
    /// The type tag of the envelopes.
    public static let tag = "dump/link@1.0.0"

    /// The pseudonym.
    public let pseudonym: Principal
    /// The profile behind it.
    public let profile: Principal
    /// The viewer that it was made for.
    public let viewer: Principal
    /// The grant that it belongs to.
    public let grant: CID
    /// The day on which the pseudonym signed it, in Unix seconds.
    public let day: Int64
    /// The pseudonym's envelope, then the profile's, as received.
    public let envelopes: [[UInt8]]

    /// Verifies the two envelopes; which of them is the pseudonym's only the grant tells.
    ///
    /// - Throws: ``CapabilityError/malformed``; ``CapabilityError/invalidSignature``; ``CapabilityError/invalidClaim``
    ///   where the two do not name each other.
    init(verifying envelopes: [[UInt8]]) throws(CapabilityError) {
        guard envelopes.count == 2 else { throw .malformed }
        let first = try Half(verifying: envelopes[0])
        let second = try Half(verifying: envelopes[1])
        guard first.issuer == second.subject, first.subject == second.issuer, first.issuer != first.subject,
            first.audience == second.audience, first.grant == second.grant
        else { throw .invalidClaim }
        pseudonym = first.issuer
        profile = first.subject
        viewer = first.audience
        grant = first.grant
        day = first.day
        self.envelopes = envelopes
    }

    /// Verifies that a link statement belongs to a grant.
    ///
    /// - Throws: ``CapabilityError/invalidClaim`` where it names another pseudonym, viewer or grant; and what
    ///   ``init(verifying:)`` throws.
    public init(verifying envelopes: [[UInt8]], for grant: Grant) throws(CapabilityError) {
        try self.init(verifying: envelopes)
        guard pseudonym == grant.owner, viewer == grant.viewer, self.grant == grant.cid else { throw .invalidClaim }
    }

    /// Signs a link statement with both keys.
    ///
    /// - Throws: ``CapabilityError/malformed``.
    public static func sign(
        for grant: Grant, pseudonym: borrowing PseudonymKeys, profile: borrowing ProfileKeys, time: Int64,
        random: RandomSource = .system
    ) throws(CapabilityError) -> LinkStatement {
        let pseudonymName = pseudonym.principal
        let halves: [[UInt8]]
        do {
            let profileName = try profile.signing.principal()
            halves = [
                try half(pseudonymName, about: profileName, grant, time, random.bytes(16), with: pseudonym.signing),
                try half(profileName, about: pseudonymName, grant, time, random.bytes(16), with: profile.signing),
            ]
        } catch { throw CapabilityError(error) }
        return try LinkStatement(verifying: halves)
    }

    private static func half(
        _ issuer: Principal, about subject: Principal, _ grant: Grant, _ time: Int64, _ nonce: [UInt8],
        with key: borrowing SigningKey
    ) throws(IdentityError) -> [UInt8] {
        let payload: Value = [
            "iss": .string(issuer.did), "sub": .string(subject.did), "aud": .string(grant.viewer.did),
            "grant": .link(grant.cid), "iat": .int(Day.start(of: time)), "nonce": .bytes(nonce),
        ]
        return try Envelope.sign(payload.mapValue ?? Map(), tag: tag, with: key).bytes
    }

    /// One of the two envelopes.
    private struct Half {
        let issuer: Principal
        let subject: Principal
        let audience: Principal
        let grant: CID
        let day: Int64

        init(verifying bytes: [UInt8]) throws(CapabilityError) {
            let envelope = try usingIdentity { () throws(IdentityError) in
                let envelope = try Envelope(decoding: bytes, limit: 4 * 1_024)
                try envelope.require(tag: LinkStatement.tag)
                return envelope
            }
            var reader = MapReader(envelope.payload)
            let fields = try readingIPLD { () throws(IPLDError) in
                let fields = (
                    issuer: try Principal(did: reader.string("iss")), subject: try Principal(did: reader.string("sub")),
                    audience: try Principal(did: reader.string("aud")), grant: try reader.link("grant"),
                    day: try reader.int("iat")
                )
                _ = try reader.bytes("nonce")
                try reader.finish()
                return fields
            }
            guard Day.isStart(fields.day) else { throw .malformed }
            guard envelope.isSigned(by: fields.issuer) else { throw .invalidSignature }
            issuer = fields.issuer
            subject = fields.subject
            audience = fields.audience
            grant = fields.grant
            day = fields.day
        }
    }
}
