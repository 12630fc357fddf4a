import Capabilities
import DumpIdentity
import Foundation
import GRDB
import IPLD
import Sodium
import TestSupport
import Testing

@testable import PseudonymStore

/// Files of earlier layouts: what they held is there afterwards, and nothing of the old tables is.
struct OldFileTests {
    private func old(
        _ path: String, _ migrator: DatabaseMigrator, upTo migration: String, _ sql: [(String, StatementArguments)]
    )
        throws
    {
        let queue = try DatabaseQueue(path: path)
        try migrator.migrate(queue, upTo: migration)
        try queue.write { db in for (sql, arguments) in sql { try db.execute(sql: sql, arguments: arguments) } }
    }

    @Test func `accounts are taken over, and sessions end`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("accounts.sqlite")
        let (salt, wrapped) = ([UInt8](repeating: 1, count: 16), [UInt8](repeating: 2, count: 72))
        let profile = RandomSource.system.bytes(271_400)
        try old(
            path, AccountDatabase.migrator, upTo: "1 accounts and sessions",
            [
                (
                    "INSERT INTO account VALUES ('steve', 3, 8192, ?, ?, ?, ?)",
                    [salt.blob, wrapped.blob, profile.blob, [UInt8](repeating: 3, count: 4_136).blob]
                ), ("INSERT INTO session VALUES (?, 'steve', ?, 5)", [name(4).blob, wrapped.blob]),
            ])
        let database = try AccountDatabase(path: path)
        let account = try #require(await database.account(Handle("steve")))
        #expect(account.wrap.cost == PasswordHash.Cost(operations: 3, memory: 8_192))
        #expect(account.wrap.salt == salt && account.wrap.ciphertext == wrapped)
        #expect(account.profile == profile && account.state.count == 4_136)
        #expect(account.recovery == nil)
        #expect(try await database.session(name(4)) == nil)
        #expect(try folder.contents().range(of: Data("steve".utf8)) == nil)
    }

    @Test func `everything of pseudonyms is taken over`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("pseudonyms.sqlite")
        let owner = try Party.owner.principal.publicKey.blob
        let request = try RequestName.test(1)
        let revocation = try Revocation.sign(CID.of(dagCBOR: [1]), with: Party.owner.key())
        let nonce = try UsedNonce.test(1)
        try old(
            path, PseudonymDatabase.migrator, upTo: "2 nonce count",
            [
                ("INSERT INTO mailbox VALUES (?)", [owner]),
                (
                    "INSERT INTO request VALUES (?, ?, ?, ?)",
                    [request.identifier.blob, owner, request.viewerTag.blob, [7].blob]
                ),
                ("INSERT INTO answer VALUES (?, ?, ?)", [name(2).blob, name(3).blob, [8].blob]),
                ("INSERT INTO record VALUES (?, ?, ?)", [name(4).blob, name(5).blob, [9].blob]),
                ("INSERT INTO disclosed_field VALUES (?, ?)", [name(6).blob, name(60).blob]),
                ("INSERT INTO receipt VALUES (?, ?, ?)", [[UInt8](repeating: 7, count: 16).blob, owner, [10].blob]),
                (
                    "INSERT INTO revocation VALUES (?, ?, ?)",
                    [revocation.delegation.bytes.blob, owner, revocation.invocation.envelope.bytes.blob]
                ),
                ("INSERT INTO status_list VALUES ('1', ?)", [StatusList(count: 64).bytes.blob]),
                ("INSERT INTO status_claim VALUES ('1', 5, ?)", [name(8).blob]),
                ("INSERT INTO used_nonce VALUES (?, ?)", [nonce.identifier.blob, nonce.keptUntil]),
            ])
        let database = try PseudonymDatabase(path: path)
        let principal = try Party.owner.principal
        #expect(try await database.hasMailbox(principal))
        #expect(
            try await database.allRequests() == [StoredItem(identifier: request.identifier, sealed: [7])])
        #expect(try await database.records(on: name(5)).map(\.sealed) == [[9]])
        #expect(try await database.allNewReceipts().map(\.sealed) == [[10]])
        #expect(
            try await database.revocations(of: [revocation.delegation]).contains(revocation.delegation, by: principal))
        let place = StatusPlace(list: "1", index: 5, claim: name(8))
        #expect(try await refusal { try await database.add(revocation, under: place) } == nil)
        #expect(try await refusal { try await database.answer(to: request, nonce: nonce, now: testTime) } == .replayed)
        #expect(
            try await database.counts().filter { $0.value > 0 } == [
                "mailbox": 1, "waiting_request": 1, "answer": 1, "record": 1, "disclosed_field": 1, "new_receipt": 1,
                "revocation": 1, "status_list": 1, "status_claim": 1, "used_nonce": 1,
            ])
    }

    // MARK: Rows of one length in the order of their keys

    /// A row as it was before rows had slots.
    private func row(_ table: String, _ id: [UInt8], _ values: [[UInt8]]) -> (String, StatementArguments) {
        let marks = repeatElement(", ?", count: values.count).joined()
        return (
            "INSERT INTO \(table) VALUES (?, 0\(marks))", StatementArguments([id.blob] + values.map(\.blob))
        )
    }

    /// The rows of a value in pieces.
    private func rows(_ table: String, _ id: [UInt8], _ entry: SealedTable.Entry, length: Int)
        -> [(String, StatementArguments)]
    {
        SealedTable.rows(of: entry, length: length + 4).enumerated().map { number, values in
            row(table, SealedTable.key(id, number), values)
        }
    }

    /// Spare rows of a table, under random keys.
    private func spares(_ table: String, _ lengths: [Int]) -> [(String, StatementArguments)] {
        let zeros = lengths.map { ", zeroblob(\($0))" }.joined()
        return (0..<20).map { _ in ("INSERT INTO \(table) VALUES (randomblob(32), 1\(zeros))", []) }
    }

    @Test func `accounts and sessions in the order of their keys get slots`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("accounts.sqlite")
        let handles = try (0..<40).map { try Handle("person\($0)") }
        let profile = RandomSource.system.bytes(271_400)
        let recovery = [UInt8](repeating: 6, count: 72)
        var sql = spares("account", [16, 16, 72, 72]) + spares("vault", [32, 4_140]) + spares("session", [72, 168])
        for (number, handle) in handles.enumerated() {
            let id = handle.accountKey
            let mark = UInt8(number)
            let cost = PasswordHash.Cost(operations: 3, memory: 8_192).stored
            let salt = [UInt8](repeating: mark, count: 16)
            let wrapped = [UInt8](repeating: mark, count: 72)
            sql.append(row("account", id, [cost, salt, wrapped, recovery]))
            let state = [UInt8](repeating: mark, count: 4_136)
            for (part, value) in [(AccountDatabase.Part.state, state), (.profile, number == 7 ? profile : [mark])] {
                sql += rows("vault", part.key(of: id), .untagged(value), length: 4_136)
            }
            let details = [UInt8](repeating: mark, count: 168)
            sql.append(row("session", name(mark), [wrapped, details]))
        }
        try old(path, AccountDatabase.migrator, upTo: "2 rows of one length", sql)
        let database = try AccountDatabase(path: path)
        for (number, handle) in handles.enumerated() {
            let account = try #require(await database.account(handle))
            #expect(account.wrap.salt == [UInt8](repeating: UInt8(number), count: 16))
            #expect(account.state == [UInt8](repeating: UInt8(number), count: 4_136))
            #expect(account.profile == (number == 7 ? profile : [UInt8(number)]))
            #expect(account.recovery == recovery)
            let session = try #require(await database.session(name(UInt8(number))))
            #expect(session.details == [UInt8](repeating: UInt8(number), count: 168))
        }
        let names = try await tables(database.writer)
        #expect(names == ["account", "room", "session", "vault"])
        let rooms = try await database.writer.read { db in try Room.of("account", in: db) }
        #expect(rooms.total == 128 && rooms.taken == 40)
    }

    @Test func `everything of pseudonyms in the order of its keys gets a slot`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("pseudonyms.sqlite")
        let owner = try Party.owner.principal
        let nonce = try UsedNonce.test(1)
        func entry(_ byte: UInt8, _ length: Int) -> SealedTable.Entry {
            .init(tag: name(byte), value: [UInt8](repeating: byte, count: length))
        }
        var sql = spares("request", [32, 4_180]) + spares("used_nonce", [8]) + spares("mailbox", [])
        sql.append(row("mailbox", owner.publicKey, []))
        for number in 0..<30 {
            let byte = UInt8(number)
            for (table, list, length) in [
                ("request", owner.publicKey, 4_176), ("record", name(5), 8_232), ("receipt", owner.publicKey, 2_096),
            ] {
                let key = ListTable.key(list, number, table: table)
                // A tag of zeros is none.
                sql += rows(table, key, entry(byte + 1, length), length: length)
            }
            sql += rows("answer", name(byte), entry(byte, 4_144), length: 4_144)
            sql += rows("disclosed_field", name(byte), .untagged([byte]), length: 1_064)
            sql.append(row("status_claim", PseudonymDatabase.key(of: number, in: "1"), [name(byte)]))
        }
        sql.append(row("used_nonce", nonce.identifier, [bigEndian(Int(nonce.keptUntil))]))
        try old(path, PseudonymDatabase.migrator, upTo: "3 rows of one length", sql)
        let database = try PseudonymDatabase(path: path)
        #expect(try await database.hasMailbox(owner))
        #expect(try await database.allRequests().count == 30)
        #expect(Set(try await database.records(on: name(5)).map(\.identifier)) == Set((1...30).map { name($0) }))
        #expect(Set(try await database.allNewReceipts().map(\.identifier)) == Set((1...30).map { name($0) }))
        let (answers, fields) = try await database.writer.read { db in
            (
                try (0..<30).map { try PseudonymDatabase.answer.entry(name($0), in: db) },
                try (0..<30).map { try PseudonymDatabase.disclosedField.entry(name($0), in: db)?.value }
            )
        }
        #expect(answers == (0..<30).map { entry($0, 4_144) })
        #expect(fields == (0..<30).map { [$0] })
        #expect(try await database.count("status_claim") == 30)
        #expect(
            try await refusal { try await database.answer(to: .test(1), nonce: nonce, now: testTime) } == .replayed)
        #expect(try await tables(database.writer).allSatisfy { !$0.hasSuffix("_keyed") })
    }

    private func tables(_ writer: any DatabaseWriter) async throws -> [String] {
        try await writer.read { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'grdb_migrations' ORDER BY name
                    """)
        }
    }
}
