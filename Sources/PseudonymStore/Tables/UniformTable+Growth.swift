internal import Foundation
internal import GRDB
internal import Sodium

extension UniformTable {
    /// How many seeds are tried before a table grows further: with a quarter of the slots taken hardly any fails.
    private static let tries = 4

    /// Makes the table anew with at least `count` more slots, twice as many or twice that, and marks the file to be
    /// written anew: its pages are at the end of the file now.
    ///
    /// - Throws: ``StoreError/full`` where it may not have as many.
    func grow(by count: Int, in db: Database) throws {
        let room = try Room.of(name, in: db)
        var total = room.total
        repeat { total *= 2 } while total < room.total + count
        try rebuild(total, in: db)
    }

    /// Makes the table anew with `total` slots, or more where its rows do not fit, each row in a random slot of its
    /// bucket.
    private func rebuild(_ total: Int, in db: Database) throws {
        let rows = try Row.fetchAll(db, sql: "SELECT slot, id FROM \(name) WHERE spare = 0")
        let keys = rows.map { $0.bytes("id") }
        var attempt = 0
        while true {
            let total = total << (attempt / UniformTable.tries)
            guard total <= maximumRows else { throw StoreError.full }
            let room = Room(total: total, spares: total - keys.count, seed: RandomSource.system.bytes(32))
            if let slots = UniformTable.slots(for: keys, in: room) {
                let old = rows.map { row -> Int in row["slot"] }
                return try move(zip(old, slots), room, in: db)
            }
            attempt += 1
        }
    }

    /// A random slot for each key, or `nil` where more fall in a bucket than it has slots.
    static func slots(for keys: [[UInt8]], in room: Room) -> [Int]? {
        var spare: [Range<Int>: [Int]] = [:]
        var slots: [Int] = []
        for key in keys {
            let bucket = room.bucket(of: key)
            guard let slot = spare[bucket, default: bucket.shuffled()].popLast() else { return nil }
            slots.append(slot)
        }
        return slots
    }

    private func move(_ slots: some Sequence<(Int, Int)>, _ room: Room, in db: Database) throws {
        try db.execute(sql: "ALTER TABLE \(name) RENAME TO \(name)_before")
        try createSlots(room.total, in: db)
        let names = (["id", "spare"] + columns.map(\.name)).joined(separator: ", ")
        let copying = try db.makeStatement(
            sql: """
                UPDATE \(name) SET (\(names)) = (SELECT \(names) FROM \(name)_before WHERE slot = ?) WHERE slot = ?
                """)
        for (old, new) in slots { try copying.execute(arguments: [old, new]) }
        try db.execute(sql: "DROP TABLE \(name)_before")
        try room.put(for: name, in: db)
        try SQLiteFile.markUnsettled(db)
    }

    /// Makes the table with slots from 0, all of them spare.
    func createSlots(_ total: Int, in db: Database) throws {
        let definitions =
            [
                "slot INTEGER PRIMARY KEY", "id BLOB NOT NULL CHECK (length(id) = \(UniformTable.keyLength))",
                "spare INTEGER NOT NULL CHECK (spare IN (0, 1))",
            ] + columns.map { "\($0.name) BLOB NOT NULL CHECK (length(\($0.name)) = \($0.length))" }
        try db.execute(sql: "CREATE TABLE \(name) (\(definitions.joined(separator: ", "))) STRICT")
        let zeros = columns.map { ", zeroblob(\($0.length))" }.joined()
        try db.execute(
            sql: """
                WITH RECURSIVE number(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n + 1 < ?)
                INSERT INTO \(name) SELECT n, zeroblob(\(UniformTable.keyLength)), 1\(zeros) FROM number
                """, arguments: [total])
    }
}
