internal import DumpIdentity
internal import IPLD
internal import PseudonymStore
internal import Sodium

/// Makes accounts, logs in and out, and finds sessions.
struct AccountService: Sendable {
    let node: Node

    /// What someone is given who comes in.
    struct Entrance: Sendable {
        let handle: Handle
        /// The session token, for its holder alone.
        let token: [UInt8]
        /// A new recovery code, shown this once; `nil` where there is none that is new.
        var recovery: String?
    }

    /// Makes an account with an empty profile, and logs in to it.
    ///
    /// - Throws: ``APIError/tooManyRequests(retryAfter:)``; ``APIError/conflict(_:)`` where the handle is taken.
    func create(
        handle: Handle, passphrase: borrowing Passphrase, from source: RequestSource
    ) async throws -> Entrance {
        try node.newAccounts.take(from: source)
        let root = try RootKey.random()
        let code = try RecoveryCode.random()
        let vault = Vault(node: node, handle: handle, root: root)
        let account = StoredAccount(
            handle: handle, wrap: try await wrap(root, of: handle, under: passphrase, for: source),
            recovery: try RecoveryWrap(root, code: code, random: node.random).bytes,
            profile: try vault.seal(StoredProfile()), state: try vault.seal(AccountState()))
        try await add(account)
        let token = try await startSession(handle: handle, root: root)
        return Entrance(handle: handle, token: token, recovery: code.text)
    }

    /// Stores a new account.
    ///
    /// - Throws: ``APIError/conflict(_:)`` where the handle is taken.
    func add(_ account: StoredAccount) async throws {
        do {
            try await node.accounts.add(account)
        } catch {
            throw error == .alreadyExists ? APIError.conflict("the handle is taken") : APIError(error)
        }
    }

    /// Logs in. An unknown account takes as long as the one next to it, and is told the same as a wrong passphrase.
    ///
    /// - Throws: ``APIError/wrongCredentials``, ``APIError/tooManyAttempts(retryAfter:)``.
    func logIn(
        handle: Handle, passphrase: borrowing Passphrase, from source: RequestSource
    ) async throws -> Entrance {
        try node.attempts.begin(handle, from: source)
        let neighbour = try await node.accounts.neighbouringCost(of: handle)
        // Without an account a wrap is tried that no key opens: the same is done for every handle.
        let wrap =
            try await node.accounts.wrap(of: handle)
            ?? PassphraseWrap(
                cost: neighbour ?? node.configuration.passwordCost,
                salt: node.random.bytes(PasswordHash.saltLength), ciphertext: [UInt8](repeating: 0, count: 72))
        let key = try await node.key(of: passphrase, salt: wrap.salt, cost: wrap.cost, for: source)
        guard let root = try? wrap.unwrap(handle: handle, key: key),
            let account = try await node.accounts.account(handle)
        else { throw APIError.wrongCredentials }
        node.attempts.succeeded(handle, from: source)
        let token = try await startSession(handle: handle, root: root)
        // What fails of the rest is left to the next log-in.
        try? await raiseCost(of: account, root: root, passphrase: passphrase, for: source)
        // What an interrupted edit of the profile left behind is made good now.
        let session = Session(handle: handle, root: root, identifier: [])
        let owner = OwnerAgent(node: node, session: session)
        try? await owner.finishInterruptedEdit()
        try? owner.armNotices(await owner.settings.read())
        return Entrance(handle: handle, token: token)
    }

    /// Wraps the root key anew where it costs less to try passphrases than the node is told to have it cost.
    private func raiseCost(
        of account: StoredAccount, root: RootKey, passphrase: borrowing Passphrase, for source: RequestSource
    ) async throws {
        guard account.wrap.cost.isLower(than: node.configuration.passwordCost) else { return }
        let cost = account.wrap.cost.raised(to: node.configuration.passwordCost)
        let wrap = try await wrap(root, of: account.handle, under: passphrase, for: source, cost: cost)
        try await node.turns.take(account.handle) {
            // The recovery code may have been replaced meanwhile.
            guard let present = try await node.accounts.account(account.handle) else { return }
            try await node.accounts.replaceWraps(
                of: account.handle, account.wrap, with: wrap, recovery: present.recovery)
        }
    }

    /// A root key under a passphrase, with a new salt, at the configured cost where none is named.
    func wrap(
        _ root: RootKey, of handle: Handle, under passphrase: borrowing Passphrase, for source: RequestSource,
        cost: PasswordHash.Cost? = nil
    ) async throws -> PassphraseWrap {
        let cost = cost ?? node.configuration.passwordCost
        let salt = node.random.bytes(PasswordHash.saltLength)
        let key = try await node.key(of: passphrase, salt: salt, cost: cost, for: source)
        return try PassphraseWrap(root, handle: handle, key: key, salt: salt, cost: cost)
    }

    /// The session of a token; the root key is unwrapped for this call's owner.
    ///
    /// - Throws: ``APIError/unauthenticated``.
    func session(token bytes: [UInt8]) async throws -> Session {
        guard let token = try? SessionToken(bytes) else { throw APIError.unauthenticated }
        let identifier = try token.identifier()
        guard let stored = try await node.accounts.session(identifier),
            var details = try? token.open(details: stored.details)
        else { throw APIError.unauthenticated }
        let limits = node.configuration.sessionLimits
        let now = node.clock()
        guard limits.allow(details, at: now), let root = try? token.unwrap(stored.wrappedRoot, handle: details.handle)
        else {
            try await node.accounts.removeSessions([identifier])
            throw APIError.unauthenticated
        }
        if limits.isNoteworthy(details, at: now) {
            details.used = now
            try await node.accounts.update(
                StoredSession(
                    identifier: identifier, wrappedRoot: stored.wrappedRoot, details: try token.seal(details)))
        }
        return Session(handle: details.handle, root: root, identifier: identifier)
    }

    /// Whether there is a session of a token, ended by its time or not. Nothing of it is opened.
    func isKnown(token bytes: [UInt8]) async throws -> Bool {
        guard let token = try? SessionToken(bytes) else { return false }
        return try await node.accounts.session(try token.identifier()) != nil
    }

    /// Ends a session.
    func logOut(_ session: Session) async throws {
        try await node.accounts.removeSessions([session.identifier])
        node.events.end(sessions: [session.identifier])
    }

    /// Ends all sessions of an account. Who is away is not told of what waits any more.
    func logOutEverywhere(_ session: Session) async throws {
        try await node.turns.take(session.handle) {
            let vault = Vault(node: node, session: session)
            let sessions = try await vault.state().sessions
            try await node.accounts.removeSessions(sessions + [session.identifier])
            node.events.end(sessions: sessions + [session.identifier])
            node.notices.disarm(try await OwnerAgent(node: node, session: session).principals())
            try await vault.updateState { $0.sessions = [] }
        }
    }

    /// Begins a session: the account's sealed state lists it, so that its owner can end it from elsewhere. Beyond
    /// ``SessionLimits/count`` sessions the oldest ends.
    func startSession(handle: Handle, root: RootKey) async throws -> [UInt8] {
        let token = try SessionToken.random()
        let now = node.clock()
        let stored = StoredSession(
            identifier: try token.identifier(), wrappedRoot: try token.wrap(root, handle: handle),
            details: try token.seal(SessionDetails(handle: handle, started: now, used: now)))
        try await node.turns.take(handle) {
            try await Vault(node: node, handle: handle, root: root).begin(
                stored, atMost: node.configuration.sessionLimits.count)
        }
        return token.bytesForHolder()
    }
}
