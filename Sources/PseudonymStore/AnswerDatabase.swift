internal import Foundation
internal import GRDB
internal import Synchronization

/// Sealed answers that are kept for a day or two, so that a call that is repeated is answered alike and not done again.
///
/// Nothing in it tells whose an answer is, to what, or at which time of a day it was given. In a file of its own, or in
/// memory. What a reader of the file learns stands in `docs/spec.md`, "Storage".
public final class AnswerDatabase: Sendable {
    /// The most rows of the file: an answer takes 1, or 16 where it is long.
    public static let maximumRows = 1 << 16
    /// The length of most sealed answers in bytes; longer ones take more rows.
    public static let commonLength = 4_136

    /// By the answer's key; the tag is the day to whose beginning the answer is kept, and zeros.
    static let answer = SealedTable("kept_answer", length: commonLength, initialRows: 64)

    let writer: any DatabaseWriter
    private let maximumRows: Int
    /// The day at which ended answers were removed last.
    private let tidied = Mutex<Int64>(0)

    /// Opens the file, which is made where it is not there.
    ///
    /// - Throws: ``StoreError``.
    public init(path: String, maximumRows: Int = AnswerDatabase.maximumRows) throws(StoreError) {
        writer = try SQLiteFile.open(path, migrator: AnswerDatabase.migrator)
        self.maximumRows = maximumRows
    }

    /// Answers that end with the process.
    ///
    /// - Throws: ``StoreError``.
    public init(inMemory: Void, maximumRows: Int = AnswerDatabase.maximumRows) throws(StoreError) {
        writer = try SQLiteFile.inMemory(AnswerDatabase.migrator)
        self.maximumRows = maximumRows
    }

    /// Migrations are added, never edited.
    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 answers") { db in
            try Room.createTable(in: db)
            try answer.table.create(in: db)
        }
        return migrator
    }

    /// The sealed answer under a key of 32 bytes, or `nil`.
    public func answer(_ id: [UInt8]) async throws(StoreError) -> [UInt8]? {
        try await writer.look { db in try AnswerDatabase.answer.entry(id, in: db)?.value }
    }

    /// Keeps an answer to the beginning of a day, in place of one under the same key; days in Unix seconds.
    ///
    /// - Throws: ``StoreError/busy`` where there is no room: then nothing is kept.
    public func keep(_ sealed: [UInt8], under id: [UInt8], until day: Int64, today: Int64) async throws(StoreError) {
        try await removeEnded(before: today)
        let maximum = maximumRows
        try await writer.transaction { db in
            let room = try Room.of(AnswerDatabase.answer.table.name, in: db)
            let taken = room.total - room.spares - (try AnswerDatabase.answer.rowCount(id, in: db))
            guard taken + AnswerDatabase.answer.rowCount(of: sealed.count) <= maximum else { throw StoreError.busy }
            let tag = bigEndian(Int(day)) + [UInt8](repeating: 0, count: 24)
            try AnswerDatabase.answer.put(id, .init(tag: tag, value: sealed), in: db)
        }
    }

    /// Removes an answer; no matter whether it was there.
    public func remove(_ id: [UInt8]) async throws(StoreError) {
        try await writer.transaction { db in _ = try AnswerDatabase.answer.remove(id, in: db) }
    }

    /// Destroys what was to be kept up to a day at most, once on each day.
    public func removeEnded(before today: Int64) async throws(StoreError) {
        let isDue = tidied.withLock { last in
            defer { last = today }
            return last != today
        }
        guard isDue else { return }
        try await writer.transaction { db in
            let name = AnswerDatabase.answer.table.name
            // Further pieces have a tag of zeros, and go with their first.
            let zeros = [UInt8](repeating: 0, count: 32)
            let ended = try Data.fetchAll(
                db, sql: "SELECT id FROM \(name) WHERE spare = 0 AND tag > ? AND tag < ?",
                arguments: [zeros.blob, bigEndian(Int(today) + 1).blob])
            for id in ended { try AnswerDatabase.answer.remove([UInt8](id), in: db) }
            if !ended.isEmpty { try SQLiteFile.markUnsettled(db) }
        }
    }
}
