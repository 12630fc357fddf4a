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
            try KeyedTable.create(keyed, in: db)
            for account in accounts { try insertKeyed(account, in: db) }
        }
        migrator.registerMigration("3 rows that never move") { db in try KeyedTable.takeOver(keyed, in: db) }
        return migrator
    }

    // MARK: The tables of the second migration

    private static let keyedAccount = KeyedTable(
        name: "account",
        columns: [.init("cost", 16), .init("salt", 16), .init("wrapped_root", 72), .init("recovery", 72)],
        initialRows: 32)
    private static let keyedVault = KeyedTable.sealed("vault", length: 4_136, initialRows: 128)
    private static let keyedSession = KeyedTable(
        name: "session", columns: [.init("wrapped_root", 72), .init("details", 168)], initialRows: 64)
    private static let keyed = [keyedAccount, keyedVault, keyedSession]

    private static func insertKeyed(_ account: StoredAccount, in db: Database) throws {
        let id = account.handle.accountKey
        let columns = [account.wrap.cost.stored, account.wrap.salt, account.wrap.ciphertext]
        try keyedAccount.insert(id, columns + [[UInt8](repeating: 0, count: 72)], in: db)
        for (part, value) in [(Part.state, account.state), (.profile, account.profile)] {
            try keyedVault.put(part.key(of: id), .untagged(value), in: db)
        }
    }
}
