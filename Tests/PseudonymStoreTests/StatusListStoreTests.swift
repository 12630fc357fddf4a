import Capabilities
import Sodium
import Testing

@testable import PseudonymStore

struct StatusListStoreTests {
    private func database(count: Int, decoys: Int) async throws -> PseudonymDatabase {
        let database = try PseudonymDatabase(inMemory: ())
        try await database.makeStatusList("1", count: count, decoys: decoys, random: .system)
        return database
    }

    private func setIndices(_ database: PseudonymDatabase) async throws -> Set<Int> {
        let list = try #require(await database.statusList("1"))
        return Set(try (0..<list.count).filter { try list.isRevoked($0) })
    }

    /// Takes every free index.
    private func allocateAll(_ database: PseudonymDatabase) async throws -> [Int] {
        var indices: [Int] = []
        while true {
            let error = try await refusal {
                indices.append(try await database.allocateStatus(in: "1", claim: name(1), random: .system))
            }
            if let error {
                #expect(error == .full)
                return indices
            }
        }
    }

    @Test func `indices are unique until the list is full`() async throws {
        let indices = try await allocateAll(database(count: 64, decoys: 0))
        #expect(Set(indices) == Set(0..<64))
        #expect(indices.count == 64)
    }

    @Test func `indices come in no order`() async throws {
        let indices = try await allocateAll(database(count: 64, decoys: 0))
        #expect(indices != indices.sorted())
    }

    @Test func `indices follow from the randomness given`() async throws {
        let database = try await database(count: 64, decoys: 0)
        let random = RandomSource { [UInt8](repeating: 0, count: $0 - 1) + [37] }
        #expect(try await database.allocateStatus(in: "1", claim: name(1), random: random) == 37)
        // The same number again and again is no free index.
        let error = try await refusal {
            try await database.allocateStatus(in: "1", claim: name(2), random: random)
        }
        #expect(error == .full)
    }

    @Test func `an index of an unknown list is refused`() async throws {
        let database = try await database(count: 64, decoys: 0)
        let error = try await refusal { try await database.allocateStatus(in: "2", claim: name(1), random: .system) }
        #expect(error == .notFound)
    }

    @Test func `decoys are set from the beginning and never allocated`() async throws {
        // Of 64 the last free one is found in a thousand tries but once in millions of runs; of 256 it is missed in one of fifty.
        let database = try await database(count: 64, decoys: 20)
        let decoys = try await setIndices(database)
        #expect((5...20).contains(decoys.count))
        let allocated = try await allocateAll(database)
        #expect(decoys.isDisjoint(with: allocated))
        #expect(decoys.union(allocated).count == 64)
    }

    @Test func `allocating sets no status`() async throws {
        let database = try await database(count: 64, decoys: 0)
        _ = try await allocateAll(database)
        #expect(try await setIndices(database).isEmpty)
    }

    @Test func `a list is made once`() async throws {
        let database = try await database(count: 256, decoys: 40)
        let decoys = try await setIndices(database)
        try await database.makeStatusList("1", count: 512, decoys: 200, random: .system)
        #expect(try await setIndices(database) == decoys)
        #expect(try await database.statusList("1")?.count == 256)
    }

    @Test func `an unknown list is not there`() async throws {
        #expect(try await database(count: 64, decoys: 0).statusList("2") == nil)
    }
}
