import IPLD
import Sodium
import TestSupport
import Testing

@testable import DumpIdentity

/// Sealing an account into a file and opening it, and what must not open.
struct AccountExportTests {
    private static let code = "0123-4567-89AB-CDEF-GHJK-MNPQ-RS05"
    private static let salt = [UInt8](repeating: 5, count: PasswordHash.saltLength)
    private static let content: Value = ["profile": ["name": "Ada"], "records": [.bytes([1, 2, 3])]]

    private static func export(
        _ content: Value = content, withRecovery: Bool = true, cost: PasswordHash.Cost = .minimum,
        salt: [UInt8] = salt
    ) throws -> AccountExport {
        let root = try Made.root()
        let key = try Made.secret(from: 100)
        let code = try RecoveryCode(code)
        return try AccountExport.seal(
            content, root: root, recovery: withRecovery ? RecoveryWrap(root, code: code) : nil, key: key, salt: salt,
            cost: cost)
    }

    private static func open(_ export: AccountExport, from first: UInt8 = 100) throws -> AccountExport.Opened {
        let key = try Made.secret(from: first)
        return try export.open(key: key)
    }

    private static func openByCode(_ export: AccountExport, _ text: String = code) throws -> AccountExport.Opened {
        let code = try RecoveryCode(text)
        return try export.open(code: code)
    }

    private static func fields(_ export: AccountExport) throws -> Map {
        try #require(DagCBOR.decode(export.encoded()).mapValue)
    }

    /// The export with one field of its file exchanged.
    private static func exchanged(_ key: String, _ value: Value?) throws -> AccountExport {
        var map = try fields(export())
        map[key] = value
        return try AccountExport(decoding: DagCBOR.encode(.map(map)))
    }

    @Test(arguments: [true, false])
    func `the passphrase's key gives root key and content back`(withRecovery: Bool) throws {
        let file = try Self.export(withRecovery: withRecovery).encoded()
        let opened = try Self.open(AccountExport(decoding: file))
        #expect(opened.content == Self.content)
        #expect(opened.root.secret.copyForTransfer() == (0..<32).map { UInt8($0) })
    }

    @Test func `the recovery code gives them back too`() throws {
        let opened = try Self.openByCode(AccountExport(decoding: Self.export().encoded()))
        #expect(opened.content == Self.content)
        #expect(opened.root.secret.copyForTransfer() == (0..<32).map { UInt8($0) })
    }

