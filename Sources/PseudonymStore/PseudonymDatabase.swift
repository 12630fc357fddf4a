internal import Foundation
internal import GRDB
public import IPLD

/// Everything of pseudonyms: mailboxes, requests, answers, records, disclosures, receipts, revocations and status lists,
/// in a file of its own. Nothing in it names an account or a profile.
///
/// Each operation is one transaction. What a reader of the file learns from each column stands in `docs/spec.md`,
/// "Storage".
public struct PseudonymDatabase: Sendable {
    let writer: any DatabaseWriter

    /// Opens the file, which is made where it is not there.
    ///
    /// - Throws: ``StoreError``.
    public init(path: String) throws(StoreError) {
        writer = try SQLiteFile.open(path, migrator: PseudonymDatabase.migrator)
    }

    /// A database in memory, for tests.
    ///
    /// - Throws: ``StoreError``.
    public init(inMemory: Void) throws(StoreError) {
        writer = try SQLiteFile.inMemory(PseudonymDatabase.migrator)
    }

    /// Migrations are added, never edited.
    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 mailboxes") { db in
            try db.execute(
                sql: """
                    CREATE TABLE mailbox (
                        pseudonym BLOB NOT NULL PRIMARY KEY
                    ) STRICT, WITHOUT ROWID;
                    CREATE TABLE request (
                        id BLOB NOT NULL PRIMARY KEY,
                        pseudonym BLOB NOT NULL REFERENCES mailbox(pseudonym) ON DELETE CASCADE,
                        viewer_tag BLOB NOT NULL,
                        sealed BLOB NOT NULL
                    ) STRICT, WITHOUT ROWID;
                    CREATE INDEX request_pseudonym ON request(pseudonym);
                    CREATE TABLE answer (
                        request BLOB NOT NULL PRIMARY KEY,
                        viewer_tag BLOB NOT NULL,
                        sealed BLOB NOT NULL
                    ) STRICT, WITHOUT ROWID;
                    CREATE TABLE record (
                        id BLOB NOT NULL PRIMARY KEY,
                        shelf BLOB NOT NULL,
                        sealed BLOB NOT NULL
                    ) STRICT, WITHOUT ROWID;
                    CREATE INDEX record_shelf ON record(shelf);
                    CREATE TABLE disclosed_field (
                        slot BLOB NOT NULL PRIMARY KEY,
                        sealed BLOB NOT NULL
                    ) STRICT, WITHOUT ROWID;
                    CREATE TABLE receipt (
                        id BLOB NOT NULL PRIMARY KEY,
                        pseudonym BLOB NOT NULL REFERENCES mailbox(pseudonym) ON DELETE CASCADE,
                        sealed BLOB NOT NULL
                    ) STRICT, WITHOUT ROWID;
                    CREATE INDEX receipt_pseudonym ON receipt(pseudonym);
                    CREATE TABLE revocation (
                        delegation BLOB NOT NULL,
                        revoker BLOB NOT NULL,
                        invocation BLOB NOT NULL,
                        PRIMARY KEY (delegation, revoker)
                    ) STRICT, WITHOUT ROWID;
                    CREATE TABLE status_list (
                        id TEXT NOT NULL PRIMARY KEY,
                        statuses BLOB NOT NULL
                    ) STRICT, WITHOUT ROWID;
                    CREATE TABLE status_claim (
                        list TEXT NOT NULL REFERENCES status_list(id),
                        position INTEGER NOT NULL,
                        claim BLOB NOT NULL,
                        PRIMARY KEY (list, position)
                    ) STRICT, WITHOUT ROWID;
                    CREATE TABLE used_nonce (
                        id BLOB NOT NULL PRIMARY KEY,
                        kept_until INTEGER NOT NULL
                    ) STRICT, WITHOUT ROWID;
                    CREATE INDEX used_nonce_kept_until ON used_nonce(kept_until);
                    """)
        }
        migrator.registerMigration("2 nonce count") { db in
            try db.execute(
                sql: """
                    CREATE TABLE nonce_count (
                        id INTEGER NOT NULL PRIMARY KEY,
                        count INTEGER NOT NULL
                    ) STRICT, WITHOUT ROWID;
                    INSERT INTO nonce_count SELECT 0, count(*) FROM used_nonce;
                    """)
        }
        return migrator
    }

    // MARK: Mailboxes and requests

    /// Opens a mailbox for a pseudonym; one that is there already stays as it is.
    public func openMailbox(_ pseudonym: Principal) async throws(StoreError) {
        try await writer.transaction { db in
            try db.execute(
                sql: "INSERT INTO mailbox VALUES (?) ON CONFLICT DO NOTHING", arguments: [pseudonym.publicKey.blob])
        }
    }

    /// Whether this node keeps the mailbox of a pseudonym.
    public func hasMailbox(_ pseudonym: Principal) async throws(StoreError) -> Bool {
        try await writer.look { db in
            try Bool.fetchOne(
                db, sql: "SELECT EXISTS (SELECT 1 FROM mailbox WHERE pseudonym = ?)",
                arguments: [pseudonym.publicKey.blob]) ?? false
        }
    }

    /// The most requests that wait in one mailbox. More are dropped: the viewer is told nothing either way.
    public static let maximumPending = 1_000

    /// Puts a request into a pseudonym's mailbox. Without a mailbox, or with a full one, nothing is stored and nothing
    /// is said: asking does not tell whether a pseudonym exists.
    ///
    /// - Throws: ``StoreError/replayed``.
    public func addRequest(
        _ name: RequestName, to pseudonym: Principal, sealed: [UInt8], nonce: UsedNonce, now: Int64
    ) async throws(StoreError) {
        try await writer.transaction { db in
            try PseudonymDatabase.consume(nonce, now: now, in: db)
            try db.execute(
                sql: """
                    INSERT INTO request SELECT ?, pseudonym, ?, ? FROM mailbox WHERE pseudonym = ?
                    AND (SELECT count(*) FROM request WHERE pseudonym = ?) < ?
                    """,
                arguments: [
                    name.identifier.blob, name.viewerTag.blob, sealed.blob, pseudonym.publicKey.blob,
                    pseudonym.publicKey.blob, PseudonymDatabase.maximumPending,
                ])
        }
    }

    /// The pending requests of a pseudonym, in no order that means anything.
    public func requests(of pseudonym: Principal) async throws(StoreError) -> [StoredItem] {
        try await writer.look { db in
            try Row.fetchAll(
                db, sql: "SELECT id, sealed FROM request WHERE pseudonym = ?", arguments: [pseudonym.publicKey.blob]
            ).map { StoredItem(identifier: $0.bytes("id"), sealed: $0.bytes("sealed")) }
        }
    }

    /// Takes a pending request back for its viewer; what is not there, or another's, stays as it is.
    ///
    /// - Throws: ``StoreError/replayed``.
    public func withdrawRequest(
        _ name: RequestName, nonce: UsedNonce, now: Int64
    ) async throws(StoreError) {
        try await writer.transaction { db in
            try PseudonymDatabase.consume(nonce, now: now, in: db)
            try db.execute(
                sql: "DELETE FROM request WHERE id = ? AND viewer_tag = ?",
                arguments: [name.identifier.blob, name.viewerTag.blob])
        }
    }

    /// The sealed answer to a viewer's request, or `nil`.
    ///
    /// - Throws: ``StoreError/replayed``.
    public func answer(to name: RequestName, nonce: UsedNonce, now: Int64) async throws(StoreError) -> [UInt8]? {
        try await writer.transaction { db in
            try PseudonymDatabase.consume(nonce, now: now, in: db)
            let row = try Row.fetchOne(
                db, sql: "SELECT sealed FROM answer WHERE request = ? AND viewer_tag = ?",
                arguments: [name.identifier.blob, name.viewerTag.blob])
            return row?.bytes("sealed")
        }
    }

    /// Stores an owner's decision: the request goes; the answer, the record and the disclosed fields come.
    ///
    /// - Throws: ``StoreError/notPending`` where the request is not there any more; then nothing is stored.
    public func decide(_ decision: Decision) async throws(StoreError) {
        try await writer.transaction { db in
            let row = try Row.fetchOne(
                db, sql: "DELETE FROM request WHERE id = ? RETURNING viewer_tag", arguments: [decision.request.blob])
            guard let row else { throw StoreError.notPending }
            try db.execute(
                sql: "INSERT INTO answer VALUES (?, ?, ?)",
                arguments: [decision.request.blob, row.bytes("viewer_tag").blob, decision.answer.blob])
            try PseudonymDatabase.put(decision.record, in: db)
            for field in decision.fields {
                try db.execute(
                    sql: "INSERT INTO disclosed_field VALUES (?, ?)",
                    arguments: [field.identifier.blob, field.sealed.blob])
            }
        }
    }

    // MARK: Records

    /// Stores a record, in place of one of the same name.
    public func put(_ record: StoredRecord) async throws(StoreError) {
        try await writer.transaction { db in try PseudonymDatabase.put(record, in: db) }
    }

    /// The records of a shelf, in no order that means anything.
    public func records(on shelf: [UInt8]) async throws(StoreError) -> [StoredRecord] {
        try await writer.look { db in
            try Row.fetchAll(db, sql: "SELECT id, sealed FROM record WHERE shelf = ?", arguments: [shelf.blob])
                .map { StoredRecord(identifier: $0.bytes("id"), shelf: shelf, sealed: $0.bytes("sealed")) }
        }
    }

    /// One record of a shelf, or `nil`.
    public func record(_ identifier: [UInt8], on shelf: [UInt8]) async throws(StoreError) -> StoredRecord? {
        try await writer.look { db in
            let row = try Row.fetchOne(
                db, sql: "SELECT sealed FROM record WHERE id = ? AND shelf = ?",
                arguments: [identifier.blob, shelf.blob])
            return row.map { StoredRecord(identifier: identifier, shelf: shelf, sealed: $0.bytes("sealed")) }
        }
    }

    /// Removes a record of a shelf; no matter whether it was there.
    public func remove(_ record: StoredRecord) async throws(StoreError) {
        try await writer.transaction { db in
            try db.execute(
                sql: "DELETE FROM record WHERE id = ? AND shelf = ?",
                arguments: [record.identifier.blob, record.shelf.blob])
        }
    }

    static func put(_ record: StoredRecord, in db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO record VALUES (?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed WHERE shelf = excluded.shelf
                """,
            arguments: [record.identifier.blob, record.shelf.blob, record.sealed.blob])
    }
}
