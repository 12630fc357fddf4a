internal import DumpIdentity
public import IPLD
public import Sodium

/// A request for profile fields: the viewer's invocation `/profile/request` on itself, addressed to the owner's
/// pseudonym, with the terms sealed to it.
///
/// Whoever carries it sees two keys and a ciphertext of one length. Source: `docs/spec.md`, "Request".
public struct ProfileRequest: Sendable, Equatable {
    /// How terms are sealed: all to one length.
    static let kind = SealedKind("dump/v1/request/terms", sizeClasses: [3_072])
    /// The length of the sealed terms in bytes.
    public static let sealedLength = 3_072 + Sealing.overhead
    /// The length that they had in earlier versions.
    static let formerSealedLength = 2_048 + Sealing.overhead

    /// The invocation.
    public let invocation: Invocation
    /// The owner's pseudonym.
    public let owner: Principal
    /// The terms, sealed to the owner's pseudonym.
    public let sealedTerms: [UInt8]

    /// Who asks.
    public var viewer: Principal { invocation.issuer }
    /// The name of the request.
    public var cid: CID { invocation.cid }

    /// Reads an invocation as a request. The invocation is to be verified by the caller.
    ///
    /// - Throws: ``CapabilityError/invalidClaim``, ``CapabilityError/malformed``.
    public init(_ invocation: Invocation) throws(CapabilityError) {
        try self.init(invocation, lengths: [ProfileRequest.sealedLength])
    }

    /// Reads a request that was taken before, perhaps by an earlier version, when terms were shorter.
    ///
    /// - Throws: as ``init(_:)``.
    public init(stored invocation: Invocation) throws(CapabilityError) {
        try self.init(invocation, lengths: [ProfileRequest.sealedLength, ProfileRequest.formerSealedLength])
    }

    private init(_ invocation: Invocation, lengths: [Int]) throws(CapabilityError) {
        guard invocation.command == .profileRequest, invocation.issuer == invocation.subject,
            let owner = invocation.audience, owner != invocation.issuer
        else { throw .invalidClaim }
        var reader = MapReader(invocation.arguments)
        sealedTerms = try readingIPLD { () throws(IPLDError) in
            let terms = try reader.bytes("terms")
            try reader.finish()
            return terms
        }
        guard lengths.contains(sealedTerms.count) else { throw .malformed }
        self.invocation = invocation
        self.owner = owner
    }

    /// The last second at which a request of these terms waits for an answer, in Unix seconds.
    public func end(_ terms: RequestTerms) -> Int64 {
        let (end, overflow) = (invocation.expiration ?? 0).addingReportingOverflow(terms.wait)
        return overflow ? .max : end
    }

    /// Seals and signs a request.
    ///
    /// - Throws: ``CapabilityError/malformed`` where the owner's key cannot be sealed to.
    public static func sign(
        _ terms: RequestTerms, to owner: Principal, expiration: Int64, with key: borrowing SigningKey,
        random: RandomSource = .system
    ) throws(CapabilityError) -> ProfileRequest {
        let viewer: Principal
        let sealed: [UInt8]
        do {
            viewer = try key.principal()
            sealed = try SealedValue.seal(terms.value, kind: kind, to: owner)
        } catch { throw CapabilityError(error) }
        let arguments: Value = ["terms": .bytes(sealed)]
        let invocation = try Invocation.sign(
            .profileRequest, on: viewer, audience: owner, arguments: arguments.mapValue ?? Map(),
            nonce: random.bytes(16), expiration: expiration, with: key)
        return try ProfileRequest(invocation)
    }

    /// Opens the terms as the owner's pseudonym.
    ///
    /// - Throws: ``CapabilityError/malformed`` where they were sealed to another or are not terms.
    public func terms(with key: borrowing SigningKey) throws(CapabilityError) -> RequestTerms {
        let value: Value
        do {
            value = try SealedValue.open(sealedTerms, kind: ProfileRequest.kind, with: key)
        } catch { throw CapabilityError(error) }
        return try RequestTerms(value)
    }
}
