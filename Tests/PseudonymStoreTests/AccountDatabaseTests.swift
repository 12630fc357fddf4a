import DumpIdentity
import Foundation
import GRDB
import PseudonymStore
import Sodium
import Testing

struct AccountDatabaseTests {
    private func account(_ handle: String = "steve", profile: [UInt8] = [1, 2], state: [UInt8] = [3]) throws
        -> StoredAccount
    {
        StoredAccount(
            handle: try Handle(handle),
            wrap: PassphraseWrap(
                cost: PasswordHash.Cost(operations: 3, memory: 8_192), salt: [UInt8](repeating: 5, count: 16),
                ciphertext: [0, 255, 7]),
            profile: profile, state: state)
    }

    private func session(_ byte: UInt8, of handle: String = "steve", lastDay: Int64 = testTime) throws -> StoredSession
    {
        StoredSession(identifier: name(byte), handle: try Handle(handle), wrappedRoot: [byte, 0], lastDay: lastDay)
    }

    @Test func `an account comes back as it was added`() async throws {
        let database = try AccountDatabase(inMemory: ())
        try await database.add(account())
        let read = try await database.account(Handle("steve"))
        #expect(try read == account())
    }

    @Test func `an unknown handle has no account`() async throws {
        let database = try AccountDatabase(inMemory: ())
        try await database.add(account())
        #expect(try await database.account(Handle("stephanie")) == nil)
    }

    @Test func `a taken handle is refused and its account stays`() async throws {
        let database = try AccountDatabase(inMemory: ())
        try await database.add(account())
        let error = try await refusal { try await database.add(account(profile: [9])) }
        #expect(error == .alreadyExists)
        #expect(try await database.account(Handle("steve"))?.profile == [1, 2])
    }

    @Test func `the profile is replaced where it is still the one that was read`() async throws {
        let database = try AccountDatabase(inMemory: ())
        try await database.add(account())
        try await database.replaceProfile(of: Handle("steve"), [1, 2], with: [8])
        let read = try await database.account(Handle("steve"))
        #expect(try read == account(profile: [8]))
    }

    @Test func `the state is replaced where it is still the one that was read`() async throws {
        let database = try AccountDatabase(inMemory: ())
        try await database.add(account())
        try await database.replaceState(of: Handle("steve"), [3], with: [8])
        let read = try await database.account(Handle("steve"))
        #expect(try read == account(state: [8]))
    }

    @Test func `what was changed meanwhile is not replaced`() async throws {
        let database = try AccountDatabase(inMemory: ())
        try await database.add(account())
        let profile = try await refusal {
            try await database.replaceProfile(of: Handle("steve"), [1], with: [8])
        }
        let state = try await refusal { try await database.replaceState(of: Handle("steve"), [1], with: [8]) }
        #expect(profile == .notFound)
        #expect(state == .notFound)
        let read = try await database.account(Handle("steve"))
        #expect(try read == account())
    }

    @Test func `only the named account is changed`() async throws {
        let database = try AccountDatabase(inMemory: ())
        try await database.add(account())
        try await database.add(account("stephanie"))
        try await database.replaceProfile(of: Handle("steve"), [1, 2], with: [8])
        #expect(try await database.account(Handle("stephanie"))?.profile == [1, 2])
    }

    @Test func `a session comes back until its last day`() async throws {
        let database = try AccountDatabase(inMemory: ())
        try await database.add(account())
        try await database.add(session(1, lastDay: testTime), today: testTime - Day.seconds)
        let read = try await database.session(name(1), today: testTime)
        #expect(try read == session(1))
        #expect(try await database.session(name(1), today: testTime + Day.seconds) == nil)
    }

    @Test func `an unknown identifier has no session`() async throws {
        let database = try AccountDatabase(inMemory: ())
        try await database.add(account())
        try await database.add(session(1), today: testTime)
        #expect(try await database.session(name(2), today: testTime) == nil)
    }

    @Test func `sessions that have ended go when one is added`() async throws {
        let folder = try TemporaryFolder()
        let database = try AccountDatabase(path: folder.file("accounts.sqlite"))
        try await database.add(account())
        try await database.add(session(1, lastDay: testTime - Day.seconds), today: testTime - Day.seconds)
        try await database.add(session(2, lastDay: testTime), today: testTime - Day.seconds)
        try await database.add(session(3, lastDay: testTime), today: testTime)
        let identifiers = try await DatabaseQueue(path: folder.file("accounts.sqlite")).read { db in
            try [UInt8].fetchNames(db, sql: "SELECT id FROM session ORDER BY id")
        }
        #expect(identifiers == [name(2), name(3)])
    }

    @Test func `a session that was removed is gone and the others stay`() async throws {
        let database = try AccountDatabase(inMemory: ())
        try await database.add(account())
        try await database.add(session(1), today: testTime)
        try await database.add(session(2), today: testTime)
        try await database.removeSession(name(1))
        #expect(try await database.session(name(1), today: testTime) == nil)
        #expect(try await database.session(name(2), today: testTime) != nil)
    }

    @Test func `removing a session that is not there is no error`() async throws {
        let database = try AccountDatabase(inMemory: ())
        #expect(try await refusal { try await database.removeSession(name(1)) } == nil)
    }

    @Test func `a session without an account is refused`() async throws {
        let database = try AccountDatabase(inMemory: ())
        // SQLITE_CONSTRAINT_FOREIGNKEY
        #expect(try await refusal { try await database.add(session(1), today: testTime) } == .database(code: 787))
    }

    @Test func `the sessions of an account go with it`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("accounts.sqlite")
        let database = try AccountDatabase(path: path)
        try await database.add(account())
        try await database.add(session(1), today: testTime)
        try await DatabaseQueue(path: path).write { db in try db.execute(sql: "DELETE FROM account") }
        #expect(try await database.session(name(1), today: testTime) == nil)
    }

    @Test func `what was added is there when the file is opened again`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("accounts.sqlite")
        try await AccountDatabase(path: path).add(account())
        let read = try await AccountDatabase(path: path).account(Handle("steve"))
        #expect(try read == account())
    }
}

extension [UInt8] {
    /// The first column of a query's rows.
    fileprivate static func fetchNames(_ db: Database, sql: String) throws -> [[UInt8]] {
        try Row.fetchAll(db, sql: sql).map { [UInt8](try $0.decode(Data.self, atIndex: 0)) }
    }
}