    @Test func `another passphrase's key or code does not`() throws {
        let export = try Self.export()
        #expect(throws: IdentityError.crypto(.notAuthentic)) { try Self.open(export, from: 101) }
        #expect(throws: IdentityError.crypto(.notAuthentic)) {
            try Self.openByCode(export, "0000-0000-0000-0000-0000-0000-0098")
        }
    }

    @Test func `without a recovery wrap no code opens it`() throws {
        let export = try Self.export(withRecovery: false)
        #expect(throws: IdentityError.malformed(.missingField("recovery"))) { try Self.openByCode(export) }
    }

    @Test(
        arguments: [
            ("operations", 2), ("memory", 8_193), ("salt", .bytes([UInt8](repeating: 6, count: 16))),
            ("recovery", .null),
            ("recovery", .bytes([UInt8](repeating: 6, count: 72))), ("root", .bytes([UInt8](repeating: 6, count: 72))),
            ("content", .bytes([UInt8](repeating: 6, count: 65_576))),
        ] as [(String, Value)])
    func `with any part exchanged it does not open, by passphrase or code`(key: String, value: Value) throws {
        let export = try Self.exchanged(key, value)
        #expect(throws: IdentityError.crypto(.notAuthentic)) { try Self.open(export) }
        #expect(throws: IdentityError.self) { try Self.openByCode(export) }
    }

    @Test func `a recovery wrap or a content of another export of the same account does not fit`() throws {
        let (first, second) = (try Self.fields(Self.export()), try Self.fields(Self.export()))
        for key in ["recovery", "content", "root"] {
            var mixed = first
            mixed[key] = second[key]
            let export = try AccountExport(decoding: DagCBOR.encode(.map(mixed)))
            #expect(throws: IdentityError.crypto(.notAuthentic), "\(key)") { try Self.open(export) }
        }
    }

    @Test func `a file with any one byte of its head altered is refused`() throws {
        let file = try Self.export().encoded()
        let head = file.count - 65_576
        for index in 0..<head {
            #expect(throws: IdentityError.self, "byte \(index)") {
                _ = try Self.open(AccountExport(decoding: file.altered(at: index)))
            }
        }
    }

    @Test(arguments: [(0, 65_536), (60_000, 65_536), (65_535, 131_072), (70_000, 131_072), (1 << 20, 1 << 21)])
    func `the file's length tells the size class alone`(count: Int, padded: Int) throws {
        let export = try Self.export(.bytes([UInt8](repeating: 1, count: count)))
        #expect(export.sealedContent.count == padded + 40)
        #expect(try Self.open(export).content == .bytes([UInt8](repeating: 1, count: count)))
    }

    @Test func `the largest content fits a file, and a larger one is refused`() throws {
        let largest = (16 << 20) - 6
        #expect(
            try Self.export(.bytes([UInt8](repeating: 1, count: largest))).encoded().count < AccountExport.maximumLength
        )
        #expect(throws: IdentityError.crypto(.invalidPadding)) {
            try Self.export(.bytes([UInt8](repeating: 1, count: largest + 1)))
        }
    }

    @Test func `a content of too many values is neither written nor read`() throws {
        let many = Value.list([Value](repeating: 0, count: AccountExport.maximumItems))
        let refusal = IdentityError.malformed(.tooManyItems(limit: AccountExport.maximumItems))
        #expect(throws: refusal) { try Self.export(many) }
        let export = try Self.export()
        let key = try Made.root().exportKey()
        let sealed = try SealedValue.seal(
            many, kind: AccountExport.contentKind, key: key, context: export.contentContext())
        let forged = AccountExport(
            cost: export.cost, salt: export.salt, wrappedRoot: export.wrappedRoot, recovery: export.recovery,
            sealedContent: sealed)
        #expect(throws: refusal) { try Self.open(forged) }
    }

    // MARK: Form

    @Test(
        arguments: [
            (0, 8_192), (-1, 8_192), (11, 8_192), (1, 8_191), (1, (1 << 30) + 1), (.max, .max), (1, -1), (.min, .min),
        ] as [(Int64, Int64)])
    func `a cost beyond what a file may ask for is refused before anything is paid`(
        operations: Int64, memory: Int64
    ) throws {
        var map = try Self.fields(Self.export())
        map["operations"] = .int(operations)
        map["memory"] = .int(memory)
        let file = try DagCBOR.encode(.map(map))
        #expect(throws: IdentityError.crypto(.invalidCost)) { try AccountExport(decoding: file) }
        let cost = PasswordHash.Cost(operations: Int(operations), memory: Int(memory))
        #expect(throws: IdentityError.crypto(.invalidCost)) { try Self.export(cost: cost) }
    }

    @Test(arguments: [(10, 1 << 30), (1, 8_192)])
    func `the dearest and the cheapest cost are read`(operations: Int, memory: Int) throws {
        let cost = PasswordHash.Cost(operations: operations, memory: memory)
        #expect(try AccountExport(decoding: Self.export(cost: cost).encoded()).cost == cost)
    }

    @Test(
        arguments: [
            ("format", "dump/export@2.0.0"), ("format", 1), ("salt", .bytes([])),
            ("salt", .bytes([UInt8](repeating: 0, count: 17))),
            ("root", .bytes([UInt8](repeating: 0, count: 71))), ("recovery", .bytes([UInt8](repeating: 0, count: 71))),
            ("recovery", nil), ("recovery", ""), ("content", .bytes([UInt8](repeating: 0, count: 65_575))),
            ("content", .bytes([])), ("content", nil), ("operations", "1"), ("memory", .float(8_192)), ("more", 1),
            ("content", .list([Value](repeating: 0, count: 70_000))),
        ] as [(String, Value?)])
    func `another form is refused`(key: String, value: Value?) {
        #expect(throws: IdentityError.self) { try Self.exchanged(key, value) }
    }

    @Test(arguments: [[], [0xF6], [0x80], [0xA0]] as [[UInt8]])
    func `what is no map of ours is refused`(file: [UInt8]) {
        #expect(throws: IdentityError.self) { try AccountExport(decoding: file) }
    }

    @Test func `a file of many values is refused before memory is taken for them`() throws {
        let file = try DagCBOR.encode(.list([Value](repeating: [], count: 100_000)))
        #expect(throws: IdentityError.malformed(.tooManyItems(limit: 15))) { try AccountExport(decoding: file) }
    }

    @Test func `a file longer than the longest is refused`() {
        let limit = AccountExport.maximumLength
        #expect(throws: IdentityError.tooLarge(what: "an account export", limit: limit)) {
            try AccountExport(decoding: [UInt8](repeating: 0, count: limit + 1))
        }
    }

    @Test func `a salt of another length is not written`() {
        #expect(throws: IdentityError.crypto(.wrongLength(expected: 16, actual: 15))) {
            try Self.export(salt: [UInt8](repeating: 0, count: 15))
        }
    }
}
