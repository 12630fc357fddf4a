public import IPLD
internal import Synchronization

/// The revocations that a component hears from the feeds of nodes, and how lately it heard from each.
///
/// What was heard is never unlearned. A node is *current* while its feed was complete once and has not been silent for
/// longer than allowed; then a grant of that node can be verified without its status list. When in doubt, a node is not
/// current, and the list decides. Who follows a feed calls ``accept(_:at:)`` with each statement, and ``lost(_:)`` when
/// the connection ends. Source: `docs/spec.md`, "Revocation feed", "Verifying a grant".
public final class LiveRevocations: Sendable {
    /// For how many seconds a feed may be silent.
    public let maximumSilence: Int64
    /// How many revocations are held at most. Whoever is followed can fill that room; then no node is current any more.
    public let capacity: Int
    let state: Mutex<FeedStates>

    /// Knows nothing, and follows no node. Holds at most `capacity` revocations.
    public init(maximumSilence: Int64 = 15, capacity: Int = 10_000_000) {
        self.maximumSilence = maximumSilence
        self.capacity = capacity
        state = Mutex(FeedStates(capacity: capacity))
    }

    /// Knows what a snapshot says, and where each feed was left. No node is current until it is heard.
    ///
    /// The snapshot has to be the last one, from a place that others cannot write: nothing in it is signed.
    ///
    /// - Throws: ``CapabilityError/malformed``; ``CapabilityError/limitExceeded`` where it holds more than allowed.
    public init(
        restoring snapshot: [UInt8], maximumSilence: Int64 = 15, capacity: Int = 10_000_000
    ) throws(CapabilityError) {
        self.maximumSilence = maximumSilence
        self.capacity = capacity
        state = Mutex(try FeedStates(restoring: snapshot, capacity: capacity))
    }

    /// Learns what a node says in its feed, at a time in Unix seconds.
    ///
    /// A node becomes current with a sign of life behind all that it has revoked. What was revoked is learned in any case.
    ///
    /// - Throws: ``CapabilityError/statusUnavailable`` where something between was missed, or this is out of place;
    ///   ``CapabilityError/expired`` and ``CapabilityError/tooEarly`` for a sign of life of another time. The node is not
    ///   current then, and the feed has to be read anew.
    public func accept(_ statement: RevocationStatement, at time: Int64) throws(CapabilityError) {
        try state.withLock { state throws(CapabilityError) in try state.accept(statement, at: time) }
    }

    /// Learns a signed revocation, from wherever it comes. It counts for delegations of every node.
    public func add(_ revocation: Revocation) { state.withLock { $0.add(revocation) } }

    /// Learns what is known already, from a file of earlier days, say. It counts beside the capacity.
    public func add(_ known: KnownRevocations) { state.withLock { $0.known.formUnion(known) } }

    /// Notes that the feed of a node was lost: it is not current until it is followed anew, from a snapshot or from where
    /// it broke off.
    public func lost(_ node: Principal) { state.withLock { $0.lose(node) } }

    /// From where the feed of a node goes on; `nil` where it has to begin with a snapshot.
    public func position(of node: Principal) -> FeedPosition? { state.withLock { $0.feeds[node]?.position } }

    /// When a node was last heard, in Unix seconds, current or not; `nil` where it never was since the start.
    public func lastHeard(from node: Principal) -> Int64? { state.withLock { $0.feeds[node]?.lastHeard } }

    /// How many revocations are held that feeds told.
    public var count: Int { state.withLock { $0.count } }

    /// When the node was last heard, where it is current at a time in Unix seconds; otherwise `nil`.
    public func heard(from node: Principal, currentAt time: Int64) -> Int64? {
        guard let heard = state.withLock({ $0.isFull ? nil : $0.feeds[node]?.heard }) else { return nil }
        // A clock that was put back says nothing about how long the silence lasted.
        let (silence, overflow) = time.subtractingReportingOverflow(heard)
        return !overflow && (-maximumSilence...maximumSilence).contains(silence) ? heard : nil
    }

    /// Whether any revocation counts for a chain that was signed, or that one of these nodes told in its feed: the node
    /// of the grant, and those before and after it. What other nodes tell does not count.
    public func revokes(_ chain: DelegationChain, told nodes: Set<Principal>) -> Bool {
        // Under the lock, without a copy that an insertion would have to duplicate.
        state.withLock { $0.revokes(chain, told: nodes) }
    }

    /// All that feeds told, and where each was left, for ``init(restoring:maximumSilence:capacity:)``. The same state
    /// gives the same bytes, whatever the order in which it came.
    ///
    /// - Throws: ``CapabilityError/malformed``, which nothing held causes.
    public func snapshot() throws(CapabilityError) -> [UInt8] {
        let copy = state.withLock { $0.feeds }
        return try FeedStates.snapshot(copy)
    }
}
