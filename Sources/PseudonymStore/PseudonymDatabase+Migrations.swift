internal import DumpIdentity
internal import Foundation
internal import GRDB
internal import IPLD

extension PseudonymDatabase {
    /// Migrations are added, never edited.
    static var migrator: DatabaseMigrator {
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
        migrator.registerMigration("3 rows of one length") { db in
            let old = try OldPseudonyms(db)
            try db.execute(
                sql: """
                    DROP TABLE request; DROP TABLE receipt; DROP TABLE mailbox; DROP TABLE answer; DROP TABLE record;
                    DROP TABLE disclosed_field; DROP TABLE revocation; DROP TABLE status_claim; DROP TABLE used_nonce;
                    DROP TABLE nonce_count;
                    """)
            try KeyedTable.create(KeyedPseudonyms.all, in: db)
            try old.insert(in: db)
        }
        migrator.registerMigration("4 rows that never move") { db in
            try KeyedTable.takeOver(KeyedPseudonyms.all, in: db)
        }
        migrator.registerMigration("5 requests and receipts without mailboxes") { db in
            for table in [waitingRequest.table, newReceipt.table] { try table.create(in: db) }
            try receipt.create(in: db)
            for row in try Row.fetchAll(db, sql: "SELECT id FROM mailbox WHERE spare = 0") {
                for old in try formerRequest.all(row.bytes("id"), in: db) {
                    let tag = Array(old.value.prefix(RequestName.tagLength))
                    let sealed = Array(old.value.dropFirst(RequestName.tagLength))
                    try waitingRequest.put(old.tag, .init(tag: tag, value: sealed), in: db)
                }
                for old in try formerReceipt.all(row.bytes("id"), in: db) {
                    try newReceipt.put(old.tag, .init(tag: old.tag, value: old.value), in: db)
                }
            }
            try db.execute(sql: "DROP TABLE request; DROP TABLE receipt;")
            try db.execute(sql: "DELETE FROM room WHERE relation IN ('request', 'receipt')")
            try SQLiteFile.markUnsettled(db)
        }
        migrator.registerMigration("6 names of what was given back") { db in try returnedGrant.create(in: db) }
        return migrator
    }
}

extension PseudonymDatabase {
    /// Requests in lists under the pseudonym's public key, with the viewer's tag before the value: until the fifth
    /// migration.
    fileprivate static let formerRequest = ListTable("request", length: 32 + 4_144, initialRows: 32)
    /// Receipts in lists under the pseudonym's public key.
    fileprivate static let formerReceipt = ListTable("receipt", length: 2_096, initialRows: 64)
}

/// The tables that the third migration makes, and the fourth takes over.
private enum KeyedPseudonyms {
    static let mailbox = KeyedTable(name: "mailbox", columns: [], initialRows: 256)
    static let request = KeyedTable.sealed("request", length: 32 + 4_144, initialRows: 32)
    static let answer = KeyedTable.sealed("answer", length: 4_144, initialRows: 32)
    static let record = KeyedTable.sealed("record", length: 8_232, initialRows: 32)
    static let disclosedField = KeyedTable.sealed("disclosed_field", length: 1_064, initialRows: 128)
    static let receipt = KeyedTable.sealed("receipt", length: 2_096, initialRows: 64)
    static let revocation = KeyedTable.sealed("revocation", length: 512, initialRows: 64)
    static let statusClaim = KeyedTable(name: "status_claim", columns: [.init("claim", 32)], initialRows: 256)
    static let usedNonce = KeyedTable(name: "used_nonce", columns: [.init("kept_until", 8)], initialRows: 512)
    static let all = [
        mailbox, request, answer, record, disclosedField, receipt, revocation, statusClaim, usedNonce,
    ]
}

/// The rows of the tables of before the third migration, which it takes over.
private struct OldPseudonyms {
    let mailboxes: [Row]
    let requests: [Row]
    let answers: [Row]
    let records: [Row]
    let fields: [Row]
    let receipts: [Row]
    let revocations: [Row]
    let claims: [Row]
    let nonces: [Row]

    init(_ db: Database) throws {
        func rows(_ table: String) throws -> [Row] { try Row.fetchAll(db, sql: "SELECT * FROM \(table)") }
        mailboxes = try rows("mailbox")
        requests = try rows("request")
        answers = try rows("answer")
        records = try rows("record")
        fields = try rows("disclosed_field")
        receipts = try rows("receipt")
        revocations = try rows("revocation")
        claims = try rows("status_claim")
        nonces = try rows("used_nonce")
    }

    func insert(in db: Database) throws {
        try insertLists(in: db)
        for row in mailboxes { try KeyedPseudonyms.mailbox.insert(row.bytes("pseudonym"), [], in: db) }
        for row in answers {
            try KeyedPseudonyms.answer.put(
                row.bytes("request"), .init(tag: row.bytes("viewer_tag"), value: row.bytes("sealed")), in: db)
        }
        for row in fields {
            try KeyedPseudonyms.disclosedField.put(row.bytes("slot"), .untagged(row.bytes("sealed")), in: db)
        }
        for row in claims {
            let place = PseudonymDatabase.key(of: row["position"], in: row["list"])
            try KeyedPseudonyms.statusClaim.insert(place, [row.bytes("claim")], in: db)
        }
        for row in nonces {
            try KeyedPseudonyms.usedNonce.insert(row.bytes("id"), [bigEndian(row["kept_until"])], in: db)
        }
    }

    private func insertLists(in db: Database) throws {
        for (list, rows) in Dictionary(grouping: requests, by: { $0.bytes("pseudonym") }) {
            let entries = rows.map {
                SealedTable.Entry(tag: $0.bytes("id"), value: $0.bytes("viewer_tag") + $0.bytes("sealed"))
            }
            try KeyedPseudonyms.request.put(list, entries, in: db)
        }
        for (list, rows) in Dictionary(grouping: records, by: { $0.bytes("shelf") }) {
            let entries = rows.map { SealedTable.Entry(tag: $0.bytes("id"), value: $0.bytes("sealed")) }
            try KeyedPseudonyms.record.put(list, entries, in: db)
        }
        for (list, rows) in Dictionary(grouping: receipts, by: { $0.bytes("pseudonym") }) {
            let entries = rows.map { row in
                let tag = Array((row.bytes("id") + [UInt8](repeating: 0, count: 32)).prefix(32))
                return SealedTable.Entry(tag: tag, value: row.bytes("sealed"))
            }
            try KeyedPseudonyms.receipt.put(list, entries, in: db)
        }
        for (list, rows) in Dictionary(grouping: revocations, by: { $0.bytes("delegation") }) {
            let entries = rows.map { SealedTable.Entry(tag: $0.bytes("revoker"), value: $0.bytes("invocation")) }
            try KeyedPseudonyms.revocation.put(list, entries, in: db)
        }
    }
}
