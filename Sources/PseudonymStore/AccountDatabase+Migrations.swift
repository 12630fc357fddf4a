internal import DumpIdentity
internal import Foundation
internal import GRDB
internal import Sodium

extension AccountDatabase {
    /// Migrations are added, never edited.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 accounts and sessions") { db in
            try db.execute(
                sql: """
                    CREATE TABLE account (
                        handle TEXT NOT NULL PRIMARY KEY,
                        kdf_operations INTEGER NOT NULL,
                        kdf_memory INTEGER NOT NULL,
                        salt BLOB NOT NULL,
                        wrapped_root BLOB NOT NULL,
                        profile BLOB NOT NULL,
                        state BLOB NOT NULL
                    ) STRICT, WITHOUT ROWID;
                    CREATE TABLE session (
                        id BLOB NOT NULL PRIMARY KEY,
                        handle TEXT NOT NULL REFERENCES account(handle) ON DELETE CASCADE,
                        wrapped_root BLOB NOT NULL,
                        last_day INTEGER NOT NULL
                    ) STRICT, WITHOUT ROWID;
                    """)
        }
        // Sessions told whose they were and when they end: they are not taken over, and people log in again.
        migrator.registerMigration("2 rows of one length") { db in
            let accounts = try Row.fetchAll(db, sql: "SELECT * FROM account").map { row in
                StoredAccount(
                    handle: try Handle(row["handle"]),
                    wrap: PassphraseWrap(
                        cost: PasswordHash.Cost(operations: row["kdf_operations"], memory: row["kdf_memory"]),
                        salt: row.bytes("salt"), ciphertext: row.bytes("wrapped_root")),
                    recovery: nil, profile: row.bytes("profile"), state: row.bytes("state"))
            }
            try db.execute(sql: "DROP TABLE session; DROP TABLE account;")
            try Room.createTable(in: db)
            try AccountDatabase.account.create(in: db)
            try AccountDatabase.vault.table.create(in: db)
            try AccountDatabase.session.create(in: db)
            for account in accounts { try AccountDatabase.insert(account, in: db) }
        }
        return migrator
    }
}
