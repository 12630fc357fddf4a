import TestSupport
import Testing

@testable import Sodium

struct PasswordHashTests {
    private static let salt = pattern(16)

    private func key(
        _ passphrase: String = "correct horse battery", salt: [UInt8] = salt, cost: PasswordHash.Cost = .minimum
    ) throws -> [UInt8] {
        try PasswordHash.deriveKey(from: .test(Array(passphrase.utf8)), salt: salt, cost: cost).copyForTransfer()
    }

    /// Argon2id as libsodium itself gives it: a stored wrap has to open again in years.
    @Test(arguments: [
        (1, 8_192, "0dfe509cfb319e6f63967799aad3c4d9ce06d7e9abef9f74dcc45d30eda9d60c"),
        (2, 16_384, "3400546920b5840b4294b02f8feb4c1e1e64c9c79b29b0ae95b3ab520ffcdfb0"),
    ])
    func `a passphrase gives the known key`(operations: Int, memory: Int, expected: String) throws {
        let cost = PasswordHash.Cost(operations: operations, memory: memory)
        #expect(try key(cost: cost) == hex(expected))
    }

    @Test func `the same passphrase, salt and cost give the same key`() throws { #expect(try key() == key()) }

    @Test func `another salt gives another key`() throws {
        #expect(try key() != key(salt: Self.salt.altered(at: 15)))
    }

    @Test(arguments: ["", "correct horse batter", "correct horse battery ", "Correct horse battery"])
    func `another passphrase gives another key`(passphrase: String) throws {
        #expect(try key() != key(passphrase))
    }

    @Test func `more passes or more memory give another key`() throws {
        let minimum = PasswordHash.Cost.minimum
        #expect(try key() != key(cost: .init(operations: minimum.operations + 1, memory: minimum.memory)))
        #expect(try key() != key(cost: .init(operations: minimum.operations, memory: minimum.memory * 2)))
    }

    @Test(arguments: [
        (0, 8_192), (-1, 8_192), (65, 8_192), (.max, 8_192), (1, 0), (1, 8_191), (1, -1), (1, (4 << 30) + 1), (1, .max),
    ])
    func `a cost outside the range is refused`(operations: Int, memory: Int) {
        #expect(throws: SodiumError.invalidCost) { try key(cost: .init(operations: operations, memory: memory)) }
    }

    @Test(arguments: [
        (1, 8_192, false), (2, 16_384, false), (3, 16_384, true), (2, 16_385, true), (3, 16_385, true),
        (3, 8_192, true), (1, 16_385, true), (2, 16_383, false), (1, 16_384, false),
    ])
    func `a cost is lower than another where passes or memory are`(operations: Int, memory: Int, isLower: Bool) {
        let cost = PasswordHash.Cost(operations: 2, memory: 16_384)
        #expect(cost.isLower(than: .init(operations: operations, memory: memory)) == isLower)
    }

    @Test(arguments: [
        (1, 8_192, 2, 16_384), (3, 8_192, 3, 16_384), (1, 16_385, 2, 16_385), (3, 16_385, 3, 16_385),
        (2, 16_384, 2, 16_384),
    ])
    func `a raised cost has the more of each`(operations: Int, memory: Int, raised: Int, raisedMemory: Int) {
        let other = PasswordHash.Cost(operations: operations, memory: memory)
        let result = PasswordHash.Cost(operations: 2, memory: 16_384).raised(to: other)
        #expect(result == PasswordHash.Cost(operations: raised, memory: raisedMemory))
        #expect(!result.isLower(than: other))
    }

    @Test(arguments: [0, 15, 17, 32])
    func `a salt of another length is refused`(length: Int) {
        #expect(throws: SodiumError.wrongLength(expected: 16, actual: length)) { try key(salt: pattern(length)) }
    }
}
