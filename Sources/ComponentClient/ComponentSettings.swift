public import DumpIdentity
public import IPLD

/// A node that a component follows.
public struct FollowedNode: Sendable, Hashable {
    /// Where it is reached. It is not taken from what strangers say: a component is told its nodes.
    public let address: NodeAddress
    /// What signs for it, or signed for it before its key was changed: the `node` of its grants.
    public let principal: Principal

    /// A node of this key at this address.
    public init(address: NodeAddress, principal: Principal) {
        self.address = address
        self.principal = principal
    }
}

/// How a component follows nodes.
public struct ComponentSettings: Sendable {
    /// For how many seconds a feed may be silent until its node is not current any more. Nodes give a sign of life every 5.
    public var maximumSilence: Int64
    /// How many revocations are held at most.
    public var capacity: Int
    /// The file in which what is held survives a restart; `nil` for none.
    public var file: String?

    /// Settings; a file is read when the client is made, and written whenever something is learned.
    public init(maximumSilence: Int64 = 15, capacity: Int = 10_000_000, file: String? = nil) {
        self.maximumSilence = maximumSilence
        self.capacity = capacity
        self.file = file
    }
}

/// How new the knowledge of a node's revocations is.
public struct NodeFreshness: Sendable, Equatable {
    /// What is held of a status list.
    public struct List: Sendable, Equatable {
        /// Its URI.
        public let uri: String
        /// When the newest token was signed, in Unix seconds.
        public let issuedAt: Int64
        /// The first second at which it does not count any more, in Unix seconds.
        public let expiration: Int64
    }

    /// When its feed was last heard, in Unix seconds; `nil` where it never was since the start.
    public let lastHeard: Int64?
    /// Whether the feed is current: connected, whole, and not silent for too long.
    public let isCurrent: Bool
    /// Its status lists that are held.
    public let lists: [List]
}
