internal import DumpIdentity
internal import GRDB
internal import Sodium

/// How many slots a uniform table has, how many of them are spare, and which bucket of slots a key falls in.
struct Room: Equatable {
    /// How many slots a bucket has. With 32, buckets overflow before half of all slots are taken only in tables of some
    /// ten thousand rows; a look-up reads one bucket.
    static let bucketLength = 32

    let total: Int
    let spares: Int
    /// Random, and new whenever the table grows: nobody can choose keys that fall in one bucket.
    let seed: [UInt8]

    /// How many slots hold rows.
    var taken: Int { total - spares }

    /// Half of the slots are taken: with more, buckets would overflow.
    var isScarce: Bool { 2 * taken >= total }

    /// The slots in which a key may be.
    func bucket(of id: [UInt8]) -> Range<Int> {
        let hash = Hashing.blake2b(Derivation.message("dump/v1/bucket", context: seed + id))
        let number = hash.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let buckets = max(total / Room.bucketLength, 1)
        let start = Int(number % UInt64(buckets)) * Room.bucketLength
        return start..<(start + Room.bucketLength)
    }

    /// Makes the table in which the rooms of a file stand.
    static func createTable(in db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE room (
                    relation TEXT NOT NULL PRIMARY KEY,
                    total INTEGER NOT NULL,
                    spares INTEGER NOT NULL,
                    seed BLOB NOT NULL CHECK (length(seed) = 32)
                ) STRICT, WITHOUT ROWID
                """)
    }

    static func of(_ name: String, in db: Database) throws -> Room {
        let row = try Row.fetchOne(db, cachedSQL: "SELECT total, spares, seed FROM room WHERE relation = ?", [name])
        guard let row else { throw StoreError.malformedFile(file: name) }
        return Room(total: row["total"], spares: row["spares"], seed: row.bytes("seed"))
    }

    /// Stores the room of a table, in place of what it had.
    func put(for name: String, in db: Database) throws {
        try db.execute(
            cachedSQL: "INSERT OR REPLACE INTO room VALUES (?, ?, ?, ?)", [name, total, spares, seed.blob])
    }

    /// Counts rows that became spare, or are spare no longer.
    static func add(_ spares: Int, for name: String, in db: Database) throws {
        try db.execute(cachedSQL: "UPDATE room SET spares = spares + ? WHERE relation = ?", [spares, name])
    }
}

extension Row {
    /// The first row of a statement that is kept prepared.
    static func fetchOne(_ db: Database, cachedSQL sql: String, _ arguments: StatementArguments) throws -> Row? {
        try Row.fetchOne(db.cachedStatement(sql: sql), arguments: arguments)
    }
}

extension Database {
    /// Executes a statement that is kept prepared.
    func execute(cachedSQL sql: String, _ arguments: StatementArguments) throws {
        try cachedStatement(sql: sql).execute(arguments: arguments)
    }
}
