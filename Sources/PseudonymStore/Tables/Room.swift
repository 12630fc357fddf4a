internal import GRDB

/// How many rows a uniform table has, and how many of them are spare: SQLite would have to read them all.
struct Room {
    let total: Int
    let spares: Int

    /// Less than a quarter is spare: with fewer, rows would find none near their keys.
    var isScarce: Bool { spares * 4 < total || spares == 0 }

    /// Makes the table in which the rooms of a file stand.
    static func createTable(in db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE room (
                    relation TEXT NOT NULL PRIMARY KEY,
                    total INTEGER NOT NULL,
                    spares INTEGER NOT NULL
                ) STRICT, WITHOUT ROWID
                """)
    }

    static func create(for name: String, in db: Database) throws {
        try db.execute(sql: "INSERT INTO room VALUES (?, 0, 0)", arguments: [name])
    }

    static func of(_ name: String, in db: Database) throws -> Room {
        let row = try Row.fetchOne(db, cachedSQL: "SELECT total, spares FROM room WHERE relation = ?", [name])
        guard let row else { throw StoreError.malformedFile(file: name) }
        return Room(total: row["total"], spares: row["spares"])
    }

    /// Counts rows that became spare, or are spare no longer.
    static func add(_ spares: Int, for name: String, in db: Database) throws {
        try db.execute(cachedSQL: "UPDATE room SET spares = spares + ? WHERE relation = ?", [spares, name])
    }

    static func grow(by count: Int, for name: String, in db: Database) throws {
        try db.execute(
            cachedSQL: "UPDATE room SET total = total + ?, spares = spares + ? WHERE relation = ?",
            [count, count, name])
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
