internal import DumpIdentity
internal import HTTPTypes
internal import Hummingbird
internal import IPLD
internal import PseudonymStore
internal import Sodium

/// The name that a caller gives a call, to repeat it without having it done twice. Source: `Idempotency-Key`,
/// draft-ietf-httpapi-idempotency-key-header.
struct IdempotencyKey: Sendable {
    /// The field in which it comes.
    static let field = "Idempotency-Key"
    /// The most characters.
    static let maximumLength = 255

    let bytes: [UInt8]

    /// The key of a request, as it was sent; `nil` where there is none.
    ///
    /// - Throws: ``APIError/malformed(_:)`` for more than one, for none of 1 to 255 characters, and for other characters
    ///   than the printable ones of ASCII.
    init?(_ fields: HTTPFields) throws(APIError) {
        guard let name = HTTPField.Name(IdempotencyKey.field) else { return nil }
        let values = fields[values: name]
        if values.isEmpty { return nil }
        let bytes = Array(values[0].utf8)
        guard values.count == 1, (1...IdempotencyKey.maximumLength).contains(bytes.count),
            bytes.allSatisfy({ (0x20...0x7e).contains($0) })
        else { throw .malformed("\(IdempotencyKey.field) is one text of 1 to 255 printable characters") }
        self.bytes = bytes
    }
}

/// One call under its key: where its answer is kept, and what opens it.
///
/// Both follow from what its caller alone has: the session's token and the key. Without a session they follow from a
/// secret of this process and the key. The second follows from the whole call, too: another call under the same key opens
/// nothing.
struct IdempotentCall: ~Copyable {
    private static let kind = SealedKind("dump/v1/idempotency/answer", sizeClasses: [4_096, 65_536])

    /// The name of the answer.
    let identifier: [UInt8]
    private let key: SecretBytes

    /// The name of the answer to a call, whatever its body.
    static func identifier(_ name: IdempotencyKey, credential: borrowing SecretBytes) throws -> [UInt8] {
        try identifier(secret(name, credential))
    }

    private static func identifier(_ secret: borrowing SecretBytes) throws -> [UInt8] {
        try Hashing.blake2b(Derivation.message("dump/v1/idempotency/id"), key: secret)
    }

    private static func secret(_ name: IdempotencyKey, _ credential: borrowing SecretBytes) throws -> SecretBytes {
        try Hashing.deriveKey(
            from: credential, message: Derivation.message("dump/v1/idempotency", context: name.bytes))
    }

    init(_ name: IdempotencyKey, credential: borrowing SecretBytes, request: Request, body: [UInt8]) throws {
        let secret = try IdempotentCall.secret(name, credential)
        let identifier = try IdempotentCall.identifier(secret)
        let call = Array("\(request.method.rawValue) \(request.uri)".utf8) + [0] + body
        let key = try Hashing.deriveKey(
            from: secret, message: Derivation.message("dump/v1/idempotency/key", context: Hashing.blake2b(call)))
        self.identifier = identifier
        self.key = key
    }

    /// Seals an answer; one that is too long as one that is not known.
    func seal(_ answer: KeptAnswer, random: RandomSource) throws -> [UInt8] {
        do {
            return try SealedValue.seal(
                answer.value, kind: IdempotentCall.kind, key: key, context: identifier, random: random)
        } catch {
            return try SealedValue.seal(
                KeptAnswer.unknown.value, kind: IdempotentCall.kind, key: key, context: identifier, random: random)
        }
    }

    /// The answer to this very call.
    ///
    /// - Throws: ``APIError/keyReused`` where it was given to another one.
    func open(_ sealed: [UInt8]) throws -> KeptAnswer {
        let value: Value
        do {
            value = try SealedValue.open(sealed, kind: IdempotentCall.kind, key: key, context: identifier)
        } catch { throw APIError.keyReused }
        return try KeptAnswer(value)
    }
}

/// An answer as it is kept.
enum KeptAnswer {
    /// The call was begun, and how it ended is not known, or too long to be kept.
    case unknown
    case known(status: Int, fields: HTTPFields, body: [UInt8])

    var value: Value {
        guard case .known(let status, let fields, let body) = self else { return ["status": 0] }
        let list: [Value] = fields.map { [.string($0.name.canonicalName), .string($0.value)] }
        return ["status": .int(Int64(status)), "fields": .list(list), "body": .bytes(body)]
    }

    init(_ value: Value) throws {
        var reader = MapReader(value.mapValue ?? Map())
        let status = Int(try reader.int("status"))
        guard status != 0 else {
            self = .unknown
            return
        }
        var fields = HTTPFields()
        for field in try reader.list("fields") {
            guard let parts = field.listValue, parts.count == 2, let name = parts[0].stringValue,
                let text = parts[1].stringValue, let name = HTTPField.Name(name)
            else { throw APIError.failed }
            fields.append(HTTPField(name: name, value: text))
        }
        self = .known(status: status, fields: fields, body: try reader.bytes("body"))
    }
}
