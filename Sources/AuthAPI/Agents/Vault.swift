internal import DumpIdentity
internal import IPLD
internal import PseudonymStore

/// A profile as it is sealed into its account, and whether its disclosures still have to be brought up to it.
struct StoredProfile: Equatable {
    var profile = Profile()
    /// Set before the disclosures are written again and cleared after: an interrupted edit is found by it.
    var isAhead = false
}

/// Reads and writes what an account keeps sealed under keys of its root key.
struct Vault {
    private static let profileKind = SealedKind(
        "dump/v1/profile", sizeClasses: [8_192, 8_192 + Picture.maximumLength + 1_024])
    private static let stateKind = SealedKind("dump/v1/account/pseudonyms", sizeClasses: [4_096])

    let node: Node
    let handle: Handle
    let root: RootKey

    init(node: Node, handle: Handle, root: RootKey) {
        self.node = node
        self.handle = handle
        self.root = root
    }

    init(node: Node, session: Session) {
        self.init(node: node, handle: session.handle, root: session.root)
    }

    func profile() async throws -> StoredProfile { try await read().profile }

    func state() async throws -> AccountState { try await read().state }

    /// Changes the profile; a change by someone else in between is an error, and nothing is stored.
    @discardableResult
    func updateProfile(_ change: (inout StoredProfile) throws -> Void) async throws -> StoredProfile {
        let (account, old, _) = try await read()
        var new = old
        try change(&new)
        try await storing {
            try await node.accounts.replaceProfile(of: handle, account.profile, with: try seal(new))
        }
        return new
    }

    /// Changes the state, where the change changes it.
    func updateState(_ change: (inout AccountState) -> Void) async throws {
        let (account, _, old) = try await read()
        var new = old
        change(&new)
        if new == old { return }
        try await storing {
            try await node.accounts.replaceState(of: handle, account.state, with: try seal(new))
        }
    }

    /// Begins a session, which the state lists from now on; the oldest ends where there are too many.
    func begin(_ session: StoredSession, atMost count: Int) async throws {
        let (account, _, old) = try await read()
        var new = old
        new.sessions.append(session.identifier)
        let ended = Array(new.sessions.dropLast(count))
        new.sessions.removeFirst(ended.count)
        try await storing {
            try await node.accounts.begin(
                session, of: handle, state: account.state, with: try seal(new), ending: ended)
        }
    }

    func seal(_ stored: StoredProfile) throws -> [UInt8] {
        let keys = try root.profileKeys()
        let value: Value = ["fields": stored.profile.value, "ahead": .bool(stored.isAhead)]
        return try SealedValue.seal(
            value, kind: Vault.profileKind, key: keys.storage, context: Array(handle.string.utf8), random: node.random)
    }

    func seal(_ state: AccountState) throws -> [UInt8] {
        let keys = try root.profileKeys()
        return try SealedValue.seal(
            [
                "modules": .list(state.modules.map(\.value)),
                "sessions": .list(state.sessions.map { .bytes($0) }),
            ], kind: Vault.stateKind, key: keys.state,
            context: Array(handle.string.utf8), random: node.random)
    }

    func storing(_ body: () async throws -> Void) async throws {
        do { try await body() } catch StoreError.notFound {
            throw APIError.conflict("the account was changed by another request; try again")
        }
    }

    func read() async throws -> (account: StoredAccount, profile: StoredProfile, state: AccountState) {
        guard let account = try await node.accounts.account(handle) else { throw APIError.unauthenticated }
        let keys = try root.profileKeys()
        let context = Array(handle.string.utf8)
        let profileValue = try SealedValue.open(
            account.profile, kind: Vault.profileKind, key: keys.storage, context: context)
        let stateValue = try SealedValue.open(
            account.state, kind: Vault.stateKind, key: keys.state, context: context)
        var profileReader = MapReader(profileValue.mapValue ?? Map())
        let profile = StoredProfile(
            profile: try Profile(profileReader.map("fields")), isAhead: try profileReader.bool("ahead"))
        var stateReader = MapReader(stateValue.mapValue ?? Map())
        // An account that was stored by an earlier version has the list of before.
        let modules: [ModulePseudonyms]
        if let pairs = try stateReader.optionalList("pseudonyms") {
            modules = try ModulePseudonyms.reading(pairs: pairs)
        } else {
            modules = try stateReader.list("modules").map { try ModulePseudonyms($0) }
        }
        let sessions = (try stateReader.optionalList("sessions") ?? []).compactMap(\.bytesValue)
        return (account, profile, AccountState(modules: modules, sessions: sessions))
    }
}
