public import DumpIdentity
public import IPLD
public import Sodium

/// That someone read fields, or gave a grant back: the reader's own signed invocation, and when. Stored sealed to the
/// owner's pseudonym.
public struct Receipt: Sendable, Equatable {
    static let kind = SealedKind("dump/v1/receipt", sizeClasses: [2_048, 4_096])

    /// The reader's invocation, as evidence.
    public let invocation: Invocation
    /// When the node answered, in Unix seconds.
    public let time: Int64

    /// Who read.
    public var reader: Principal { invocation.issuer }
    /// Whether the grant was given back, and nothing was read.
    public var isReturn: Bool { invocation.command == .profileReturn }
    /// The grant that allowed it: the first of its proofs; or the one that was given back.
    public var grant: CID? { isReturn ? invocation.arguments["grant"]?.linkValue : invocation.proofs.first }
    /// Whose receipt it is.
    private var owner: Principal { isReturn ? invocation.audience ?? invocation.subject : invocation.subject }

    /// A receipt for an invocation that was executed.
    public init(invocation: Invocation, time: Int64) {
        self.invocation = invocation
        self.time = time
    }

    /// Which fields were read; none where the grant was given back.
    ///
    /// - Throws: ``CapabilityError/malformed``.
    public func fields() throws(CapabilityError) -> [ProfileField] {
        isReturn ? [] : try ReadArguments(invocation.arguments).fields
    }

    /// Seals the receipt to the owner's pseudonym.
    ///
    /// - Throws: ``CapabilityError/malformed``.
    public func sealed() throws(CapabilityError) -> [UInt8] {
        let value: Value = ["invocation": .bytes(invocation.envelope.bytes), "time": .int(time)]
        do {
            return try SealedValue.seal(value, kind: Receipt.kind, to: owner)
        } catch { throw CapabilityError(error) }
    }

    /// Opens a receipt as the owner's pseudonym, and checks the reader's signature.
    ///
    /// - Throws: ``CapabilityError/malformed``; ``CapabilityError/invalidSignature``; ``CapabilityError/invalidSubject``
    ///   where it is about another pseudonym.
    public init(opening ciphertext: [UInt8], with key: borrowing SigningKey) throws(CapabilityError) {
        let value: Value
        do {
            value = try SealedValue.open(ciphertext, kind: Receipt.kind, with: key)
        } catch { throw CapabilityError(error) }
        guard let map = value.mapValue, map.count == 2, let bytes = map["invocation"]?.bytesValue,
            let time = map["time"]?.intValue
        else { throw .malformed }
        invocation = try Invocation(decoding: bytes)
        self.time = time
        guard invocation.envelope.isSigned(by: invocation.issuer) else { throw .invalidSignature }
        let opener = try usingIdentity { () throws(IdentityError) in try key.principal() }
        guard owner == opener else { throw .invalidSubject }
    }
}

/// The arguments of `/profile/read`: `{"fields": [names]}`, at least one, none twice.
public struct ReadArguments: Sendable, Equatable {
    /// The fields asked for.
    public let fields: [ProfileField]

    /// Arguments for these fields.
    public init(_ fields: [ProfileField]) { self.fields = ProfileField.allCases.filter(fields.contains) }

    /// Reads the arguments.
    ///
    /// - Throws: ``CapabilityError/malformed``.
    public init(_ arguments: Map) throws(CapabilityError) {
        guard arguments.count == 1, let list = arguments["fields"]?.listValue, !list.isEmpty else {
            throw .malformed
        }
        let names = list.compactMap(\.stringValue)
        guard names.count == list.count else { throw .malformed }
        fields = try usingIdentity { () throws(IdentityError) in try ProfileField.list(names) }
    }

    /// The arguments as a map.
    public var map: Map {
        var map = Map()
        map["fields"] = .list(fields.map { .string($0.rawValue) })
        return map
    }
}
