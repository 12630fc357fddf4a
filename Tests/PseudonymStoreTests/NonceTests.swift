import IPLD
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

    @Test func `a nonce is forgotten after the hour in which its invocation expires`() async throws {
        let database = try PseudonymDatabase(inMemory: ())
        #expect(try await use(.test(1), of: database, at: testTime) == nil)
        #expect(try await use(.test(2, expiration: testTime + 7_300), of: database, at: testTime + 7_201) == nil)
        #expect(try await database.count("used_nonce") == 1)
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
        #expect(try await use(.test(1), of: database, at: testTime) == nil)
        // As if there were all the others.
        try await database.setNonceCount(PseudonymDatabase.maximumNonces)
        let before = try await database.counts()
        #expect(try await use(.test(2), of: database, at: testTime) == .busy)
        #expect(try await use(.test(1), of: database, at: testTime) == .replayed)
        #expect(try await database.counts() == before)
        #expect(try await use(.test(2, expiration: testTime + 7_300), of: database, at: testTime + 3_601) == nil)
        #expect(try await use(.test(3, expiration: testTime + 7_300), of: database, at: testTime + 3_601) == .busy)
    }

    @Test func `the count of nonces is that of the rows`() async throws {
        let database = try PseudonymDatabase(inMemory: ())
        for byte in 1...5 as ClosedRange<UInt8> {
            #expect(try await use(.test(byte), of: database, at: testTime) == nil)
            #expect(try await use(.test(byte), of: database, at: testTime) == .replayed)
        }
        #expect(try await database.nonceCount() == 5)
        #expect(try await use(.test(9, expiration: testTime + 7_300), of: database, at: testTime + 3_601) == nil)
        #expect(try await database.nonceCount() == 1)
        #expect(try await database.count("used_nonce") == 1)
    }

    @Test func `of many expired nonces each use forgets a hundred`() async throws {
        let database = try PseudonymDatabase(inMemory: ())
        for byte in 0..<150 as Range<UInt8> {
            #expect(try await use(.test(byte), of: database, at: testTime) == nil)
        }
        let later = testTime + 7_000
        #expect(try await use(.test(200, expiration: later), of: database, at: later) == nil)
        #expect(try await database.count("used_nonce") == 51)
        #expect(try await use(.test(201, expiration: later), of: database, at: later) == nil)
        #expect(try await database.count("used_nonce") == 2)
        #expect(try await database.nonceCount() == 2)
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
