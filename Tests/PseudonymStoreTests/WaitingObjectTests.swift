import DumpIdentity
import Foundation
import GRDB
import IPLD
import Sodium
import TestSupport
import Testing

@testable import PseudonymStore

/// Objects that wait come into the log at random, and nothing tells in which order they came.
struct WaitingObjectTests {
    private let market: ModuleID
    private let travel: ModuleID
    private let database: ObjectDatabase

    init() throws {
        market = try ModuleID("org.dump.market")
        travel = try ModuleID("org.dump.travel")
        database = try ObjectDatabase(inMemory: [market, travel])
    }

    private func logged(_ database: ObjectDatabase? = nil) async throws -> [[UInt8]] {
        try await (database ?? self.database).objects(of: market, after: 0, limit: 200).map(\.bytes)
    }

    @Test func `an object that waits is in no log`() async throws {
        let object = try ModuleObject.test(1)
        try await database.hold(object)
        #expect(try await logged().isEmpty)
        #expect(try await database.object(object.cid, module: market) == nil)
    }

    @Test func `a released object is in the log, and does not wait any more`() async throws {
        let object = try ModuleObject.test(1)
        try await database.hold(object)
        #expect(try await database.release(in: market, probability: 1) == 1)
        #expect(try await logged() == [object.envelope.bytes])
        #expect(try await database.release(in: market, probability: 1) == 0)
        #expect(try await logged().count == 1)
    }

    @Test func `without a chance nothing is released`() async throws {
        for number in 1...20 { try await database.hold(.test(Int64(number))) }
        #expect(try await database.release(in: market, probability: 0) == 0)
        #expect(try await logged().isEmpty)
    }

    @Test func `a release is of one module`() async throws {
        try await database.hold(.test(1))
        try await database.hold(.test(1, module: travel.string))
        #expect(try await database.release(in: travel, probability: 1) == 1)
        #expect(try await logged().isEmpty)
        #expect(try await database.release(in: market, probability: 1) == 1)
    }

    @Test func `an object that a peer brought meanwhile is kept once`() async throws {
        let object = try ModuleObject.test(1)
        try await database.hold(object)
        try await database.add(object)
        try await database.release(in: market, probability: 1)
        #expect(try await logged() == [object.envelope.bytes])
    }

    @Test(arguments: [0.1, 0.5, 0.9]) func `about as many are released as the probability says`(
        probability: Double
    ) async throws {
        let random = RandomSource.seeded(1)
        for number in 1...150 { try await database.hold(.test(Int64(number)), random: random) }
        let count = try await database.release(in: market, probability: probability, random: random)
        // Four standard deviations of 150 draws; the draws are the same at every run.
        let deviation = (150 * probability * (1 - probability)).squareRoot()
        #expect(abs(Double(count) - 150 * probability) < 4 * deviation)
        #expect(try await logged().count == count)
    }

