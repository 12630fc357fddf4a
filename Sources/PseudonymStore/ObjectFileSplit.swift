internal import DumpIdentity
internal import Foundation
internal import GRDB
internal import IPLD

/// Splits the one file in which earlier versions kept the objects of all modules into a file for each, and removes it.
///
/// Whenever it is cut short, the next start does what is missing: copying changes nothing that was copied, and the old
/// file goes only when all of it is on disk elsewhere.
struct ObjectFileSplit {
    /// How many objects are copied in one transaction.
    private static let pageLimit = 64

    let files: ObjectFiles

    /// Splits the old file, if there is one. Modules that the node does not run any more are kept as well.
    func run() async throws(StoreError) {
        guard FileManager.default.fileExists(atPath: files.ofAllModules) else { return }
        let old = try SQLiteFile.open(files.ofAllModules, migrator: ObjectFileSplit.migrator)
        try await copy(from: old)
        try await remove(old)
    }

    /// The schema of the old file, as it was.
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

    /// Copies what the old file has; what was copied before stays as it is.
    func copy(from old: any DatabaseWriter) async throws(StoreError) {
        let names = try await old.look { db in
            try String.fetchAll(db, sql: "SELECT module FROM object UNION SELECT module FROM peer ORDER BY 1")
        }
        for name in names {
            // Only this program wrote the file, and only names that it had checked.
            guard let module = try? ModuleID(name) else { throw .malformedFile(file: files.ofAllModules) }
            try await copy(module, from: old, to: ModuleLog(path: files.path(of: module)))
        }
    }

    private struct Copied: Sendable {
        let sequence: Int64
        let bytes: [UInt8]
    }

    private func copy(_ module: ModuleID, from old: any DatabaseWriter, to log: ModuleLog) async throws(StoreError) {
        var after: Int64 = 0
        while true {
            let start = after
            let page = try await old.look { db in
                try Row.fetchAll(
                    db,
                    sql: """
                        SELECT sequence, bytes FROM object WHERE module = ? AND sequence > ? ORDER BY sequence LIMIT ?
                        """,
                    arguments: [module.string, start, ObjectFileSplit.pageLimit]
                ).map { Copied(sequence: $0["sequence"], bytes: $0.bytes("bytes")) }
            }
            guard let last = page.last else { break }
            // Peers remember numbers: every object keeps its own.
            try await log.writer.transaction { db in
                for object in page {
                    try ModuleLog.append(
                        CID.of(dagCBOR: object.bytes), object.bytes, atLeast: object.sequence, in: db)
                }
            }
            after = last.sequence
        }
        try await copyPositions(of: module, from: old, to: log)
    }

    private func copyPositions(
        of module: ModuleID, from old: any DatabaseWriter, to log: ModuleLog
    ) async throws(StoreError) {
        let positions: [String: Int64] = try await old.look { db in
            let rows = try Row.fetchAll(
                db, sql: "SELECT address, after FROM peer WHERE module = ?", arguments: [module.string])
            return rows.reduce(into: [:]) { $0[$1["address"]] = $1["after"] }
        }
        try await log.writer.transaction { db in
            for (address, after) in positions {
                try db.execute(
                    sql: """
                        INSERT INTO peer VALUES (?, ?)
                        ON CONFLICT (address) DO UPDATE SET after = max(after, excluded.after)
                        """,
                    arguments: [address, after])
            }
        }
    }

    /// Overwrites and removes the old file, and the two beside it: its pages tell how modules came between each other.
    private func remove(_ old: any DatabaseWriter) async throws(StoreError) {
        try PrivateFile.syncFolder(of: files.ofAllModules)
        try await old.transaction { db in
            try db.execute(sql: "DELETE FROM object; DELETE FROM peer;")
        }
        do { try old.close() } catch { throw SQLiteFile.failure(error) }
        // The file itself last: as long as it is there, this runs again.
        for ending in ["-wal", "-shm", ""] {
            let path = files.ofAllModules + ending
            guard unsafe unlink(path) == 0 || errno == ENOENT else { throw .system(file: path, code: errno) }
        }
        try PrivateFile.syncFolder(of: files.ofAllModules)
    }
}
