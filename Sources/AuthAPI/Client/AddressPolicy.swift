public import DumpIdentity

/// Which addresses may be called. What names an address is not trusted: an object its mailboxes, a grant its home, a name
/// its DNS record.
///
/// Source: `docs/spec.md`, "HTTP API", "Calls between nodes"; `docs/decisions/0016`.
public struct AddressPolicy: Sendable {
    /// How far a destination may reach.
    enum Reach: Sendable {
        /// Hosts that everyone can reach, and networks that are allowed.
        case open
        /// This machine alone.
        case loopback
        /// Anything.
        case everywhere
    }

    /// Everything, for an address that a person or an operator typed.
    public static let unrestricted = AddressPolicy(isUnrestricted: true)

    private var isUnrestricted = false
    private var allowsLoopback = false
    private var networks: [IPNetwork] = []
    private var own: NodeAddress?
    private var peers: Set<NodeAddress> = []

    private init(isUnrestricted: Bool) { self.isUnrestricted = isUnrestricted }

    /// HTTPS to hosts that everyone can reach and to `networks`; with `allowsLoopback` also HTTP and HTTPS to what is
    /// written as this machine, for development. `own` is the node's own address, which is called whatever it is; `peers`
    /// are called over HTTP, too, and where they are written as IP addresses.
    public init(
        allowsLoopback: Bool = false, networks: [IPNetwork] = [], own: NodeAddress? = nil, peers: [NodeAddress] = []
    ) {
        self.allowsLoopback = allowsLoopback
        self.networks = networks
        self.own = own
        self.peers = Set(peers)
    }

    /// How far a node's address may reach; `nil` where it is not called at all.
    func reach(of node: NodeAddress, at destination: Destination) -> Reach? {
        if isUnrestricted || node == own { return .everywhere }
        let isPeer = peers.contains(node)
        if destination.isLoopbackAsWritten, allowsLoopback || isPeer { return .loopback }
        // The operator chose the address of such a peer, but not what a name will stand for.
        if isPeer, case .address = destination.host { return .everywhere }
        return destination.isSecure || isPeer ? .open : nil
    }

    /// Whether an address that a destination stands for may be connected to.
    func allows(_ address: IPAddress, within reach: Reach) -> Bool {
        switch reach {
        case .everywhere: true
        case .loopback: SpecialAddresses.isLoopback(address)
        case .open: isOpen(address)
        }
    }

    private func isOpen(_ address: IPAddress) -> Bool {
        if networks.contains(where: { $0.contains(address) }) { return true }
        // A translator reaches what is embedded, inner networks included.
        if let embedded = SpecialAddresses.embedded(in: address) { return isOpen(embedded) }
        return SpecialAddresses.isPublic(address)
    }
}
