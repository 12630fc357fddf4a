internal import Foundation
internal import GRDB

/// How every database file of a node is opened, and how its errors are told.
enum SQLiteFile {
    /// Opens a file in WAL mode and migrates it.
    static func open(_ path: String, migrator: DatabaseMigrator) throws(StoreError) -> any DatabaseWriter {
        let writer: DatabasePool
        do {
            writer = try DatabasePool(path: path, configuration: configuration())
        } catch { throw failure(error) }
        // The file may have been made just now, under whatever mask the process has.
        guard unsafe chmod(path, 0o600) == 0 else { throw .system(file: path, code: errno) }
        try migrate(writer, migrator, file: path)
        return writer
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
            // What was acknowledged is on disk; what was deleted is overwritten; nothing spills into temporary files.
            try db.execute(
                sql: """
                    PRAGMA synchronous = FULL;
                    PRAGMA secure_delete = ON;
                    PRAGMA temp_store = MEMORY;
                    PRAGMA trusted_schema = OFF;
                    PRAGMA cell_size_check = ON;
                    """)
        }
        return configuration
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
    /// One transaction; whatever it throws is told as a ``StoreError``.
    func transaction<Result: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws(StoreError) -> Result {
        do { return try await write(body) } catch { throw SQLiteFile.failure(error) }
    }

    /// One consistent look; whatever it throws is told as a ``StoreError``.
    func look<Result: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws(StoreError) -> Result {
        do { return try await read(body) } catch { throw SQLiteFile.failure(error) }
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
