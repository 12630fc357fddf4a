internal import Foundation
internal import GRDB
internal import Sodium

/// A table whose rows all have one length and never move: where a row lies in the file tells nothing of when it came, nor
/// beside what.
///
/// The table is a hash table: its slots are numbered, and made all at once; a key falls in a bucket of some slots. A slot
/// that holds no row is *spare*. A new row takes one of the spare slots of its bucket at random, a row that goes leaves
/// its slot spare. Both overwrite the slot in place: SQLite does so where neither row id nor size changes, also in
/// overflow pages. Where half of the slots are taken, or a bucket is full, the table is made anew with twice as many.
/// Source: `docs/spec.md`, "Storage"; measured in `docs/decisions/0019`.
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

    /// The length of every key in bytes.
    static let keyLength = 32
    private static let condition = "slot >= ? AND slot < ? AND id = ? AND spare = 0"

    /// The name, written in this project; never input.
    let name: String
    /// The columns beside `slot`, `id` and `spare`.
    let columns: [Column]
    /// How many slots it has in the beginning, rounded up to buckets whose number is a power of two.
    let initialRows: Int
    /// How many slots it has at most.
    let maximumRows: Int

    init(name: String, columns: [Column], initialRows: Int, maximumRows: Int = .max) {
        self.name = name
        self.columns = columns
        self.initialRows = initialRows
        self.maximumRows = maximumRows
    }

    /// Makes the table, all of whose slots are spare. The table of rooms must be there.
    func create(in db: Database) throws {
        var total = Room.bucketLength
        while total < initialRows { total *= 2 }
        try createSlots(total, in: db)
        let seed = RandomSource.system.bytes(32)
        try Room(total: total, spares: total, seed: seed).put(for: name, in: db)
        try SQLiteFile.markUnsettled(db)
    }

    // MARK: Reading

    /// The columns of a row, or `nil`.
    func row(_ id: [UInt8], in db: Database) throws -> Row? { try fetch("*", id, in: db) }

    /// Whether there is a row of that key.
    func has(_ id: [UInt8], in db: Database) throws -> Bool { try fetch("1", id, in: db) != nil }

    /// The keys of all rows, in no order that means anything.
    func keys(in db: Database) throws -> [[UInt8]] {
        try Row.fetchAll(db, sql: "SELECT id FROM \(name) WHERE spare = 0 ORDER BY id").map { $0.bytes("id") }
    }

    /// One column of a row, or `nil`; the others are not read.
    func column(_ column: String, of id: [UInt8], in db: Database) throws -> [UInt8]? {
        try fetch(column, id, in: db)?.bytes(column)
    }

    private func fetch(_ what: String, _ id: [UInt8], in db: Database) throws -> Row? {
        let sql = "SELECT \(what) FROM \(name) WHERE \(UniformTable.condition)"
        return try Row.fetchOne(db, cachedSQL: sql, place(of: id, in: db))
    }

    private func place(of id: [UInt8], in db: Database) throws -> StatementArguments {
        let bucket = try Room.of(name, in: db).bucket(of: id)
        return [bucket.lowerBound, bucket.upperBound, id.blob]
    }

    // MARK: Writing

    /// Writes a new row over a spare one.
    ///
    /// - Throws: ``StoreError/alreadyExists``; ``StoreError/full``.
    func insert(_ id: [UInt8], _ values: [[UInt8]], in db: Database) throws {
        if try has(id, in: db) { throw StoreError.alreadyExists }
        if try Room.of(name, in: db).isScarce { try grow(by: 1, in: db) }
        try take(id, values, in: db)
    }

    /// Writes a new row over a spare one; that there is none of this key was seen to. The table grows where the key's
    /// bucket is full.
    ///
    /// - Throws: ``StoreError/full``.
    func take(_ id: [UInt8], _ values: [[UInt8]], in db: Database) throws {
        var slots = try spareSlots(for: id, in: db)
        while slots.isEmpty {
            try grow(by: 1, in: db)
            slots = try spareSlots(for: id, in: db)
        }
        // Any of them: always the first would keep the order of arrival within a bucket.
        guard let slot = slots.randomElement() else { throw StoreError.full }
        try db.execute(
            cachedSQL: "UPDATE \(name) SET id = ?, spare = 0\(assignments) WHERE slot = ?",
            StatementArguments([id.blob] + values.map(\.blob)) + [slot])
        try Room.add(-1, for: name, in: db)
    }

    /// Replaces all columns of a row in its place; nothing where it is not there.
    func update(_ id: [UInt8], _ values: [[UInt8]], in db: Database) throws {
        if columns.isEmpty { return }
        try db.execute(
            cachedSQL: "UPDATE \(name) SET \(assignments.dropFirst(2)) WHERE \(UniformTable.condition)",
            StatementArguments(values.map(\.blob)) + place(of: id, in: db))
    }

    /// Overwrites a row with zeros, which leaves its slot spare, and says whether it was there.
    @discardableResult
    func remove(_ id: [UInt8], in db: Database) throws -> Bool {
        let sql = "UPDATE \(name) SET \(emptying) WHERE \(UniformTable.condition)"
        try db.execute(cachedSQL: sql, place(of: id, in: db))
        if db.changesCount == 0 { return false }
        try Room.add(1, for: name, in: db)
        return true
    }

    /// Adds many rows of one moment, whose keys are new: the table grows once for all of them.
    func add(_ rows: [(id: [UInt8], values: [[UInt8]])], in db: Database) throws {
        let room = try Room.of(name, in: db)
        let missing = 2 * (room.taken + rows.count) - room.total
        if missing > 0 { try grow(by: missing, in: db) }
        for row in rows { try take(row.id, row.values, in: db) }
    }

    private var assignments: String { columns.map { ", \($0.name) = ?" }.joined() }

    /// What makes a row a spare one.
    var emptying: String {
        "id = zeroblob(\(UniformTable.keyLength)), spare = 1"
            + columns.map { ", \($0.name) = zeroblob(\($0.length))" }.joined()
    }

    private func spareSlots(for id: [UInt8], in db: Database) throws -> [Int] {
        let bucket = try Room.of(name, in: db).bucket(of: id)
        let sql = "SELECT slot FROM \(name) WHERE slot >= ? AND slot < ? AND spare = 1"
        return try Int.fetchAll(db.cachedStatement(sql: sql), arguments: [bucket.lowerBound, bucket.upperBound])
    }
}
