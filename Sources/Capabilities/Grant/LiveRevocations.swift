public import IPLD
internal import Synchronization

/// The revocations that a component hears from the feeds of nodes, and how lately it heard from each.
///
/// What was heard is never unlearned. A node is *current* while its feed was complete once and has not been silent for
/// longer than allowed; then a grant of that node can be verified without its status list. When in doubt, a node is not
/// current, and the list decides. Who follows the feed calls ``follow(_:from:at:)`` with the snapshot it begins with,
/// then ``add(_:)`` and ``heard(from:at:)`` for each event and sign of life, and ``lost(_:)`` when the connection ends.
/// Source: `docs/spec.md`, "Verifying a grant".
public final class LiveRevocations: Sendable {
    /// For how many seconds a feed may be silent.
    public let maximumSilence: Int64
    /// How many revocations are held at most. Whoever is followed can fill that room; then no node is current any more.
    public let capacity: Int
    private let state = Mutex(State())

    private struct State: Sendable {
        var known = KnownRevocations()
        /// When each feed that is followed was last heard, in Unix seconds.
        var heard: [Principal: Int64] = [:]
        /// Whether a revocation had no room.
        var isFull = false
    }

    /// Knows nothing, and follows no node. Holds at most `capacity` revocations.
    public init(maximumSilence: Int64 = 15, capacity: Int = 10_000_000) {
        self.maximumSilence = maximumSilence
        self.capacity = capacity
    }

    /// Begins to follow a node, with all that it has revoked so far.
    public func follow(_ revocations: [Revocation], from node: Principal, at time: Int64) {
        state.withLock { state in
            for revocation in revocations { insert(revocation, &state) }
            state.heard[node] = time
        }
    }

    /// Learns a revocation, from wherever it comes.
    public func add(_ revocation: Revocation) { state.withLock { insert(revocation, &$0) } }

    /// Learns what is known already, from a file of earlier days, say. It counts beside the capacity.
    public func add(_ known: KnownRevocations) { state.withLock { $0.known.formUnion(known) } }

    private func insert(_ revocation: Revocation, _ state: inout State) {
        // What does not fit cannot be forgotten in silence: from then on no feed is relied on, and the lists decide.
        guard state.known.count < capacity else {
            state.isFull = true
            return
        }
        state.known.insert(revocation.delegation, by: revocation.revoker)
    }

    /// Notes that a node that is followed gave a sign of life; of another it is without effect.
    public func heard(from node: Principal, at time: Int64) {
        state.withLock { state in
            guard let last = state.heard[node] else { return }
            state.heard[node] = max(last, time)
        }
    }

    /// Notes that the feed of a node was lost: it is not current until it is followed anew, from a snapshot or from where
    /// it broke off.
    public func lost(_ node: Principal) { state.withLock { $0.heard[node] = nil } }

    /// When the node was last heard, where it is current at a time in Unix seconds; otherwise `nil`.
    public func heard(from node: Principal, currentAt time: Int64) -> Int64? {
        guard let heard = state.withLock({ $0.isFull ? nil : $0.heard[node] }) else { return nil }
        // A clock that was put back says nothing about how long the silence lasted.
        let (silence, overflow) = time.subtractingReportingOverflow(heard)
        return !overflow && (-maximumSilence...maximumSilence).contains(silence) ? heard : nil
    }

    /// Whether any revocation that was heard counts for a chain.
    public func revokes(_ chain: DelegationChain) -> Bool {
        // Under the lock, without a copy that an insertion would have to duplicate.
        state.withLock { chain.isRevoked(by: $0.known) }
    }
}