    @Test func `of objects that are released together each order is as likely`() async throws {
        let random = RandomSource.seeded(2)
        let objects = try (1...3).map { try ModuleObject.test($0) }
        var counts: [[Int?]: Int] = [:]
        for _ in 0..<600 {
            let database = try ObjectDatabase(inMemory: [market])
            // Whatever their names are, here those of the order in which they came.
            for (number, object) in objects.enumerated() {
                let name = [UInt8](repeating: UInt8(number), count: 16)
                try await database.hold(object, random: RandomSource { Array(name.prefix($0)) })
            }
            try await database.release(in: market, probability: 1, random: random)
            let order = try await logged(database).map { bytes in objects.firstIndex { $0.envelope.bytes == bytes } }
            counts[order, default: 0] += 1
        }
        #expect(counts.count == 6)
        // 100 expected; four standard deviations are 37.
        for count in counts.values { #expect((63...137).contains(count)) }
    }

    @Test func `what waited longer is not released earlier`() async throws {
        let random = RandomSource.seeded(3)
        let (first, second) = (try ModuleObject.test(1), try ModuleObject.test(2))
        var isFirstEarlier = 0
        for _ in 0..<400 {
            let database = try ObjectDatabase(inMemory: [market])
            try await database.hold(first, random: random)
            try await database.hold(second, random: random)
            while try await logged(database).count < 2 {
                try await database.release(in: market, probability: 0.3, random: random)
            }
            if try await logged(database).first == first.envelope.bytes { isFirstEarlier += 1 }
        }
        // 200 expected; four standard deviations are 40.
        #expect((160...240).contains(isFirstEarlier))
    }

    @Test func `what waits is there after a restart`() async throws {
        let folder = try TemporaryFolder()
        let object = try ModuleObject.test(1)
        do {
            let database = try await ObjectDatabase(folder: folder.path, modules: [market])
            try await database.hold(object)
        }
        let again = try await ObjectDatabase(folder: folder.path, modules: [market])
        try await again.release(in: market, probability: 1)
        #expect(try await logged(again) == [object.envelope.bytes])
    }

    @Test func `a row that waits has a random name and the bytes, and nothing else`() async throws {
        let log = try ModuleLog(inMemory: ())
        let object = try ModuleObject.test(1)
        try await log.hold(object, random: .fixed())
        let waiting = try log.writer.read { db in try Row.fetchOne(db, sql: "SELECT * FROM waiting") }
        let row = try #require(waiting)
        #expect(Array(row.columnNames) == ["id", "bytes"])
        #expect(row.bytes("id") == [UInt8](repeating: 7, count: 16))
        #expect(row.bytes("bytes") == object.envelope.bytes)
    }

    /// The file after objects came in an order, each under a name of its own.
    private func file(_ order: [ModuleObject]) async throws -> Data {
        let folder = try TemporaryFolder()
        do {
            let database = try await ObjectDatabase(folder: folder.path, modules: [market])
            for object in order {
                let name = Hashing.sha256(object.envelope.bytes)
                try await database.hold(object, random: RandomSource { Array(name.prefix($0)) })
            }
        }
        return try folder.contents()
    }

    @Test func `the file does not tell in which order objects came to wait`() async throws {
        let objects = try (1...6).map { try ModuleObject.test($0, size: 100) }
        let file = try await file(objects)
        #expect(try await self.file([3, 5, 0, 4, 2, 1].map { objects[$0] }) == file)
        #expect(try await self.file(objects.reversed()) == file)
    }

    @Test func `large objects lie in the same order, whoever came last`() async throws {
        let objects = try (1...12).map { try ModuleObject.test($0, size: 20_000) }
        // The signature is on the first page of an object, the nonce on the last.
        let traces =
            objects.map { [UInt8]($0.envelope.signature) }
            + objects.compactMap { $0.envelope.payload["nonce"]?.bytesValue }
        #expect(traces.count == 24)
        var orders: Set<[Int]> = []
        for shift in 0..<4 {
            let order = objects.indices.map { objects[($0 * 5 + shift * 3) % 12] }
            let file = try await file(order)
            var places: [(place: Int, trace: Int)] = []
            for (number, trace) in traces.enumerated() {
                places.append((try #require(file.range(of: Data(trace))).lowerBound, number))
            }
            orders.insert(places.sorted { $0.place < $1.place }.map(\.trace))
        }
        #expect(orders.count == 1)
    }

    @Test func `what was released lies nowhere but in the log`() async throws {
        let folder = try TemporaryFolder()
        let object = try ModuleObject.test(1, size: 300)
        do {
            let database = try await ObjectDatabase(folder: folder.path, modules: [market])
            try await database.hold(object)
            try await database.release(in: market, probability: 1)
        }
        let disk = try folder.contents()
        let first = try #require(disk.range(of: Data(object.envelope.signature)))
        #expect(disk[first.upperBound...].range(of: Data(object.envelope.signature)) == nil)
    }

    @Test func `when very many wait no more are taken, and none of them is lost`() async throws {
        let random = RandomSource.seeded(4)
        let log = try ModuleLog(inMemory: ())
        for number in 1...ModuleLog.maximumWaiting { try await log.hold(.test(Int64(number)), random: random) }
        #expect(try await refusal { try await log.hold(.test(0), random: random) } == .full)
        #expect(try await log.release(probability: 1, random: random) == ModuleLog.maximumWaiting)
        try await log.hold(.test(0), random: random)
    }
}
