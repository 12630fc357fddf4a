internal import AsyncHTTPClient
public import Capabilities
internal import IPLD
public import Sodium
internal import Synchronization

/// Follows the feeds and the status lists of some nodes, and verifies grants from memory.
///
/// While ``run()`` runs, what a node revokes is refused as soon as its feed tells of it. Where a node cannot be heard, its
/// signed list decides until that expires; after that everything under it is refused. Source: `docs/components.md`.
public final class ComponentClient: Sendable {
    /// The nodes that are followed.
    public let nodes: [FollowedNode]
    /// What decides; it may be used by itself, from any thread.
    public let verifier: GrantVerifier
    /// What the feeds told.
    public let live: LiveRevocations
    /// The status lists that are held.
    public var lists: StatusLists { verifier.lists }

    let settings: ComponentSettings
    let clock: @Sendable () -> Int64
    let random: RandomSource
    /// The URIs of the lists of each node, as it names them.
    let uris = Mutex<[FollowedNode: [String]]>([:])
    private let file: ComponentFile?
    private let (changes, changed) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    /// A client that follows these nodes; `holders` lets it check that who presents a grant has the holder's key. `clock`
    /// gives Unix seconds.
    ///
    /// - Throws: ``ComponentError/file``, ``CapabilityError`` where the file of the settings cannot be used.
    public init(
        following nodes: [FollowedNode], settings: ComponentSettings = ComponentSettings(),
        holders: HolderCheck? = nil, random: RandomSource = .system, clock: @escaping @Sendable () -> Int64
    ) throws {
        self.nodes = nodes
        self.settings = settings
        self.random = random
        self.clock = clock
        file = settings.file.map { ComponentFile(path: $0) }
        let held = try file?.read(settings: settings)
        live = held?.live ?? LiveRevocations(maximumSilence: settings.maximumSilence, capacity: settings.capacity)
        verifier = GrantVerifier(
            lists: held?.lists ?? StatusLists(), live: live, cache: DelegationCache(), holders: holders)
    }

    /// Verifies what a container presents, now, from memory alone.
    ///
    /// - Throws: the ``CapabilityError`` that says what is wrong; ``CapabilityError/statusUnavailable`` or
    ///   ``CapabilityError/expired`` where it cannot be told whether the grant was revoked.
    public func verify(
        _ container: Container, for target: GrantVerifier.Target
    ) throws(CapabilityError) -> VerifiedGrant {
        try verifier.verify(container, for: target, at: clock())
    }

    /// How new the knowledge of a node is.
    public func freshness(of node: FollowedNode) -> NodeFreshness {
        let signers = lists.signers(for: node.principal)
        let now = clock()
        let held = uris.withLock({ $0[node] ?? [] }).compactMap { uri in
            lists.held(issuer: node.principal, uri: uri).map {
                NodeFreshness.List(uri: uri, issuedAt: $0.issuedAt, expiration: $0.expiration)
            }
        }
        return NodeFreshness(
            lastHeard: signers.compactMap { live.lastHeard(from: $0) }.max(),
            isCurrent: signers.contains { live.heard(from: $0, currentAt: now) != nil }, lists: held)
    }

    /// Follows the nodes until the task is cancelled; to be called once. A node that is away is tried again, with growing
    /// pauses.
    public func run() async {
        let http = NodeReader(silence: settings.maximumSilence)
        await withTaskGroup(of: Void.self) { group in
            for node in nodes {
                group.addTask { await FeedFollower(client: self, node: node, http: http).run() }
                group.addTask { await ListFollower(client: self, node: node, http: http).run() }
            }
            if let file { group.addTask { await self.keep(in: file) } }
            await group.waitForAll()
        }
        if let file { try? file.write(lists: lists, live: live) }
        await http.shutdown()
    }

    /// Notes that something was learned that has to survive.
    func learned() { changed.yield() }

    private func keep(in file: ComponentFile) async {
        for await _ in changes {
            // What cannot be written now is written with the next change, and at the end.
            try? file.write(lists: lists, live: live)
        }
    }
}
