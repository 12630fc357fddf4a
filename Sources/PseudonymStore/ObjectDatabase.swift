public import DumpIdentity
internal import Foundation
internal import GRDB
public import IPLD

/// A module object in this node's log.
public struct LoggedObject: Sendable, Equatable {
    /// Its number in this node's log of the module, from 1.
    public let sequence: Int64
    /// The exact signed bytes.
    public let bytes: [UInt8]
}

/// Module objects, numbered for each module in the order in which this node got them, and how far each peer was read.
public struct ObjectDatabase: Sendable {
    private let writer: any DatabaseWriter

    /// Opens the file, which is made where it is not there.
    ///
    /// - Throws: ``StoreError``.
    public init(path: String) throws(StoreError) {
        writer = try SQLiteFile.open(path, migrator: ObjectDatabase.migrator)
    }

    /// A database in memory, for tests.
    ///
    /// - Throws: ``StoreError``.
    public init(inMemory: Void) throws(StoreError) {
        writer = try SQLiteFile.inMemory(ObjectDatabase.migrator)
    }

    /// Migrations are added, never edited.
    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 objects and peers") { db in
            try db.execute(
                sql: """
                    CREATE TABLE object (
                        module TEXT NOT NULL,
                        sequence INTEGER NOT NULL,
                        cid BLOB NOT NULL UNIQUE,
                        bytes BLOB NOT NULL,
                        PRIMARY KEY (module, sequence)
                    ) STRICT, WITHOUT ROWID;
                    CREATE TABLE peer (
                        address TEXT NOT NULL,
                        module TEXT NOT NULL,
                        after INTEGER NOT NULL,
                        PRIMARY KEY (address, module)
                    ) STRICT, WITHOUT ROWID;
                    """)
        }
        return migrator
    }

    /// Adds an object at the end of its module's log; one that is there already changes nothing.
    public func add(_ object: ModuleObject) async throws(StoreError) {
        try await writer.transaction { db in try ObjectDatabase.insert(object, in: db) }
    }

    /// Adds what a peer's log brought and remembers how far it was read, in one transaction.
    public func add(
        _ objects: [ModuleObject], from peer: NodeAddress, module: ModuleID, upTo sequence: Int64
    ) async throws(StoreError) {
        try await writer.transaction { db in
            for object in objects { try ObjectDatabase.insert(object, in: db) }
            try db.execute(
                sql: """
                    INSERT INTO peer VALUES (?, ?, ?)
                    ON CONFLICT (address, module) DO UPDATE SET after = excluded.after
                    """,
                arguments: [peer.string, module.string, sequence])
        }
    }

    private static func insert(_ object: ModuleObject, in db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO object
                SELECT ?, coalesce(max(sequence), 0) + 1, ?, ? FROM object WHERE module = ?
                ON CONFLICT (cid) DO NOTHING
                """,
            arguments: [
                object.module.string, object.cid.bytes.blob, object.envelope.bytes.blob, object.module.string,
            ])
    }

    /// How far a peer's log of a module was read.
    public func position(in peer: NodeAddress, module: ModuleID) async throws(StoreError) -> Int64 {
        try await writer.look { db in
            try Int64.fetchOne(
                db, sql: "SELECT after FROM peer WHERE address = ? AND module = ?",
                arguments: [peer.string, module.string]) ?? 0
        }
    }

    /// Objects of a module with numbers above `sequence`, in order: at most `limit`, and at most about `budget` bytes.
    public func objects(
        of module: ModuleID, after sequence: Int64, limit: Int, budget: Int = 512 * 1024
    ) async throws(StoreError) -> [LoggedObject] {
        try await writer.look { db in
            let rows = try Row.fetchCursor(
                db,
                sql: "SELECT sequence, bytes FROM object WHERE module = ? AND sequence > ? ORDER BY sequence LIMIT ?",
                arguments: [module.string, sequence, limit])
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

    /// The exact bytes of one object, or `nil`.
    public func object(_ cid: CID, module: ModuleID) async throws(StoreError) -> [UInt8]? {
        try await writer.look { db in
            let row = try Row.fetchOne(
                db, sql: "SELECT bytes FROM object WHERE cid = ? AND module = ?",
                arguments: [cid.bytes.blob, module.string])
            return row?.bytes("bytes")
        }
    }
}
