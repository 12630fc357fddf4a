public import DumpIdentity
public import Sodium

/// What a node is told when it starts.
public struct NodeConfiguration: Sendable {
    /// Under which URL others reach the node.
    public let publicAddress: NodeAddress
    /// The modules that it runs.
    public let modules: [ModuleID]
    /// The nodes whose logs it pulls.
    public let peers: [NodeAddress]
    /// How often it pulls, in seconds.
    public let pullInterval: Double
    /// What Argon2id costs for new accounts, and from the next log-in on for those that have it cheaper.
    public let passwordCost: PasswordHash.Cost
    /// How long sessions last.
    public let sessionLimits: SessionLimits
    /// How long objects under pseudonyms of their own wait before they come into the log: the mean, in seconds.
    public let freshDelay: Double

    /// The mean delay where nothing else is said: 5 minutes.
    public static let defaultFreshDelay = 300.0

    /// How many requests are taken at once.
    public let requestBursts: RequestBursts

    /// How many accounts one source makes at once: 30, then one in ten minutes.
    public let accountsPerSource: Int64

    /// How many where nothing else is said.
    public static let defaultAccountsPerSource: Int64 = 30

    /// Whether a reverse proxy stands before the node, which says where requests come from.
    public let isBehindProxy: Bool

    /// The origins whose web pages may call the node.
    public let corsOrigins: [WebOrigin]

    /// The seconds between two signs of life of a stream of events.
    public let eventInterval: Double

    /// A configuration.
    public init(
        publicAddress: NodeAddress, modules: [ModuleID], peers: [NodeAddress], pullInterval: Double,
        passwordCost: PasswordHash.Cost, sessionLimits: SessionLimits = SessionLimits(),
        freshDelay: Double = NodeConfiguration.defaultFreshDelay, requestBursts: RequestBursts = RequestBursts(),
        accountsPerSource: Int64 = NodeConfiguration.defaultAccountsPerSource, isBehindProxy: Bool = false,
        corsOrigins: [WebOrigin] = [], eventInterval: Double = 15
    ) {
        self.publicAddress = publicAddress
        self.modules = modules
        self.peers = peers
        self.pullInterval = pullInterval
        self.passwordCost = passwordCost
        self.sessionLimits = sessionLimits
        self.freshDelay = freshDelay
        self.requestBursts = requestBursts
        self.accountsPerSource = accountsPerSource
        self.isBehindProxy = isBehindProxy
        self.corsOrigins = corsOrigins
        self.eventInterval = eventInterval
    }
}

/// How long sessions last, and how many an account has.
public struct SessionLimits: Sendable, Equatable {
    /// The longest time from the log-in to the end, in seconds: 30 days.
    public let absolute: Int64
    /// The longest time without use, in seconds: 7 days.
    public let idle: Int64
    /// The most sessions of one account: 16.
    public let count: Int

    /// Limits in seconds, and a number of sessions.
    public init(absolute: Int64 = 30 * 86_400, idle: Int64 = 7 * 86_400, count: Int = 16) {
        self.absolute = absolute
        self.idle = idle
        self.count = count
    }

    /// Whether a session has not ended by a time in Unix seconds. A session of the future is none.
    func allow(_ details: SessionDetails, at time: Int64) -> Bool {
        details.started <= time + 60 && time - details.started <= absolute && time - details.used <= idle
    }

    /// Whether a use has to be noted: not each one, because a note is a transaction.
    func isNoteworthy(_ details: SessionDetails, at time: Int64) -> Bool { time - details.used > idle / 32 }
}

/// How many requests for profile fields a node takes at once; after that they come at fixed intervals.
public struct RequestBursts: Sendable, Equatable {
    /// Of one source, which may be a node with many viewers: 300, then one a second.
    public let perSource: Int64
    /// Of one viewer's key: 20, then one in three minutes.
    public let perViewer: Int64
    /// Of one source for one mailbox: 50, then one in ten minutes.
    public let perMailbox: Int64

    /// Numbers of requests, each 1 or more.
    public init(perSource: Int64 = 300, perViewer: Int64 = 20, perMailbox: Int64 = 50) {
        self.perSource = perSource
        self.perViewer = perViewer
        self.perMailbox = perMailbox
    }
}

/// How a passphrase becomes a key. The service does it in a process of its own, because it takes 256 MiB for most of a
/// second; tests do it at the least cost, in place.
public struct PassphraseHasher: Sendable {
    private let derive: @Sendable (borrowing Passphrase, [UInt8], PasswordHash.Cost) async throws -> SecretBytes

    /// A hasher that calls `derive` with the passphrase, the salt and the cost.
    public init(
        _ derive: @escaping @Sendable (borrowing Passphrase, [UInt8], PasswordHash.Cost) async throws -> SecretBytes
    ) {
        self.derive = derive
    }

    /// Hashes in place, on the caller's thread.
    public static let inPlace = PassphraseHasher { passphrase, salt, cost in
        try PasswordHash.deriveKey(from: passphrase.bytes, salt: salt, cost: cost)
    }

    func key(of passphrase: borrowing Passphrase, salt: [UInt8], cost: PasswordHash.Cost) async throws -> SecretBytes {
        try await derive(passphrase, salt, cost)
    }
}
