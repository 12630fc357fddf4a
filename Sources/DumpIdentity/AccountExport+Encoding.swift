internal import IPLD
internal import Sodium

/// The file of an account export: DAG-CBOR, `docs/spec.md`, "Account export".
extension AccountExport {
    /// The map itself, its seven keys and their values.
    private static let items = 15

    /// Reads a file; nothing in it is opened, and Argon2id is not run.
    ///
    /// - Throws: ``IdentityError/tooLarge(what:limit:)``; ``IdentityError/malformed(_:)`` for another form, version or
    ///   length of a part; ``IdentityError/crypto(_:)`` for a cost that a file may not ask for.
    public init(decoding bytes: [UInt8]) throws(IdentityError) {
        guard bytes.count <= AccountExport.maximumLength else {
            throw .tooLarge(what: "an account export", limit: AccountExport.maximumLength)
        }
        let fields = try readingIPLD { () throws(IPLDError) in
            // Counted first: values in great number would take more memory than the file.
            guard try DagCBOR.itemCount(bytes, limit: AccountExport.items) <= AccountExport.items else {
                throw .tooManyItems(limit: AccountExport.items)
            }
            guard let map = try DagCBOR.decode(bytes).mapValue else { throw .syntax(at: 0) }
            var reader = MapReader(map)
            let fields = (
                format: try reader.string("format"), operations: try reader.int("operations"),
                memory: try reader.int("memory"), salt: try reader.bytes("salt"), root: try reader.bytes("root"),
                recovery: try reader.nullableBytes("recovery"), content: try reader.bytes("content")
            )
            try reader.finish()
            return fields
        }
        guard fields.format.hasSameBytes(as: AccountExport.format) else {
            throw .malformed(.wrongKind(field: "format"))
        }
        guard fields.salt.count == PasswordHash.saltLength else { throw .malformed(.wrongKind(field: "salt")) }
        guard fields.root.count == RootKey.length + AEAD.overhead else { throw .malformed(.wrongKind(field: "root")) }
        guard AccountExport.contentKind.sizeClasses.contains(fields.content.count - AEAD.overhead) else {
            throw .malformed(.wrongKind(field: "content"))
        }
        cost = PasswordHash.Cost(operations: Int(fields.operations), memory: Int(fields.memory))
        salt = fields.salt
        wrappedRoot = fields.root
        recovery = try fields.recovery.map { bytes throws(IdentityError) in try RecoveryWrap(bytes) }
        sealedContent = fields.content
        try AccountExport.check(cost)
    }

    /// The file.
    ///
    /// - Throws: ``IdentityError/malformed(_:)``, which no export that was sealed or read here causes.
    public func encoded() throws(IdentityError) -> [UInt8] {
        var map = head
        map["content"] = .bytes(sealedContent)
        return try readingIPLD { () throws(IPLDError) in try DagCBOR.encode(.map(map)) }
    }

    /// What the content is bound to: everything else in the file.
    func contentContext() throws(IdentityError) -> [UInt8] {
        try readingIPLD { () throws(IPLDError) in try DagCBOR.encode(.map(head)) }
    }

    private var head: Map {
        let head: Value = [
            "format": .string(AccountExport.format), "operations": .int(Int64(cost.operations)),
            "memory": .int(Int64(cost.memory)), "salt": .bytes(salt), "root": .bytes(wrappedRoot),
            "recovery": recovery.map { .bytes($0.bytes) } ?? .null,
        ]
        return head.mapValue ?? Map()
    }
}
