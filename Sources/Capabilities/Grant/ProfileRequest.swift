public import DumpIdentity
public import IPLD
public import Sodium

/// What a viewer asks of an owner; it travels sealed to the owner's pseudonym.
public struct RequestTerms: Sendable, Equatable {
    /// The longest purpose in bytes.
    public static let maximumPurposeLength = 500

    /// The fields asked for.
    public let fields: [ProfileField]
    /// Why, in the viewer's words.
    public let purpose: String
    /// For how long, in seconds.
    public let duration: Int64
    /// The object that gave rise to it.
    public let object: CID

    /// Terms of a request.
    ///
    /// - Throws: ``CapabilityError/invalidClaim`` for no field, an empty or too long purpose, or a duration outside 1
    ///   second to 400 days.
    public init(fields: [ProfileField], purpose: String, duration: Int64, object: CID) throws(CapabilityError) {
        guard !fields.isEmpty, !purpose.isEmpty, purpose.utf8.count <= RequestTerms.maximumPurposeLength,
            (1...Grant.maximumDuration).contains(duration)
        else { throw .invalidClaim }
        self.fields = ProfileField.allCases.filter(fields.contains)
        self.purpose = purpose
        self.duration = duration
        self.object = object
    }

    /// The terms as IPLD.
    public var value: Value {
        [
            "fields": .list(fields.map { .string($0.rawValue) }), "purpose": .string(purpose),
            "duration": .int(duration), "object": .link(object),
        ]
    }

    /// Reads terms.
    ///
    /// - Throws: ``CapabilityError/malformed``, ``CapabilityError/invalidClaim``.
    public init(_ value: Value) throws(CapabilityError) {
        guard let map = value.mapValue else { throw .malformed }
        var reader = MapReader(map)
        let parts = try readingIPLD { () throws(IPLDError) in
            let parts = (
                fields: try reader.list("fields"), purpose: try reader.string("purpose"),
                duration: try reader.int("duration"), object: try reader.link("object")
            )
            try reader.finish()
            return parts
        }
        let names = parts.fields.compactMap(\.stringValue)
        guard names.count == parts.fields.count else { throw .malformed }
        let fields = try usingIdentity { () throws(IdentityError) in try ProfileField.list(names) }
        try self.init(fields: fields, purpose: parts.purpose, duration: parts.duration, object: parts.object)
    }
}

/// A request for profile fields: the viewer's invocation `/profile/request` on itself, addressed to the owner's
/// pseudonym, with the terms sealed to it.
///
/// Whoever carries it sees two keys and a ciphertext of one length. Source: `docs/spec.md`, "Request".
public struct ProfileRequest: Sendable, Equatable {
    /// How terms are sealed: all to one length.
    static let kind = SealedKind("dump/v1/request/terms", sizeClasses: [2_048])
    /// The length of the sealed terms in bytes.
    public static let sealedLength = 2_048 + Sealing.overhead

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
        guard invocation.command == .profileRequest, invocation.issuer == invocation.subject,
            let owner = invocation.audience, owner != invocation.issuer
        else { throw .invalidClaim }
        var reader = MapReader(invocation.arguments)
        sealedTerms = try readingIPLD { () throws(IPLDError) in
            let terms = try reader.bytes("terms")
            try reader.finish()
            return terms
        }
        guard sealedTerms.count == ProfileRequest.sealedLength else { throw .malformed }
        self.invocation = invocation
        self.owner = owner
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
