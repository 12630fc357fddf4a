internal import Foundation
internal import GRDB
internal import Sodium

/// A table whose rows all have one length, under keys that are spread evenly: where a row lies in the file tells nothing
/// of when it came, nor beside what.
///
/// A part of the rows is *spare*. A new row is written over one of the spare rows next to its key, a row that goes
/// becomes a spare one in its place. So pages are neither taken nor freed in the order of events, and within a page a row
/// lies where some spare row lay. When spare rows become few, as many again are added and the file is written anew in the
/// order of the keys. Source: `docs/spec.md`, "Storage"; measured in `docs/decisions/0010`.
struct UniformTable: Sendable {
    /// A column of bytes of one length.
    struct Column: Sendable {
        let name: String
        let length: Int

        init(_ name: String, _ length: Int) {
            self.name = name
            self.length = length
        }
    }

    /// The length of every key in bytes. Keys are random, hashes or public keys: evenly spread.
    static let keyLength = 32
    /// Among how many spare rows next to the key one is taken at random: always the nearest would keep the order of two
    /// neighbours that came one after the other.
    private static let choice = 4

    /// The name, written in this project; never input.
    let name: String
    /// The columns beside `id` and `spare`.
    let columns: [Column]
    /// How many spare rows it has in the beginning.
    let initialRows: Int

    /// Makes the table with its first spare rows. The table of rooms must be there.
    func create(in db: Database) throws {
        let definitions =
            [
                "id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = \(UniformTable.keyLength))",
                "spare INTEGER NOT NULL CHECK (spare IN (0, 1))",
            ] + columns.map { "\($0.name) BLOB NOT NULL CHECK (length(\($0.name)) = \($0.length))" }
        try db.execute(
            sql: "CREATE TABLE \(name) (\(definitions.joined(separator: ", "))) STRICT, WITHOUT ROWID")
        try Room.create(for: name, in: db)
        try grow(by: initialRows, in: db)
    }

    // MARK: Reading

    /// The columns of a row, or `nil`.
    func row(_ id: [UInt8], in db: Database) throws -> Row? {
        try Row.fetchOne(db, cachedSQL: "SELECT * FROM \(name) WHERE id = ? AND spare = 0", [id.blob])
    }

    /// Whether there is a row of that key.
    func has(_ id: [UInt8], in db: Database) throws -> Bool {
        try Row.fetchOne(db, cachedSQL: "SELECT 1 FROM \(name) WHERE id = ? AND spare = 0", [id.blob]) != nil
    }

    // MARK: Writing

    /// Writes a new row over a spare one.
    ///
    /// - Throws: ``StoreError/alreadyExists``.
    func insert(_ id: [UInt8], _ values: [[UInt8]], in db: Database) throws {
        if try has(id, in: db) { throw StoreError.alreadyExists }
        try makeRoom(in: db)
        try take(id, values, in: db)
    }

    /// Writes a new row over a spare one; that there is none of this key, and that there is room, was seen to.
    func take(_ id: [UInt8], _ values: [[UInt8]], in db: Database) throws {
        guard let spare = try spareRow(near: id, in: db) else { throw StoreError.full }
        try db.execute(cachedSQL: "DELETE FROM \(name) WHERE id = ?", [spare])
        try write(id, spare: 0, values, in: db)
        try Room.add(-1, for: name, in: db)
    }

    /// Replaces all columns of a row in its place; nothing where it is not there.
    func update(_ id: [UInt8], _ values: [[UInt8]], in db: Database) throws {
        let assignments = columns.map { "\($0.name) = ?" }.joined(separator: ", ")
        try db.execute(
            cachedSQL: "UPDATE \(name) SET \(assignments) WHERE id = ? AND spare = 0",
            StatementArguments(values.map(\.blob) + [id.blob]))
    }

    /// Overwrites a row with a spare one, and says whether it was there.
    @discardableResult
    func remove(_ id: [UInt8], in db: Database) throws -> Bool {
        try db.execute(cachedSQL: "DELETE FROM \(name) WHERE id = ? AND spare = 0", [id.blob])
        if db.changesCount == 0 { return false }
        try write(try key(inPlaceOf: id, in: db), spare: 1, empty, in: db)
        try Room.add(1, for: name, in: db)
        return true
    }

    /// Adds spare rows where few are left.
    private func makeRoom(in db: Database) throws {
        let room = try Room.of(name, in: db)
        if room.isScarce { try grow(by: max(room.total, 1), in: db) }
    }

    /// Adds spare rows, and marks the file to be written anew: pages that are taken now are at its end.
    func grow(by count: Int, in db: Database) throws {
        let zeros = columns.map { ", zeroblob(\($0.length))" }.joined()
        try db.execute(
            sql: """
                WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?)
                INSERT INTO \(name) SELECT randomblob(\(UniformTable.keyLength)), 1\(zeros) FROM number
                """, arguments: [count])
        try Room.grow(by: count, for: name, in: db)
        try SQLiteFile.markUnsettled(db)
    }

    /// A random key between the neighbours of one that went: it keeps the row in its page, and tells nothing of the key
    /// itself.
    private func key(inPlaceOf id: [UInt8], in db: Database) throws -> [UInt8] {
        func start(_ row: Row?) -> UInt64? { row?.bytes("id").prefix(8).reduce(0) { $0 << 8 | UInt64($1) } }
        let below = try Row.fetchOne(
            db, cachedSQL: "SELECT id FROM \(name) WHERE id < ? ORDER BY id DESC LIMIT 1", [id.blob])
        let above = try Row.fetchOne(
            db, cachedSQL: "SELECT id FROM \(name) WHERE id > ? ORDER BY id LIMIT 1", [id.blob])
        // Two keys of the same 8 bytes are as good as never there; a key on either side of them would do, too.
        let start = UInt64.random(in: (start(below) ?? 0)...max(start(below) ?? 0, start(above) ?? .max))
        return bigEndian(Int(bitPattern: UInt(start))) + RandomSource.system.bytes(UniformTable.keyLength - 8)
    }

    /// Adds rows beside the spare ones, and marks the file to be written anew: for many rows of one moment.
    func add(_ rows: [(id: [UInt8], values: [[UInt8]])], in db: Database) throws {
        for row in rows { try write(row.id, spare: 0, row.values, in: db) }
        try Room.grow(by: rows.count, for: name, in: db)
        try Room.add(-rows.count, for: name, in: db)
        try SQLiteFile.markUnsettled(db)
    }

    private var empty: [[UInt8]] { columns.map { [UInt8](repeating: 0, count: $0.length) } }

    private func write(_ id: [UInt8], spare: Int, _ values: [[UInt8]], in db: Database) throws {
        let marks = repeatElement(", ?", count: columns.count).joined()
        try db.execute(
            cachedSQL: "INSERT INTO \(name) VALUES (?, \(spare)\(marks))",
            StatementArguments([id.blob] + values.map(\.blob)))
    }

    private func spareRow(near id: [UInt8], in db: Database) throws -> Data? {
        let above = "SELECT id FROM \(name) WHERE spare = 1 AND id > ? ORDER BY id LIMIT \(UniformTable.choice)"
        let found = try Data.fetchAll(db.cachedStatement(sql: above), arguments: [id.blob])
        if let spare = found.randomElement() { return spare }
        let first = "SELECT id FROM \(name) WHERE spare = 1 ORDER BY id LIMIT \(UniformTable.choice)"
        return try Data.fetchAll(db.cachedStatement(sql: first)).randomElement()
    }
}
