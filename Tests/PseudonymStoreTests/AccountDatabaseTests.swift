import DumpIdentity
import Foundation
import Sodium
import TestSupport
import Testing

@testable import PseudonymStore

struct AccountDatabaseTests {
    private func account(
        _ handle: String = "steve", profile: [UInt8] = [1, 2], state: [UInt8] = [3], recovery: [UInt8]? = nil
    ) throws -> StoredAccount {
        StoredAccount(
            handle: try Handle(handle),
            wrap: PassphraseWrap(
                cost: PasswordHash.Cost(operations: 3, memory: 8_192), salt: [UInt8](repeating: 5, count: 16),
                ciphertext: [UInt8](repeating: 7, count: 72)),
            recovery: recovery, profile: profile, state: state)
    }

    private func session(_ byte: UInt8) -> StoredSession {
        StoredSession(
            identifier: name(byte), wrappedRoot: [UInt8](repeating: byte, count: 72),
            details: [UInt8](repeating: byte, count: 168))
    }

    /// Begins a session of Steve's, whose state stays as it is.
    private func begin(_ byte: UInt8, in database: AccountDatabase, ending ended: [UInt8] = []) async throws {
        try await database.begin(
            session(byte), of: Handle("steve"), state: [3], with: [3], ending: ended.map { name($0) })
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

    @Test func `a session comes back as it began, and an unknown one does not`() async throws {
        let database = try AccountDatabase(inMemory: ())
        try await database.add(account())
        try await begin(1, in: database)
        #expect(try await database.session(name(1)) == session(1))
        #expect(try await database.session(name(2)) == nil)
    }

    @Test func `a session that begins replaces the state and ends others, or does nothing`() async throws {
        let database = try AccountDatabase(inMemory: ())
        try await database.add(account())
        try await begin(1, in: database)
        let error = try await refusal {
            try await database.begin(session(2), of: Handle("steve"), state: [9], with: [4], ending: [name(1)])
        }
        #expect(error == .notFound)
        #expect(try await database.session(name(1)) != nil)
        #expect(try await database.session(name(2)) == nil)
        try await database.begin(session(2), of: Handle("steve"), state: [3], with: [4], ending: [name(1)])
        #expect(try await database.session(name(1)) == nil)
        #expect(try await database.session(name(2)) != nil)
        #expect(try await database.account(Handle("steve"))?.state == [4])
    }

    @Test func `a session without an account is refused`() async throws {
        let database = try AccountDatabase(inMemory: ())
        #expect(try await refusal { try await begin(1, in: database) } == .notFound)
        #expect(try await database.session(name(1)) == nil)
    }

    @Test func `sessions that were removed are gone and the others stay`() async throws {
        let database = try AccountDatabase(inMemory: ())
        try await database.add(account())
        for byte in 1...3 as ClosedRange<UInt8> { try await begin(byte, in: database) }
        try await database.removeSessions([name(1), name(3), name(9)])
        #expect(try await database.session(name(1)) == nil)
        #expect(try await database.session(name(2)) != nil)
        #expect(try await database.session(name(3)) == nil)
    }

    @Test func `details of a session that has ended do not bring it back`() async throws {
        let database = try AccountDatabase(inMemory: ())
        try await database.update(session(1))
        #expect(try await database.session(name(1)) == nil)
    }

    // MARK: Wraps and ends

    @Test(arguments: [nil, [UInt8](repeating: 4, count: 72)])
    func `wraps are replaced where they are still those that were read`(recovery: [UInt8]?) async throws {
        let database = try AccountDatabase(inMemory: ())
        try await database.add(account(recovery: [UInt8](repeating: 6, count: 72)))
        let old = try account().wrap
        let new = PassphraseWrap(
            cost: PasswordHash.Cost(operations: 4, memory: 16_384), salt: [UInt8](repeating: 1, count: 16),
            ciphertext: [UInt8](repeating: 2, count: 72))
        #expect(
            try await refusal {
                try await database.replaceWraps(of: Handle("steve"), new, with: new, recovery: nil)
            } == .notFound)
        try await database.replaceWraps(of: Handle("steve"), old, with: new, recovery: recovery)
        let read = try #require(await database.account(Handle("steve")))
        #expect(read.wrap == new)
        #expect(read.recovery == recovery)
        #expect(read.profile == [1, 2])
    }

    @Test func `an account that was removed is gone with its sessions, and others stay`() async throws {
        let database = try AccountDatabase(inMemory: ())
        try await database.add(account())
        try await database.add(account("stephanie"))
        try await begin(1, in: database)
        try await begin(2, in: database)
        try await database.remove(account(), sessions: [name(1)])
        #expect(try await database.account(Handle("steve")) == nil)
        #expect(try await database.account(Handle("stephanie")) != nil)
        #expect(try await database.session(name(1)) == nil)
        #expect(try await database.session(name(2)) != nil)
        #expect(try await refusal { try await database.remove(account(), sessions: [name(2)]) } == .notFound)
        #expect(try await database.session(name(2)) != nil)
    }

    @Test func `the cost for an unknown handle is that of some account`() async throws {
        let database = try AccountDatabase(inMemory: ())
        #expect(try await database.neighbouringCost(of: Handle("adam")) == nil)
        try await database.add(account())
        for handle in ["adam", "beatrice", "stephanie", "steve"] {
            #expect(try await database.neighbouringCost(of: Handle(handle)) == account().wrap.cost)
        }
    }

    @Test func `no handle stands in the file`() async throws {
        let folder = try TemporaryFolder()
        let database = try AccountDatabase(path: folder.file("accounts.sqlite"))
        try await database.add(account("a-handle-of-some-length"))
        #expect(try folder.contents().range(of: Data("a-handle-of-some-length".utf8)) == nil)
    }

    @Test func `what was added is there when the file is opened again`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("accounts.sqlite")
        try await AccountDatabase(path: path).add(account())
        let read = try await AccountDatabase(path: path).account(Handle("steve"))
        #expect(try read == account())
    }
}
