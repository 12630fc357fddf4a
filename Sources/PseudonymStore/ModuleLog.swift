internal import DumpIdentity
internal import GRDB
internal import IPLD

/// The log of one module in a file of its own, and how far each peer's log of it was read.
///
/// One file per module: in one for all, pages and index cells would show how the objects of different modules came
/// between each other, and so which pseudonyms published within the same minute. Within a module the order is public.
struct ModuleLog: Sendable {
    let writer: any DatabaseWriter

    /// Opens the file, which is made where it is not there.
    init(path: String) throws(StoreError) {
        writer = try SQLiteFile.open(path, migrator: ModuleLog.migrator)
    }

    /// A log in memory, for tests.
    init(inMemory: Void) throws(StoreError) {
        writer = try SQLiteFile.inMemory(ModuleLog.migrator)
    }

    /// Migrations are added, never edited.
    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 log of one module") { db in
            try db.execute(
                sql: """
                    CREATE TABLE object (
                        sequence INTEGER NOT NULL PRIMARY KEY,
                        cid BLOB NOT NULL UNIQUE,
                        bytes BLOB NOT NULL
                    ) STRICT, WITHOUT ROWID;
                    CREATE TABLE peer (
                        address TEXT NOT NULL PRIMARY KEY,
                        after INTEGER NOT NULL
                    ) STRICT, WITHOUT ROWID;
                    """)
        }
        registerWaiting(in: &migrator)
        return migrator
    }

    /// Adds objects at the end; those that are there already change nothing.
    func add(_ objects: [ModuleObject]) async throws(StoreError) {
        try await writer.transaction { db in
            for object in objects { try ModuleLog.append(object.cid, object.envelope.bytes, in: db) }
        }
    }

    /// Adds what a peer's log brought and remembers how far it was read, in one transaction.
    func add(_ objects: [ModuleObject], from peer: NodeAddress, upTo sequence: Int64) async throws(StoreError) {
        try await writer.transaction { db in
            for object in objects { try ModuleLog.append(object.cid, object.envelope.bytes, in: db) }
            try db.execute(
                sql: "INSERT INTO peer VALUES (?, ?) ON CONFLICT (address) DO UPDATE SET after = excluded.after",
                arguments: [peer.string, sequence])
        }
    }

    /// Adds an object under the next number, or under a higher one that it had before; what is there stays.
    static func append(_ cid: CID, _ bytes: [UInt8], atLeast sequence: Int64 = 1, in db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO object SELECT max(?, coalesce(max(sequence), 0) + 1), ?, ? FROM object WHERE true
                ON CONFLICT (cid) DO NOTHING
                """,
            arguments: [sequence, cid.bytes.blob, bytes.blob])
    }

    func position(in peer: NodeAddress) async throws(StoreError) -> Int64 {
        try await writer.look { db in
            try Int64.fetchOne(db, sql: "SELECT after FROM peer WHERE address = ?", arguments: [peer.string]) ?? 0
        }
    }

    func objects(after sequence: Int64, limit: Int, budget: Int) async throws(StoreError) -> [LoggedObject] {
        try await writer.look { db in
            let rows = try Row.fetchCursor(
                db, sql: "SELECT sequence, bytes FROM object WHERE sequence > ? ORDER BY sequence LIMIT ?",
                arguments: [sequence, limit])
            var objects: [LoggedObject] = []
            var total = 0
            while total < budget, let row = try rows.next() {
                let object = LoggedObject(sequence: row["sequence"], bytes: row.bytes("bytes"))
                total += object.bytes.count
                objects.append(object)
            }
            return objects
        }
    }

    func object(_ cid: CID) async throws(StoreError) -> [UInt8]? {
        try await writer.look { db in
            let row = try Row.fetchOne(db, sql: "SELECT bytes FROM object WHERE cid = ?", arguments: [cid.bytes.blob])
            return row?.bytes("bytes")
        }
    }
}
