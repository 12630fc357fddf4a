import Capabilities
import DumpIdentity
import Foundation
import GRDB
import IPLD
import Sodium
import Testing

@testable import PseudonymStore

/// Files of before the rows had one length: what they held is there afterwards, and nothing of the old tables is.
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
}
