internal import GRDB

extension DatabaseWriter {
    /// Reads from the database, and takes and releases the lock for writing: nothing is written.
    func check() async throws(StoreError) {
        do {
            _ = try await read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") }
            try await writeWithoutTransaction { db in
                try db.beginTransaction(.immediate)
                try db.rollback()
            }
        } catch { throw SQLiteFile.failure(error) }
    }
}

extension AccountDatabase {
    /// Checks that the database can be read, and locked for writing.
    ///
    /// - Throws: ``StoreError``.
    public func check() async throws(StoreError) { try await writer.check() }
}

extension PseudonymDatabase {
    /// Checks that the database can be read, and locked for writing.
    ///
    /// - Throws: ``StoreError``.
    public func check() async throws(StoreError) { try await writer.check() }
}

extension AnswerDatabase {
    /// Checks that the database can be read, and locked for writing.
    ///
    /// - Throws: ``StoreError``.
    public func check() async throws(StoreError) { try await writer.check() }
}

extension ObjectDatabase {
    /// Checks that the databases of all modules can be read, and locked for writing.
    ///
    /// - Throws: ``StoreError``.
    public func check() async throws(StoreError) {
        for log in logs.values { try await log.writer.check() }
    }
}
