public import DumpIdentity
internal import Foundation
internal import GRDB
public import Sodium

/// Accounts and their sessions, in a file of their own. Nothing in it names a pseudonym, and nothing a handle or a time.
public struct AccountDatabase: Sendable {
    let writer: any DatabaseWriter

    static let account = UniformTable(
        name: "account",
        columns: [.init("cost", 16), .init("salt", 16), .init("wrapped_root", 72), .init("recovery", 72)],
        initialRows: 32)
    /// The sealed state and profile of each account. A profile without a picture is two pieces, one with it 66.
    static let vault = SealedTable("vault", length: 4_136, initialRows: 128)
    static let session = UniformTable(
        name: "session", columns: [.init("wrapped_root", 72), .init("details", 168)], initialRows: 64)

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

    // MARK: Accounts

    /// Adds an account.
    ///
    /// - Throws: ``StoreError/alreadyExists`` where the handle is taken.
    public func add(_ account: StoredAccount) async throws(StoreError) {
        try await writer.transaction { db in try AccountDatabase.insert(account, in: db) }
    }

    static func insert(_ account: StoredAccount, in db: Database) throws {
        let id = account.handle.accountKey
        try AccountDatabase.account.insert(id, columns(account.wrap, account.recovery), in: db)
        try put(account.state, .state, of: id, in: db)
        try put(account.profile, .profile, of: id, in: db)
    }

    /// An account, or `nil`.
    public func account(_ handle: Handle) async throws(StoreError) -> StoredAccount? {
        let id = handle.accountKey
        return try await writer.look { db in
            guard let row = try AccountDatabase.account.row(id, in: db) else { return nil }
            guard let state = try AccountDatabase.value(.state, of: id, in: db),
                let profile = try AccountDatabase.value(.profile, of: id, in: db)
            else { throw StoreError.malformedFile(file: "accounts.sqlite") }
            let recovery = row.bytes("recovery")
            return StoredAccount(
                handle: handle,
                wrap: PassphraseWrap(
                    cost: PasswordHash.Cost(stored: row.bytes("cost")), salt: row.bytes("salt"),
                    ciphertext: row.bytes("wrapped_root")),
                recovery: recovery.allSatisfy { $0 == 0 } ? nil : recovery, profile: profile, state: state)
        }
    }

    /// What wraps the root key of an account under its passphrase, or `nil`; the rest of the account is not read.
    public func wrap(of handle: Handle) async throws(StoreError) -> PassphraseWrap? {
        let id = handle.accountKey
        return try await writer.look { db in
            try AccountDatabase.account.row(id, in: db).map { row in
                PassphraseWrap(
                    cost: PasswordHash.Cost(stored: row.bytes("cost")), salt: row.bytes("salt"),
                    ciphertext: row.bytes("wrapped_root"))
            }
        }
    }

    /// The cost of an account next to where that of a handle would be; `nil` where there are no accounts. Whoever tries
    /// passphrases of accounts that are not there waits as long as for one that is.
    public func neighbouringCost(of handle: Handle) async throws(StoreError) -> PasswordHash.Cost? {
        let id = handle.accountKey
        return try await writer.look { db in
            let start = try Room.of(AccountDatabase.account.name, in: db).bucket(of: id).lowerBound
            let sql = "SELECT cost FROM account WHERE spare = 0 AND slot >= ? ORDER BY slot LIMIT 1"
            let row = try Row.fetchOne(db, sql: sql, arguments: [start])
            // Beyond the last slot they begin anew.
            return try (row ?? Row.fetchOne(db, sql: sql, arguments: [0]))
                .map { PasswordHash.Cost(stored: $0.bytes("cost")) }
        }
    }

    /// Replaces what wraps the root key, if the passphrase's wrap is still the one that was read.
    ///
    /// - Throws: ``StoreError/notFound`` where the account is gone or its wrap was changed meanwhile.
    public func replaceWraps(
        of handle: Handle, _ old: PassphraseWrap, with new: PassphraseWrap, recovery: [UInt8]?
    ) async throws(StoreError) {
        let id = handle.accountKey
        try await writer.transaction { db in
            guard let row = try AccountDatabase.account.row(id, in: db), row.bytes("wrapped_root") == old.ciphertext
            else { throw StoreError.notFound }
            try AccountDatabase.account.update(id, AccountDatabase.columns(new, recovery), in: db)
            try SQLiteFile.markUnsettled(db)
        }
    }

    /// Replaces the sealed profile, if it is still the one that was read.
    ///
    /// - Throws: ``StoreError/notFound`` where the account is gone or its profile was changed meanwhile.
    public func replaceProfile(of handle: Handle, _ old: [UInt8], with new: [UInt8]) async throws(StoreError) {
        try await writer.transaction { db in try AccountDatabase.replace(.profile, of: handle, old, with: new, in: db) }
    }

    /// Replaces the sealed state, if it is still the one that was read.
    ///
    /// - Throws: ``StoreError/notFound`` where the account is gone or its state was changed meanwhile.
    public func replaceState(of handle: Handle, _ old: [UInt8], with new: [UInt8]) async throws(StoreError) {
        try await writer.transaction { db in try AccountDatabase.replace(.state, of: handle, old, with: new, in: db) }
    }

