internal import DumpIdentity
internal import IPLD
internal import PseudonymStore
internal import Sodium

/// What opens an account: passphrase, recovery code, and sessions.
extension AccountService {
    /// How an account is kept.
    struct Summary {
        /// How many sessions it has; one that has ended counts until it is used, or until the next log-in.
        let sessions: Int
        let hasRecoveryCode: Bool
        /// What a guess at its passphrase costs.
        let cost: PasswordHash.Cost
    }

    func summary(_ session: Session) async throws -> Summary {
        let (account, _, state) = try await Vault(node: node, session: session).read()
        var sessions = 0
        for identifier in state.sessions where try await node.accounts.session(identifier) != nil { sessions += 1 }
        return Summary(sessions: sessions, hasRecoveryCode: account.recovery != nil, cost: account.wrap.cost)
    }

    /// The account of a session, whose holder shows that the passphrase is known, too.
    ///
    /// - Throws: ``APIError/wrongSecret``, ``APIError/tooManyAttempts(retryAfter:)``.
    func confirm(
        _ session: Session, passphrase: borrowing Passphrase, from source: RequestSource
    ) async throws -> StoredAccount {
        try node.attempts.begin(session.handle, from: source)
        guard let account = try await node.accounts.account(session.handle) else { throw APIError.unauthenticated }
        let key = try await node.key(
            of: passphrase, salt: account.wrap.salt, cost: account.wrap.cost, for: source)
        guard (try? account.wrap.unwrap(handle: session.handle, key: key)) != nil else { throw APIError.wrongSecret }
        node.attempts.succeeded(session.handle, from: source)
        return account
    }

    /// Changes the passphrase, and ends all other sessions.
    ///
    /// - Throws: ``APIError/wrongSecret``, ``APIError/tooManyAttempts(retryAfter:)``.
    func changePassphrase(
        _ session: Session, from old: borrowing Passphrase, to new: borrowing Passphrase, source: RequestSource
    ) async throws {
        let account = try await confirm(session, passphrase: old, from: source)
        let wrap = try await wrap(session.root, of: session.handle, under: new, for: source)
        try await node.turns.take(session.handle) {
            try await Vault(node: node, session: session).rewrap(
                account, with: wrap, recovery: account.recovery, keeping: [session.identifier])
        }
    }

    /// Replaces the recovery code; the one before opens nothing any more.
    ///
    /// - Throws: ``APIError/wrongSecret``, ``APIError/tooManyAttempts(retryAfter:)``.
    func renewRecoveryCode(
        _ session: Session, passphrase: borrowing Passphrase, from source: RequestSource
    ) async throws -> String {
        let account = try await confirm(session, passphrase: passphrase, from: source)
        let code = try RecoveryCode.random()
        let recovery = try RecoveryWrap(session.root, code: code, random: node.random).bytes
        try await node.turns.take(session.handle) {
            try await Vault(node: node, session: session).storing {
                try await node.accounts.replaceWraps(
                    of: session.handle, account.wrap, with: account.wrap, recovery: recovery)
            }
        }
        return code.text
    }

    /// Gives an account a new passphrase by its recovery code, which is replaced. All its sessions end, and one begins.
    ///
    /// An unknown account takes as long as a wrong code, and is told the same: the new passphrase is hashed first.
    ///
    /// - Throws: ``APIError/wrongSecret``, ``APIError/tooManyAttempts(retryAfter:)``.
    func recover(
        handle: Handle, code: borrowing RecoveryCode, passphrase: borrowing Passphrase, from source: RequestSource
    ) async throws -> Entrance {
        try node.attempts.begin(handle, from: source)
        let salt = node.random.bytes(PasswordHash.saltLength)
        let cost = node.configuration.passwordCost
        let key = try await node.key(of: passphrase, salt: salt, cost: cost, for: source)
        let account = try await node.accounts.account(handle)
        let stored = account?.recovery ?? node.random.bytes(RecoveryWrap.length)
        guard let root = try? RecoveryWrap(stored).unwrap(code), let account else { throw APIError.wrongSecret }
        node.attempts.succeeded(handle, from: source)
        let next = try RecoveryCode.random()
        let recovery = try RecoveryWrap(root, code: next, random: node.random).bytes
        let wrap = try PassphraseWrap(root, handle: handle, key: key, salt: salt, cost: cost)
        try await node.turns.take(handle) {
            try await Vault(node: node, handle: handle, root: root).rewrap(
                account, with: wrap, recovery: recovery, keeping: [])
        }
        let token = try await startSession(handle: handle, root: root)
        return Entrance(handle: handle, token: token, recovery: next.text)
    }
}

extension Vault {
    /// Replaces what wraps the root key, and ends all sessions but those that are kept. It must be the account's turn.
    ///
    /// - Throws: ``APIError/conflict(_:)`` where the account's passphrase or recovery code are not those of `old` any more.
    func rewrap(
        _ old: StoredAccount, with wrap: PassphraseWrap, recovery: [UInt8]?, keeping kept: [[UInt8]]
    ) async throws {
        let (present, _, oldState) = try await read()
        guard present.wrap == old.wrap, present.recovery == old.recovery else {
            throw APIError.conflict("the account was changed by another request; try again")
        }
        var state = oldState
        let ended = state.sessions.filter { !kept.contains($0) }
        state.sessions = kept
        let new = StoredAccount(
            handle: handle, wrap: wrap, recovery: recovery, profile: present.profile, state: try seal(state))
        try await storing { try await node.accounts.replace(present, with: new, ending: ended) }
    }
}
