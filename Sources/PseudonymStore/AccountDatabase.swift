public import DumpIdentity
internal import Foundation
internal import GRDB
internal import Sodium

/// An account as it is stored: nothing of it can be read without its passphrase or a session.
public struct StoredAccount: Sendable, Equatable {
    /// The name of the account on this node.
    public let handle: Handle
    /// The root key under the passphrase.
    public let wrap: PassphraseWrap
    /// The sealed profile.
    public let profile: [UInt8]
    /// The sealed account state.
    public let state: [UInt8]

    /// An account to be stored.
    public init(handle: Handle, wrap: PassphraseWrap, profile: [UInt8], state: [UInt8]) {
        self.handle = handle
        self.wrap = wrap
        self.profile = profile
        self.state = state
    }
}

/// A session as it is stored: the root key, encrypted under a token that only its holder has.
public struct StoredSession: Sendable, Equatable {
    /// The name that follows from the token.
    public let identifier: [UInt8]
    /// Whose session it is.
    public let handle: Handle
    /// The root key under the token.
    public let wrappedRoot: [UInt8]
    /// The UTC day after which it ends, in Unix seconds.
    public let lastDay: Int64

    /// A session to be stored.
    public init(identifier: [UInt8], handle: Handle, wrappedRoot: [UInt8], lastDay: Int64) {
        self.identifier = identifier
        self.handle = handle
        self.wrappedRoot = wrappedRoot
        self.lastDay = lastDay
    }
}

/// Accounts and their sessions, in a file of their own. Nothing in it names a pseudonym.
public struct AccountDatabase: Sendable {
    private let writer: any DatabaseWriter

    /// Opens the file, which is made where it is not there.
    ///
    /// - Throws: ``StoreError``.
    public init(path: String) throws(StoreError) {
        writer = try SQLiteFile.open(path, migrator: AccountDatabase.migrator)
    }

    /// A database in memory, for tests.
    ///
    /// - Throws: ``StoreError``.
    public init(inMemory: Void) throws(StoreError) {
        writer = try SQLiteFile.inMemory(AccountDatabase.migrator)
    }

    /// Migrations are added, never edited.
    private static var migrator: DatabaseMigrator {
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
        return migrator
    }

    /// Adds an account.
    ///
    /// - Throws: ``StoreError/alreadyExists`` where the handle is taken.
    public func add(_ account: StoredAccount) async throws(StoreError) {
        try await writer.transaction { db in
            let taken = try Bool.fetchOne(
                db, sql: "SELECT EXISTS (SELECT 1 FROM account WHERE handle = ?)", arguments: [account.handle.string])
            if taken == true { throw StoreError.alreadyExists }
            try db.execute(
                sql: "INSERT INTO account VALUES (?, ?, ?, ?, ?, ?, ?)",
                arguments: [
                    account.handle.string, account.wrap.cost.operations, account.wrap.cost.memory,
                    account.wrap.salt.blob, account.wrap.ciphertext.blob, account.profile.blob, account.state.blob,
                ])
        }
    }

    /// An account, or `nil`.
    public func account(_ handle: Handle) async throws(StoreError) -> StoredAccount? {
        try await writer.look { db in
            let row = try Row.fetchOne(
                db, sql: "SELECT * FROM account WHERE handle = ?", arguments: [handle.string])
            return row.map { row in
                StoredAccount(
                    handle: handle,
                    wrap: PassphraseWrap(
                        cost: PasswordHash.Cost(operations: row["kdf_operations"], memory: row["kdf_memory"]),
                        salt: row.bytes("salt"), ciphertext: row.bytes("wrapped_root")),
                    profile: row.bytes("profile"), state: row.bytes("state"))
            }
        }
    }

    /// Replaces the sealed profile, if it is still the one that was read.
    ///
    /// - Throws: ``StoreError/notFound`` where the account is gone or its profile was changed meanwhile.
    public func replaceProfile(
        of handle: Handle, _ old: [UInt8], with new: [UInt8]
    ) async throws(StoreError) {
        try await replace("profile", of: handle, old, with: new)
    }

    /// Replaces the sealed state, if it is still the one that was read.
    ///
    /// - Throws: ``StoreError/notFound`` where the account is gone or its state was changed meanwhile.
    public func replaceState(of handle: Handle, _ old: [UInt8], with new: [UInt8]) async throws(StoreError) {
        try await replace("state", of: handle, old, with: new)
    }

    /// `column` is one of two names written in this file.
    private func replace(
        _ column: String, of handle: Handle, _ old: [UInt8], with new: [UInt8]
    ) async throws(StoreError) {
        try await writer.transaction { db in
            try db.execute(
                sql: "UPDATE account SET \(column) = ? WHERE handle = ? AND \(column) = ?",
                arguments: [new.blob, handle.string, old.blob])
            if db.changesCount == 0 { throw StoreError.notFound }
        }
    }

    /// Adds a session, and removes those that have ended by `today`.
    public func add(_ session: StoredSession, today: Int64) async throws(StoreError) {
        try await writer.transaction { db in
            try db.execute(sql: "DELETE FROM session WHERE last_day < ?", arguments: [today])
            try db.execute(
                sql: "INSERT INTO session VALUES (?, ?, ?, ?)",
                arguments: [
                    session.identifier.blob, session.handle.string, session.wrappedRoot.blob, session.lastDay,
                ])
        }
    }

    /// A session that has not ended by `today`, or `nil`.
    public func session(_ identifier: [UInt8], today: Int64) async throws(StoreError) -> StoredSession? {
        try await writer.look { db in
            let row = try Row.fetchOne(
                db, sql: "SELECT * FROM session WHERE id = ? AND last_day >= ?", arguments: [identifier.blob, today])
            guard let row, let handle = try? Handle(row["handle"]) else { return nil }
            return StoredSession(
                identifier: identifier, handle: handle, wrappedRoot: row.bytes("wrapped_root"),
                lastDay: row["last_day"])
        }
    }

    /// Ends a session; no matter whether it was there.
    public func removeSession(_ identifier: [UInt8]) async throws(StoreError) {
        try await writer.transaction { db in
            try db.execute(sql: "DELETE FROM session WHERE id = ?", arguments: [identifier.blob])
        }
    }
}