    /// Replaces a whole account, if its passphrase's wrap is still the one that was read, and ends sessions.
    ///
    /// - Throws: ``StoreError/notFound`` where the account is gone or its wrap was changed meanwhile.
    public func replace(
        _ old: StoredAccount, with new: StoredAccount, ending sessions: [[UInt8]]
    ) async throws(StoreError) {
        try await writer.transaction { db in
            try AccountDatabase.delete(old, sessions: sessions, in: db)
            try AccountDatabase.insert(new, in: db)
        }
    }

    /// Removes an account and its sessions, if its passphrase's wrap is still the one that was read.
    ///
    /// - Throws: ``StoreError/notFound`` where the account is gone or its wrap was changed meanwhile.
    public func remove(_ account: StoredAccount, sessions: [[UInt8]]) async throws(StoreError) {
        try await writer.transaction { db in try AccountDatabase.delete(account, sessions: sessions, in: db) }
    }

    private static func delete(_ account: StoredAccount, sessions: [[UInt8]], in db: Database) throws {
        let id = account.handle.accountKey
        guard try AccountDatabase.account.row(id, in: db)?.bytes("wrapped_root") == account.wrap.ciphertext else {
            throw StoreError.notFound
        }
        try AccountDatabase.account.remove(id, in: db)
        for part in [Part.state, .profile] { try vault.remove(part.key(of: id), in: db) }
        for session in sessions { try AccountDatabase.session.remove(session, in: db) }
        // SQLite overwrites what is deleted, but not the copies that stay where it moved rows between pages before.
        try SQLiteFile.markUnsettled(db)
    }

    // MARK: Sessions

    /// Begins a session: the account's state, which lists its sessions, is replaced in the same transaction, and sessions
    /// that have ended are removed.
    ///
    /// - Throws: ``StoreError/notFound`` where the account is gone or its state was changed meanwhile.
    public func begin(
        _ session: StoredSession, of handle: Handle, state old: [UInt8], with new: [UInt8], ending ended: [[UInt8]]
    ) async throws(StoreError) {
        try await writer.transaction { db in
            try AccountDatabase.replace(.state, of: handle, old, with: new, in: db)
            for identifier in ended { try AccountDatabase.session.remove(identifier, in: db) }
            try AccountDatabase.session.insert(
                session.identifier, [session.wrappedRoot, session.details], in: db)
        }
    }

    /// A session, or `nil`. Whether it has ended stands in its sealed details.
    public func session(_ identifier: [UInt8]) async throws(StoreError) -> StoredSession? {
        try await writer.look { db in
            try AccountDatabase.session.row(identifier, in: db).map {
                StoredSession(
                    identifier: identifier, wrappedRoot: $0.bytes("wrapped_root"), details: $0.bytes("details"))
            }
        }
    }

    /// Replaces the details of a session; nothing where it has ended meanwhile.
    public func update(_ session: StoredSession) async throws(StoreError) {
        try await writer.transaction { db in
            try AccountDatabase.session.update(
                session.identifier, [session.wrappedRoot, session.details], in: db)
        }
    }

    /// Ends sessions; no matter whether they were there.
    public func removeSessions(_ identifiers: [[UInt8]]) async throws(StoreError) {
        try await writer.transaction { db in
            for identifier in identifiers { try AccountDatabase.session.remove(identifier, in: db) }
        }
    }
}

extension AccountDatabase {
    /// What an account keeps sealed in the vault.
    enum Part: String {
        case state
        case profile

        /// The key of this part of an account.
        func key(of account: [UInt8]) -> [UInt8] {
            Hashing.blake2b(Derivation.message("dump/v1/account/vault", context: account + Array(rawValue.utf8)))
        }
    }

    private static func put(_ value: [UInt8], _ part: Part, of account: [UInt8], in db: Database) throws {
        let tag = [UInt8](repeating: 0, count: 32)
        try vault.put(part.key(of: account), SealedTable.Entry(tag: tag, value: value), in: db)
    }

    private static func value(_ part: Part, of account: [UInt8], in db: Database) throws -> [UInt8]? {
        try vault.entry(part.key(of: account), in: db)?.value
    }

    private static func replace(
        _ part: Part, of handle: Handle, _ old: [UInt8], with new: [UInt8], in db: Database
    ) throws {
        let id = handle.accountKey
        guard try value(part, of: id, in: db) == old else { throw StoreError.notFound }
        try put(new, part, of: id, in: db)
    }

    private static func columns(_ wrap: PassphraseWrap, _ recovery: [UInt8]?) -> [[UInt8]] {
        [wrap.cost.stored, wrap.salt, wrap.ciphertext, recovery ?? [UInt8](repeating: 0, count: 72)]
    }
}

extension PasswordHash.Cost {
    /// Operations and memory, 8 bytes each, the most significant byte first.
    var stored: [UInt8] { bigEndian(operations) + bigEndian(memory) }

    init(stored bytes: [UInt8]) {
        func number(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }
        self.init(operations: number(bytes.prefix(8)), memory: number(bytes.dropFirst(8)))
    }
}
