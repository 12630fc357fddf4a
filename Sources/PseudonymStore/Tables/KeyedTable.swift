internal import GRDB

/// A table with rows of one length as it was before they had slots, in the order of its keys: migrations of that time
/// still make it, and a later one takes it over.
struct KeyedTable {
    let name: String
    let columns: [UniformTable.Column]
    /// How many slots it gets when it is taken over.
    let initialRows: Int

    /// A table of lists or of values in pieces.
    static func sealed(_ name: String, length: Int, initialRows: Int) -> KeyedTable {
        KeyedTable(
            name: name, columns: [.init("tag", 32), .init("piece", length + 4)], initialRows: initialRows)
    }

    /// Makes tables without rows, and the rooms of that time. Spare rows are left out: the tables are taken over before
    /// the file is used.
    static func create(_ tables: [KeyedTable], in db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE room (
                    relation TEXT NOT NULL PRIMARY KEY,
                    total INTEGER NOT NULL,
                    spares INTEGER NOT NULL
                ) STRICT, WITHOUT ROWID
                """)
        for table in tables {
            let definitions =
                [
                    "id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = \(UniformTable.keyLength))",
                    "spare INTEGER NOT NULL CHECK (spare IN (0, 1))",
                ] + table.columns.map { "\($0.name) BLOB NOT NULL CHECK (length(\($0.name)) = \($0.length))" }
            try db.execute(
                sql: "CREATE TABLE \(table.name) (\(definitions.joined(separator: ", "))) STRICT, WITHOUT ROWID")
            try db.execute(sql: "INSERT INTO room VALUES (?, 0, 0)", arguments: [table.name])
        }
    }

    /// Adds a row.
    func insert(_ id: [UInt8], _ values: [[UInt8]], in db: Database) throws {
        let marks = repeatElement(", ?", count: values.count).joined()
        try db.execute(
            cachedSQL: "INSERT INTO \(name) VALUES (?, 0\(marks))",
            StatementArguments([id.blob] + values.map(\.blob)))
        try db.execute(cachedSQL: "UPDATE room SET total = total + 1 WHERE relation = ?", [name])
    }

    /// Adds a value in pieces.
    func put(_ id: [UInt8], _ entry: SealedTable.Entry, in db: Database) throws {
        let rows = SealedTable.rows(of: entry, length: columns[1].length)
        for (number, values) in rows.enumerated() { try insert(SealedTable.key(id, number), values, in: db) }
    }

    /// Adds the elements of a new list.
    func put(_ list: [UInt8], _ entries: [SealedTable.Entry], in db: Database) throws {
        for (number, entry) in entries.shuffled().enumerated() {
            try put(ListTable.key(list, number, table: name), entry, in: db)
        }
    }

    /// Gives the rows of all tables slots.
    static func takeOver(_ tables: [KeyedTable], in db: Database) throws {
        try db.execute(sql: "DROP TABLE room")
        try Room.createTable(in: db)
        for table in tables { try table.takeOver(in: db) }
    }

    private func takeOver(in db: Database) throws {
        let keys = try Row.fetchAll(db, sql: "SELECT id FROM \(name) WHERE spare = 0").map { $0.bytes("id") }
        try db.execute(sql: "ALTER TABLE \(name) RENAME TO \(name)_keyed")
        let table = UniformTable(name: name, columns: columns, initialRows: max(initialRows, 2 * keys.count + 1))
        try table.create(in: db)
        for key in keys {
            let old = try Row.fetchOne(db, cachedSQL: "SELECT * FROM \(name)_keyed WHERE id = ?", [key.blob])
            if let old { try table.take(key, columns.map { old.bytes($0.name) }, in: db) }
        }
        try db.execute(sql: "DROP TABLE \(name)_keyed")
    }
}
