import GRDB
import IPLD
import Sodium
import TestSupport
import Testing

@testable import PseudonymStore

struct NonceTests {
    private func use(_ nonce: UsedNonce, of database: PseudonymDatabase, at time: Int64) async throws -> StoreError? {
        try await refusal { _ = try await database.answer(to: .test(1), nonce: nonce, now: time) }
    }

    @Test(arguments: [0, 1, 60] as [Int64])
    func `a used nonce is refused until its invocation has expired`(seconds: Int64) async throws {
        let database = try PseudonymDatabase(inMemory: ())
        #expect(try await use(.test(1), of: database, at: testTime) == nil)
        #expect(try await use(.test(1), of: database, at: testTime + seconds) == .replayed)
    }

    @Test(arguments: [0, 59, 60, 3_599, 3_600] as [Int64])
    func `a nonce is kept at least until the expiry`(offset: Int64) async throws {
        let database = try PseudonymDatabase(inMemory: ())
        let expiration = testTime + offset
        #expect(try await use(.test(1, expiration: expiration), of: database, at: testTime) == nil)
        // Another use sweeps what has expired.
        #expect(try await use(.test(2, expiration: expiration), of: database, at: expiration) == nil)
        #expect(try await use(.test(1, expiration: expiration), of: database, at: expiration) == .replayed)
    }

    @Test func `where room is scarce, what has expired is written over`() async throws {
        let database = try PseudonymDatabase(inMemory: ())
        try await fill(database)
        let room = try await database.writer.read { db in try Room.of("used_nonce", in: db) }
        #expect(room.isScarce == false)
        let later = testTime + 7_201
        for byte in 0..<5 as Range<UInt8> {
            #expect(try await use(.test(byte, expiration: later + 60), of: database, at: later) == nil)
        }
        let after = try await database.writer.read { db in try Room.of("used_nonce", in: db) }
        #expect(after.total == room.total)
        // All of the table was looked through.
        #expect(after.taken == 5)
    }

    @Test func `where room is scarce and nothing has expired, the table grows and forgets nothing`() async throws {
        let database = try PseudonymDatabase(inMemory: ())
        let used = try await fill(database)
        let total = try await database.writer.read { db in try Room.of("used_nonce", in: db).total }
        for byte in 0..<5 as Range<UInt8> {
            #expect(try await use(.test(byte), of: database, at: testTime) == nil)
        }
        #expect(try await database.writer.read { db in try Room.of("used_nonce", in: db).total } == 2 * total)
        #expect(try await database.count("used_nonce") == used + 5)
        #expect(try await use(.test(0), of: database, at: testTime) == .replayed)
    }

    /// Uses nonces until room is all but scarce, and gives their number.
    @discardableResult
    private func fill(_ database: PseudonymDatabase) async throws -> Int {
        try await database.writer.write { db in
            var count = 0
            while try 2 * (Room.of("used_nonce", in: db).taken + 1) < Room.of("used_nonce", in: db).total {
                try PseudonymDatabase.usedNonce.take(
                    Hashing.blake2b(bigEndian(count)), [bigEndian(Int(testTime) + 3_600)], in: db)
                count += 1
            }
            return count
        }
    }

    @Test func `a refused use forgets nothing and keeps nothing`() async throws {
        let database = try PseudonymDatabase(inMemory: ())
        #expect(try await use(.test(1), of: database, at: testTime) == nil)
        #expect(try await use(.test(2, expiration: testTime + 7_300), of: database, at: testTime) == nil)
        #expect(try await use(.test(2, expiration: testTime + 7_300), of: database, at: testTime + 7_201) == .replayed)
        #expect(try await database.count("used_nonce") == 2)
    }

    @Test func `used nonces outlive their process`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("p.sqlite")
        #expect(try await use(.test(1), of: PseudonymDatabase(path: path), at: testTime) == nil)
        let again = try PseudonymDatabase(path: path)
        #expect(try await use(.test(1), of: again, at: testTime + 60) == .replayed)
        #expect(try await use(.test(2), of: again, at: testTime + 60) == nil)
    }

    @Test func `with as many nonces as are kept, another is refused until one has expired`() async throws {
        let database = try PseudonymDatabase(inMemory: ())
        try await database.writer.write { db in
            for number in 0..<100 {
                try PseudonymDatabase.usedNonce.take(
                    Hashing.blake2b(bigEndian(number)), [bigEndian(Int(testTime) + 3_600)], in: db)
            }
            // As if there were as many as there may be.
            try db.execute(
                sql: "UPDATE room SET spares = total - ? WHERE relation = 'used_nonce'",
                arguments: [PseudonymDatabase.maximumNonces])
        }
        let before = try await database.counts()
        #expect(try await use(.test(2), of: database, at: testTime) == .busy)
        #expect(try await database.counts() == before)
        #expect(try await use(.test(2, expiration: testTime + 7_300), of: database, at: testTime + 3_601) == nil)
    }

    @Test func `the same nonce of another issuer is another nonce`() async throws {
        let database = try PseudonymDatabase(inMemory: ())
        #expect(try await use(.test(1), of: database, at: testTime) == nil)
        #expect(try await use(.test(1, by: .stranger), of: database, at: testTime) == nil)
    }

    @Test func `what is kept of a nonce is a hash and an hour`() throws {
        let nonce = try UsedNonce.test(1)
        #expect(nonce.identifier.count == 32)
        #expect(try nonce.identifier != Party.viewer.principal.publicKey)
        #expect(nonce.keptUntil == testTime + 3_600)
    }
}
