internal import Foundation
internal import GRDB

/// How every database file of a node is opened, and how its errors are told.
enum SQLiteFile {
    /// Opens a file in WAL mode and migrates it.
    static func open(_ path: String, migrator: DatabaseMigrator) throws(StoreError) -> any DatabaseWriter {
        try makePrivate(path)
        let writer: DatabasePool
        do {
            writer = try DatabasePool(path: path, configuration: configuration())
            // Here and not where a connection is prepared: a pool sets NORMAL after that, and an acknowledged change could
            // be lost with the power. Only the one writing connection syncs.
            try writer.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA synchronous = FULL") }
        } catch { throw failure(error) }
        try migrate(writer, migrator, file: path)
        // What a process left behind that ended at the wrong moment.
        do { try writer.writeWithoutTransaction { db in try tidy(db) } } catch { throw failure(error) }
        return writer
    }

    /// Makes the file where it is not there, and closes it to others, before SQLite opens it: the files beside it take
    /// over the mode that it has then.
    private static func makePrivate(_ path: String) throws(StoreError) {
        let descriptor = unsafe Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 || errno == EEXIST else { throw .system(file: path, code: errno) }
        if descriptor >= 0 { close(descriptor) }
        guard unsafe chmod(path, 0o600) == 0 else { throw .system(file: path, code: errno) }
    }

    /// A database in memory, for tests.
    static func inMemory(_ migrator: DatabaseMigrator) throws(StoreError) -> any DatabaseWriter {
        let writer: DatabaseQueue
        do { writer = try DatabaseQueue(configuration: configuration()) } catch { throw failure(error) }
        try migrate(writer, migrator, file: "memory")
        return writer
    }

    private static func migrate(
        _ writer: any DatabaseWriter, _ migrator: DatabaseMigrator, file: String
    ) throws(StoreError) {
        do {
            if try writer.read(migrator.hasBeenSuperseded) { throw StoreError.newerVersion(file: file) }
            try migrator.migrate(writer)
        } catch { throw failure(error) }
    }

    private static func configuration() -> Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.maximumReaderCount = 2
        configuration.prepareDatabase { db in
            // What was deleted is overwritten; nothing spills into temporary files.
            try db.execute(
                sql: """
                    PRAGMA secure_delete = ON;
                    PRAGMA temp_store = MEMORY;
                    PRAGMA trusted_schema = OFF;
                    PRAGMA cell_size_check = ON;
                    """)
        }
        return configuration
    }

    // MARK: What is left behind

    /// Has the file written anew after this transaction, in the order of the keys: pages were taken at its end.
    static func markUnsettled(_ db: Database) throws { try db.execute(sql: "PRAGMA user_version = 1") }

    /// Removes the traces of a transaction: the write-ahead log holds pages as they were before and after it, in the order
    /// of writing.
    fileprivate static func tidy(_ db: Database) throws {
        if try Int.fetchOne(db, sql: "PRAGMA user_version") == 1 {
            try db.execute(sql: "VACUUM")
            try db.execute(sql: "PRAGMA user_version = 0")
        }
        _ = try db.checkpoint(.truncate)
    }

    /// A failure without the statement, the arguments and the message: those may hold data of people.
    static func failure(_ error: any Error) -> StoreError {
        switch error {
        case let error as StoreError: error
        case let error as DatabaseError: .database(code: error.extendedResultCode.rawValue)
        default: .database(code: -1)
        }
    }
}

extension DatabaseWriter {
    /// One transaction, after which nothing of it is left in the write-ahead log; whatever it throws is told as a
    /// ``StoreError``.
    func transaction<Result: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws(StoreError) -> Result {
        do {
            return try await writeWithoutTransaction { db in
                let result = try db.committed(body)
                // What is committed stays committed where this fails, on a full disk say; the next transaction, or the
                // next start, tries again.
                try? SQLiteFile.tidy(db)
                return result
            }
        } catch { throw SQLiteFile.failure(error) }
    }

    /// One consistent look; whatever it throws is told as a ``StoreError``.
    func look<Result: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws(StoreError) -> Result {
        do { return try await read(body) } catch { throw SQLiteFile.failure(error) }
    }
}

extension Database {
    /// The result of a transaction that was committed.
    fileprivate func committed<Result>(_ body: (Database) throws -> Result) throws -> Result {
        try beginTransaction(.immediate)
        do {
            let result = try body(self)
            try commit()
            return result
        } catch {
            if isInsideTransaction { try? rollback() }
            throw error
        }
    }
}

extension [UInt8] {
    /// The bytes as GRDB takes them.
    var blob: Data { Data(self) }
}

extension Row {
    /// A column that holds bytes.
    func bytes(_ column: String) -> [UInt8] {
        let data: Data = self[column]
        return [UInt8](data)
    }
}
