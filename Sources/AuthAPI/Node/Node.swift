internal import Capabilities
public import DumpIdentity
public import IPLD
public import PseudonymStore
public import Sodium
internal import Synchronization

/// A node's parts, as its services share them.
public final class Node: Sendable {
    /// What it was told at its start.
    public let configuration: NodeConfiguration
    /// Accounts and sessions.
    public let accounts: AccountDatabase
    /// Everything of pseudonyms.
    public let pseudonyms: PseudonymDatabase
    /// Module objects.
    public let objects: ObjectDatabase
    /// The node as a principal.
    public let principal: Principal

    /// The statements of its former keys.
    public let successions: Successions

    /// What the node was before: what is addressed to these principals, or granted at them, is served.
    let formers: Set<Principal>
    let turns = Turns()
    let attempts: AttemptLimiter
    let newAccounts: AccountQuota
    let quotas: RequestQuotas
    let queue = FairQueue()
    /// Two passphrases are hashed at a time: more would only take memory from each other.
    let hashing = FairQueue(slots: 2, maximumPerSource: 64, maximumTotal: 1_024)
    /// Files of accounts are read one of each source at a time, and four in all: each is in memory for as long as it takes.
    let imports = FairQueue(slots: 4, slotsPerSource: 1, maximumPerSource: 16, maximumTotal: 256)
    let idempotency: IdempotencyStore
    let metrics = NodeMetrics()
    /// What is told of revocations.
    let feed: RevocationFeed
    let statusLists = SignedStatusLists()
    let events = EventHub()
    let notices = NoticeBoard()
    private let isPrepared = Atomic(false)
    /// Remembers by which invocations callers showed who they are. What a restart forgets could only be asked again.
    let callers = ReplayGuard(capacity: 100_000)
    /// The calls that are held until a request is answered.
    let waiting = HeldCalls()
    let key: SigningKey
    private let hasher: PassphraseHasher
    let client: PeerClient
    let random: RandomSource
    let clock: @Sendable () -> Int64

    /// A node of these parts; `clock` gives Unix seconds. The successions are those of former keys of its own.
    ///
    /// - Throws: ``IdentityError`` where the key is not usable; ``StoreError``, ``SodiumError``; ``CapabilityError`` where
    ///   there is no random epoch.
    public init(
        configuration: NodeConfiguration, accounts: AccountDatabase, pseudonyms: PseudonymDatabase,
        objects: ObjectDatabase, answers: AnswerDatabase, key: consuming SigningKey,
        successions: Successions = Successions(),
        hasher: PassphraseHasher, client: PeerClient, random: RandomSource = .system,
        clock: @escaping @Sendable () -> Int64
    ) throws {
        self.configuration = configuration
        self.accounts = accounts
        self.pseudonyms = pseudonyms
        self.objects = objects
        let principal = try key.principal()
        self.principal = principal
        self.successions = successions
        formers = Set(successions.all.map(\.former).filter { successions.chain(from: $0).last == principal })
        self.key = key
        self.hasher = hasher
        self.client = client
        self.random = random
        self.clock = clock
        attempts = AttemptLimiter(clock: clock)
        newAccounts = AccountQuota(burst: configuration.accountsPerSource, clock: clock)
        quotas = RequestQuotas(configuration.requestBursts, clock: clock)
        idempotency = try IdempotencyStore(kept: answers)
        feed = try RevocationFeed(random: random)
    }

    /// The name of the node's one status list. A full list is a later list's beginning, which is not built yet.
    static let statusList = "1"
    /// How many statuses the list has: 131,072.
    static let statusCount = 1 << 17
    /// How many of them are set from the beginning and mean nothing.
    static let statusDecoys = 1 << 10

    /// Makes what must be there before the node serves.
    ///
    /// - Throws: ``StoreError``.
    public func prepare() async throws(StoreError) {
        try await pseudonyms.makeStatusList(
            Node.statusList, count: Node.statusCount, decoys: Node.statusDecoys, random: random)
        try await idempotency.kept.removeEnded(before: Day.start(of: clock()))
        feed.load(try await pseudonyms.revocationNames())
        isPrepared.store(true, ordering: .releasing)
    }

    /// Checks that the node was prepared, and that its databases can be read and locked for writing.
    ///
    /// - Throws: ``APIError/notReady``, ``StoreError``.
    func checkReadiness() async throws {
        guard isPrepared.load(ordering: .acquiring) else { throw APIError.notReady }
        try await accounts.check()
        try await pseudonyms.check()
        try await objects.check()
        try await idempotency.kept.check()
    }

    /// Hashes a passphrase when it is the source's turn: it takes most of a second, and who has many hashed must not keep
    /// others from logging in.
    ///
    /// - Throws: ``APIError/busy`` where too many wait already, and what hashing throws.
    func key(
        of passphrase: borrowing Passphrase, salt: [UInt8], cost: PasswordHash.Cost, for source: RequestSource
    ) async throws -> SecretBytes {
        try await hashing.run(source) { try await hasher.key(of: passphrase, salt: salt, cost: cost) }
    }

    /// Stores an owner's decision on the request of this name, and has its viewer hear of it who waits for it. Where nothing
    /// is told nobody is woken: who is denied in silence waits on.
    func decide(_ decision: Decision, on name: RequestName) async throws(StoreError) {
        try await pseudonyms.decide(decision)
        if decision.answer != nil { waiting.wake(name.held) }
    }

    /// Whether a principal is this node, by its key or by a former one.
    func isSelf(_ other: Principal) -> Bool { other == principal || formers.contains(other) }

    /// Where something came from, as the owner of a mailbox may know it.
    func origin(of source: RequestSource) throws -> RequestOrigin {
        try source.origin(under: key.deriveKey(Derivation.message("dump/v1/node/origin")))
    }

    /// The URI under which a status list is served.
    func statusListURI(_ list: String) -> String {
        configuration.publicAddress.appending("/v1/status-lists/\(list)")
    }

    /// The module of that name, if the node runs it.
    ///
    /// - Throws: ``APIError/moduleNotRun``, or why it is no module id.
    func module(_ name: String) throws -> ModuleID {
        let module = try ModuleID(name)
        guard configuration.modules.contains(module) else { throw APIError.moduleNotRun }
        return module
    }
}
