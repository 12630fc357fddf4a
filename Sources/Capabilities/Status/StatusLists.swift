public import IPLD
internal import Synchronization

/// The status lists that a verifier holds: the newest one of each issuer and URI, and every revocation seen in any.
///
/// What was learned is not unlearned: an older list is refused, and a bit that was set once stays set. It is bounded in
/// lists and in bytes; only what has expired makes room for others. Source: `docs/spec.md`, "What a verifier holds".
public final class StatusLists: Sendable {
    private let store: Mutex<StatusListStore>

    /// Holds nothing yet, and never more than `maximumCount` lists of together about `maximumBytes` bytes.
    public init(maximumCount: Int = 1_024, maximumBytes: Int = 256 << 20) {
        store = Mutex(StatusListStore(maximumCount: maximumCount, maximumBytes: maximumBytes))
    }

    /// Holds what a snapshot says, in which every token is verified again, but not its time: a list that has expired
    /// since is still known, and nothing under it is accepted.
    ///
    /// The snapshot has to be the last one, from a place that others cannot write: an older one is a roll-back.
    ///
    /// - Throws: ``CapabilityError/malformed``, ``CapabilityError/invalidSignature``,
    ///   ``CapabilityError/statusUnavailable``; ``CapabilityError/limitExceeded`` where it holds more than allowed.
    public init(
        restoring snapshot: [UInt8], maximumCount: Int = 1_024, maximumBytes: Int = 256 << 20
    ) throws(CapabilityError) {
        var restored = StatusListStore(maximumCount: maximumCount, maximumBytes: maximumBytes)
        try restored.restore(snapshot)
        store = Mutex(restored)
    }

    /// How many lists are held.
    public var count: Int { store.withLock { $0.count } }

    /// Verifies a status list token, that `issuer` signed it for `uri` and that it is valid at a time in Unix seconds,
    /// and holds it instead of an older one.
    ///
    /// - Throws: what ``StatusListToken/init(verifying:issuer:uri:at:)`` throws;
    ///   ``CapabilityError/statusUnavailable`` for one that is older than the one held, or that was signed in the same
    ///   second and has fewer statuses or lacks a revocation; ``CapabilityError/limitExceeded`` where there is no room.
    public func accept(
        _ text: String, issuer: Principal, uri: String, at time: Int64
    ) throws(CapabilityError) {
        let token = try StatusListToken(verifying: text, issuer: issuer, uri: uri, at: time)
        let list = HeldStatusList(token, text: text)
        let key = StatusListKey(issuer: issuer, uri: uri)
        try store.withLock { store throws(CapabilityError) in try store.accept(list, key, at: time) }
    }

    /// Refuses what is not known to be valid at a time in Unix seconds, by the list of `issuer`.
    ///
    /// - Throws: ``CapabilityError/revoked`` for what was ever seen revoked, whatever the time;
    ///   ``CapabilityError/statusUnavailable`` where no list is held or the index is outside it;
    ///   ``CapabilityError/expired`` where the list has expired, ``CapabilityError/tooEarly`` where it is from the
    ///   future.
    public func check(_ reference: StatusReference, issuer: Principal, at time: Int64) throws(CapabilityError) {
        let key = StatusListKey(issuer: issuer, uri: reference.uri)
        try store.withLock { store throws(CapabilityError) in
            guard let list = store[key] else { throw .statusUnavailable }
            try list.check(reference.index, at: time)
        }
    }

    /// What is held of a list: how old it is, and whether a fresh one is due. `nil` where there is nothing.
    public func held(issuer: Principal, uri: String) -> HeldStatusList? {
        store.withLock { $0[StatusListKey(issuer: issuer, uri: uri)] }
    }

    /// All that is held, for ``init(restoring:maximumCount:maximumBytes:)``. The same lists give the same bytes.
    ///
    /// - Throws: ``CapabilityError/limitExceeded`` where compressing fails.
    public func snapshot() throws(CapabilityError) -> [UInt8] {
        // The copy shares its memory; the work is done without the lock.
        let copy = store.withLock { $0 }
        return try copy.snapshot()
    }
}
