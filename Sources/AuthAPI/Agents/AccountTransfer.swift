internal import Capabilities
internal import DumpIdentity
internal import IPLD
internal import PseudonymStore
internal import Sodium

/// Takes accounts to another node, in a file.
struct AccountTransfer {
    let node: Node
    private var accounts: AccountService { AccountService(node: node) }

    /// What opens an export.
    enum Secret: ~Copyable, Sendable {
        case passphrase(Passphrase)
        case code(RecoveryCode)
    }

    /// Writes an account into a file under a passphrase of its own; the account's recovery code opens it, too. The
    /// account's passphrase is asked for, because the file is worth as much and does not end.
    ///
    /// - Throws: ``APIError/wrongSecret``, ``APIError/tooManyAttempts(retryAfter:)``; ``APIError/conflict(_:)`` where the
    ///   account is larger than a file.
    func export(
        _ session: Session, passphrase: borrowing Passphrase, filePassphrase: borrowing Passphrase,
        from source: RequestSource
    ) async throws -> [UInt8] {
        let account = try await accounts.confirm(session, passphrase: passphrase, from: source)
        let configured = node.configuration.passwordCost
        // A file says what opening it costs, and no node pays any price.
        let cost = PasswordHash.Cost(
            operations: min(configured.operations, AccountExport.maximumOperations),
            memory: min(configured.memory, AccountExport.maximumMemory))
        let salt = node.random.bytes(PasswordHash.saltLength)
        let key = try await node.key(of: filePassphrase, salt: salt, cost: cost, for: source)
        let content = try await node.turns.take(session.handle) { try await contents(of: session) }
        let recovery = try account.recovery.map { bytes in try RecoveryWrap(bytes) }
        do {
            return try AccountExport.seal(
                content.value, root: session.root, recovery: recovery, key: key, salt: salt, cost: cost,
                random: node.random
            ).encoded()
        } catch { throw APIError.conflict("the account holds more than a file can take, which is 16 MiB") }
    }

    private func contents(of session: Session) async throws -> ExportedAccount {
        let owner = OwnerAgent(node: node, session: session)
        var content = ExportedAccount(
            profile: try await owner.vault.profile().profile, modules: try await owner.vault.state().modules)
        content.settings = try await owner.settings.read()
        for pseudonym in content.pseudonyms {
            let keys = try owner.keys(pseudonym)
            content.decisions += try await owner.records(of: keys).map { .init(pseudonym: pseudonym, record: $0) }
            content.requests += try await Shelf(label: Shelf.requests, node: node).all(keys)
                .map { try SentRequest($0) }
        }
        return content
    }

    /// Makes an account from a file, with a passphrase of this node's, and logs in to it. A recovery code that opened the
    /// file is replaced; one that the file has besides goes on.
    ///
    /// - Throws: ``APIError/wrongSecret``, ``APIError/tooManyAttempts(retryAfter:)``,
    ///   ``APIError/tooManyRequests(retryAfter:)``; ``APIError/unacceptable(_:)`` for a file that is no account export;
    ///   ``APIError/conflict(_:)`` where the handle is taken.
    func makeAccount(
        _ handle: Handle, from file: [UInt8], opening secret: borrowing Secret, passphrase: borrowing Passphrase,
        from source: RequestSource
    ) async throws -> AccountService.Entrance {
        // No account is named: what is guessed at is the file's secret. The source pays with each.
        try node.attempts.begin(nil, from: source)
        try node.newAccounts.take(from: source)
        if try await node.accounts.account(handle) != nil { throw APIError.conflict("the handle is taken") }
        let export: AccountExport
        do { export = try AccountExport(decoding: file) } catch {
            throw APIError.unacceptable("the file is no account export, or asks for too much work")
        }
        let (opened, isByCode) = try await open(export, with: secret, for: source)
        node.attempts.succeeded(nil, from: source)
        let content = try ExportedAccount(opened.content, root: opened.root)
        let wrap = try await accounts.wrap(opened.root, of: handle, under: passphrase, for: source)
        var (recovery, code) = (export.recovery, String?.none)
        if isByCode || recovery == nil {
            let next = try RecoveryCode.random()
            recovery = try RecoveryWrap(opened.root, code: next, random: node.random)
            code = next.text
        }
        let vault = Vault(node: node, handle: handle, root: opened.root)
        let account = StoredAccount(
            handle: handle, wrap: wrap, recovery: recovery?.bytes,
            profile: try vault.seal(StoredProfile(profile: content.profile)),
            state: try vault.seal(AccountState(modules: content.modules)))
        // The account last: what is interrupted before can be repeated.
        try await adopt(content, root: opened.root)
        try await accounts.add(account)
        let token = try await accounts.startSession(handle: handle, root: opened.root)
        return AccountService.Entrance(handle: handle, token: token, recovery: code)
    }

    private func open(
        _ export: AccountExport, with secret: borrowing Secret, for source: RequestSource
    ) async throws -> (AccountExport.Opened, isByCode: Bool) {
        switch secret {
        case .passphrase(let passphrase):
            let key = try await node.key(of: passphrase, salt: export.salt, cost: export.cost, for: source)
            return (try AccountTransfer.opened { () throws(IdentityError) in try export.open(key: key) }, false)
        case .code(let code):
            guard export.recovery != nil else { throw APIError.unacceptable("no recovery code opens this file") }
            return (try AccountTransfer.opened { () throws(IdentityError) in try export.open(code: code) }, true)
        }
    }

    private static func opened(
        _ body: () throws(IdentityError) -> AccountExport.Opened
    ) throws(APIError) -> AccountExport.Opened {
        do { return try body() } catch {
            if case .crypto = error { throw .wrongSecret }
            throw .unacceptable("the file holds more than an account")
        }
    }

    private func adopt(_ content: ExportedAccount, root: RootKey) async throws {
        let decided = Dictionary(grouping: content.decisions, by: \.pseudonym)
        let sentBy = Dictionary(grouping: content.requests, by: \.pseudonym)
        var principals: [Principal] = []
        var records: [StoredRecord] = []
        for pseudonym in content.pseudonyms {
            let keys = try root.pseudonymKeys(module: pseudonym.module, index: pseudonym.index)
            principals.append(keys.principal)
            let decisions = Shelf(label: Shelf.decisions, node: node)
            for decision in decided[pseudonym] ?? [] {
                records.append(
                    try decisions.seal(
                        decision.record.sealedValue, request: decision.record.request.cid, keys: keys))
            }
            let requests = Shelf(label: Shelf.requests, node: node)
            for sent in sentBy[pseudonym] ?? [] {
                records.append(try requests.seal(sent.sealedValue, request: sent.request.cid, keys: keys))
            }
        }
        // What is here already stays, as with other records.
        records.append(try SettingsShelf(node: node, root: root).seal(content.settings))
        try await node.pseudonyms.adopt(principals, records: records)
    }
}
