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
    private let state = Mutex(State())

    private struct State: Sendable {
        var known = KnownRevocations()
        /// When each feed that is followed was last heard, in Unix seconds.
        var heard: [Principal: Int64] = [:]
    }

    /// Knows nothing, and follows no node.
    public init(maximumSilence: Int64 = 15) { self.maximumSilence = maximumSilence }

    /// Begins to follow a node, with all that it has revoked so far.
    public func follow(_ revocations: [Revocation], from node: Principal, at time: Int64) {
        state.withLock { state in
            for revocation in revocations { state.known.insert(revocation.delegation, by: revocation.revoker) }
            state.heard[node] = time
        }
    }

    /// Learns a revocation, from wherever it comes.
    public func add(_ revocation: Revocation) {
        state.withLock { $0.known.insert(revocation.delegation, by: revocation.revoker) }
    }

    /// Learns what is known already, from a file of earlier days, say.
    public func add(_ known: KnownRevocations) { state.withLock { $0.known.formUnion(known) } }

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
        guard let heard = state.withLock({ $0.heard[node] }) else { return nil }
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
