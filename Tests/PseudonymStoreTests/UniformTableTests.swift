import Foundation
import GRDB
import Sodium
import TestSupport
import Testing

@testable import PseudonymStore

/// A file with one uniform table, as stores have them.
private struct Scene {
    static let table = UniformTable(name: "row", columns: [.init("content", 100)], initialRows: 64)

    let folder = Result { try TemporaryFolder() }
    let path: String
    let writer: any DatabaseWriter
    let migrator: DatabaseMigrator

    init(rows: Int = 64) throws {
        path = try folder.get().file("x.sqlite")
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { db in
            try Room.createTable(in: db)
            try UniformTable(name: "row", columns: Scene.table.columns, initialRows: rows).create(in: db)
        }
        self.migrator = migrator
        writer = try SQLiteFile.open(path, migrator: migrator)
    }

    func insert(_ id: [UInt8], _ content: UInt8 = 1) async throws {
        try await writer.transaction { db in
            try Scene.table.insert(id, [[UInt8](repeating: content, count: 100)], in: db)
        }
    }

    func content(_ id: [UInt8]) async throws -> [UInt8]? {
        try await writer.look { db in try Scene.table.row(id, in: db)?.bytes("content") }
    }

    func number(_ sql: String) async throws -> Int? {
        try await writer.look { db in try Int.fetchOne(db, sql: sql) }
    }
}

struct UniformTableTests {
    private func key(_ number: Int) -> [UInt8] { Hashing.blake2b(bigEndian(number)) }

    @Test func `a row comes back, and a spare row is none`() async throws {
        let scene = try Scene()
        try await scene.insert(key(1), 7)
        #expect(try await scene.content(key(1)) == [UInt8](repeating: 7, count: 100))
        #expect(try await scene.content(key(2)) == nil)
        let spare = try await scene.writer.look { db in
            try Row.fetchOne(db, sql: "SELECT id FROM row WHERE spare = 1")?.bytes("id")
        }
        #expect(try await scene.content(#require(spare)) == nil)
    }

    @Test func `a row of a key that is taken is refused`() async throws {
        let scene = try Scene()
        try await scene.insert(key(1))
        #expect(try await refusal { try await scene.insert(key(1), 2) } == .alreadyExists)
        #expect(try await scene.content(key(1))?.first == 1)
    }

    @Test func `rows of another length are refused`() async throws {
        let scene = try Scene()
        for (id, content) in [(key(1), 99), (key(1), 101), (Array(key(1).dropLast()), 100)] {
            let error = try await refusal {
                try await scene.writer.transaction { db in
                    try Scene.table.insert(id, [[UInt8](repeating: 1, count: content)], in: db)
                }
            }
            // SQLITE_CONSTRAINT_CHECK
            #expect(error == .database(code: 275))
        }
    }

    @Test func `a row takes the place of a spare one, and gives it back`() async throws {
        let scene = try Scene()
        for number in 0..<24 { try await scene.insert(key(number)) }
        #expect(try await scene.number("SELECT count(*) FROM row") == 64)
        #expect(try await scene.number("SELECT spares FROM room") == 40)
        try await scene.writer.transaction { db in
            for number in 0..<24 { try Scene.table.remove(self.key(number), in: db) }
        }
        #expect(try await scene.number("SELECT count(*) FROM row") == 64)
        #expect(try await scene.number("SELECT count(*) FROM row WHERE spare = 0") == 0)
        #expect(try await scene.number("SELECT spares FROM room") == 64)
        #expect(try await scene.content(key(3)) == nil)
    }

    @Test func `nothing of a removed row is left, and nothing of its key`() async throws {
        let scene = try Scene()
        let content = RandomSource.system.bytes(100)
        try await scene.writer.transaction { db in try Scene.table.insert(self.key(1), [content], in: db) }
        let folder = try scene.folder.get()
        #expect(try folder.contents().range(of: Data(content[20..<60])) != nil)
        try await scene.writer.transaction { db in _ = try Scene.table.remove(self.key(1), in: db) }
        #expect(try folder.contents().range(of: Data(content[20..<60])) == nil)
        #expect(try folder.contents().range(of: Data(key(1)[0..<4])) == nil)
        #expect(try await scene.number("SELECT count(*) FROM row WHERE length(content) <> 100") == 0)
    }

