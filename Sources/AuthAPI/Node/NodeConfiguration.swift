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
    /// What Argon2id costs for new accounts.
    public let passwordCost: PasswordHash.Cost

    /// A configuration.
    public init(
        publicAddress: NodeAddress, modules: [ModuleID], peers: [NodeAddress], pullInterval: Double,
        passwordCost: PasswordHash.Cost
    ) {
        self.publicAddress = publicAddress
        self.modules = modules
        self.peers = peers
        self.pullInterval = pullInterval
        self.passwordCost = passwordCost
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