    @Test func `where half of the slots are taken there are twice as many, and no row is lost`() async throws {
        let scene = try Scene(rows: 8)
        for number in 0..<100 { try await scene.insert(key(number), UInt8(number)) }
        for number in 0..<100 { #expect(try await scene.content(key(number))?.first == UInt8(number)) }
        #expect(try await scene.number("SELECT total FROM room") == 256)
        let counted = try await scene.number("SELECT count(*) FROM row WHERE spare = 1")
        let noted = try await scene.number("SELECT spares FROM room")
        #expect(counted == noted)
        #expect(try await scene.number("PRAGMA freelist_count") == 0)
    }

    @Test func `where a bucket is full the table grows, and no row is lost`() async throws {
        let scene = try Scene()
        let room = try await scene.writer.look { db in try Room.of("row", in: db) }
        let keys = (0..<200).map { key($0) }.filter { room.bucket(of: $0).lowerBound == 0 }
        #expect(keys.count > Room.bucketLength)
        // Not by `insert`, which grows before: half of all slots are in this bucket.
        try await scene.writer.transaction { db in
            for key in keys { try Scene.table.take(key, [[UInt8](repeating: 9, count: 100)], in: db) }
        }
        for key in keys { #expect(try await scene.content(key)?.first == 9) }
        let after = try await scene.writer.look { db in try Room.of("row", in: db) }
        #expect(after.total > 64 && after.taken == keys.count)
        #expect(after.seed != room.seed)
    }

    @Test func `a table that may not grow is full`() async throws {
        let table = UniformTable(name: "small", columns: [], initialRows: 32, maximumRows: 32)
        let scene = try Scene()
        let error = try await refusal {
            try await scene.writer.transaction { db in
                try table.create(in: db)
                for number in 0..<16 { try table.insert(self.key(number), [], in: db) }
                try table.insert(self.key(16), [], in: db)
            }
        }
        #expect(error == .full)
    }

    @Test func `many rows of one moment grow the table once`() async throws {
        let scene = try Scene()
        try await scene.insert(key(1_000))
        let rows = (0..<300).map { (id: key($0), values: [[UInt8](repeating: UInt8($0 % 256), count: 100)]) }
        try await scene.writer.transaction { db in try Scene.table.add(rows, in: db) }
        for row in rows { #expect(try await scene.content(row.id) == row.values[0]) }
        #expect(try await scene.number("SELECT total FROM room") == 1_024)
    }

    @Test func `keys fall evenly in buckets, and in others under another seed`() {
        let rooms = (0..<2 as Range<UInt8>).map { Room(total: 64 * 32, spares: 0, seed: name($0)) }
        let keys = (0..<6_400).map { key($0) }
        let counts = Dictionary(grouping: keys) { rooms[0].bucket(of: $0) }.mapValues(\.count)
        #expect(counts.count == 64)
        #expect(counts.values.allSatisfy { (50...150).contains($0) })
        let same = keys.count { rooms[0].bucket(of: $0) == rooms[1].bucket(of: $0) }
        #expect((40...200).contains(same))
    }

    @Test func `the write-ahead log is empty after each transaction`() async throws {
        let scene = try Scene()
        for number in 0..<5 {
            try await scene.insert(key(number))
            let log = try FileManager.default.attributesOfItem(atPath: scene.path + "-wal")[.size] as? Int
            #expect(log == 0)
        }
    }

    @Test func `a file that a process left in the midst of growing is written anew at the next start`() async throws {
        let scene = try Scene()
        try await scene.writer.write { db in try Scene.table.grow(by: 64, in: db) }
        #expect(try await scene.number("PRAGMA user_version") == 1)
        let again = try SQLiteFile.open(scene.path, migrator: scene.migrator)
        #expect(try await again.look { db in try Int.fetchOne(db, sql: "PRAGMA user_version") } == 0)
    }

    @Test func `where rows lie in the file tells nothing of the order in which they came`() async throws {
        // A correlation of ranks: without order its standard deviation is 1/√(n - 1), here 0.03; in order of arrival it is 1.
        let scene = try Scene(rows: 1_500)
        let keys = (0..<1_000).map { _ in RandomSource.system.bytes(32) }
        for chunk in stride(from: 0, to: keys.count, by: 10) {
            try await scene.writer.transaction { db in
                for id in keys[chunk..<(chunk + 10)] {
                    try Scene.table.insert(id, [[UInt8](repeating: 1, count: 100)], in: db)
                }
            }
        }
        let file = try Data(contentsOf: URL(fileURLWithPath: scene.path))
        let places = try keys.map { try #require(file.range(of: Data($0))).lowerBound }
        let ranks = Dictionary(uniqueKeysWithValues: places.sorted().enumerated().map { ($1, $0) })
        let distances = try places.enumerated().map { Double(try #require(ranks[$1]) - $0) }
        let count = Double(keys.count)
        let correlation = 1 - 6 * distances.map { $0 * $0 }.reduce(0, +) / (count * (count * count - 1))
        #expect(abs(correlation) < 0.15)
    }
}
