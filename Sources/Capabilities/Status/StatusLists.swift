public import DumpIdentity
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

    /// Learns that an issuer has changed its key. From then on lists of the next key count for what names the former,
    /// and what was held under one counts against what comes under the other.
    ///
    /// Tell only what concerns issuers of interest: there is room for ``Successions/maximumCount``.
    ///
    /// - Throws: ``CapabilityError/limitExceeded`` where there is no room.
    public func accept(_ succession: Succession) throws(CapabilityError) {
        try store.withLock { store throws(CapabilityError) in
            var successions = store.successions
            try usingIdentity { () throws(IdentityError) in try successions.insert(succession) }
            store.successions = successions
        }
    }

    /// Whose lists and feeds count for what names `issuer`: itself, and those that follow it, the nearest first.
    public func signers(for issuer: Principal) -> [Principal] {
        store.withLock { $0.successions.chain(from: issuer) }
    }

    /// As ``signers(for:)``, without those whose word has ended at a time in Unix seconds: whoever has a former key can
    /// sign a feed as well.
    func signers(for issuer: Principal, at time: Int64) -> [Principal] {
        store.withLock { store in
            store.successions.chain(from: issuer).filter { signer in
                store.successions.end(of: signer).map { time < $0 } ?? true
            }
        }
    }

    /// All keys that `issuer` has, had or was said to have: what any of them revoked stays revoked.
    func line(of issuer: Principal) -> Set<Principal> { store.withLock { $0.successions.line(of: issuer) } }

    /// Verifies a status list token, that `issuer` or one that follows it signed it for `uri` and that it is valid at a
    /// time in Unix seconds, and holds it instead of an older one.
    ///
    /// - Throws: what ``StatusListToken/init(verifying:issuer:uri:at:)`` throws;
    ///   ``CapabilityError/statusUnavailable`` for one that is older than the one held, or that was signed in the same
    ///   second and has fewer statuses or lacks a revocation; ``CapabilityError/limitExceeded`` where there is no room.
    public func accept(
        _ text: String, issuer: Principal, uri: String, at time: Int64
    ) throws(CapabilityError) {
        let token = try StatusLists.verify(text, by: signers(for: issuer), uri: uri, at: time)
        let list = HeldStatusList(token, text: text)
        let key = StatusListKey(issuer: token.issuer, uri: uri)
        try store.withLock { store throws(CapabilityError) in try store.accept(list, key, at: time) }
    }

    /// The token, where one of these signed it; never one that the token itself names.
    private static func verify(
        _ text: String, by signers: [Principal], uri: String, at time: Int64
    ) throws(CapabilityError) -> StatusListToken {
        for signer in signers {
            do { return try StatusListToken(verifying: text, issuer: signer, uri: uri, at: time) } catch {
                guard error == .invalidSignature else { throw error }
            }
        }
        throw .invalidSignature
    }

    /// Refuses what is not known to be valid at a time in Unix seconds, by the list of `issuer` or of those that follow
    /// it, whichever is the newest.
    ///
    /// - Throws: ``CapabilityError/revoked`` for what was ever seen revoked, whatever the time;
    ///   ``CapabilityError/statusUnavailable`` where no list is held or the index is outside it;
    ///   ``CapabilityError/expired`` where the list has expired, or was signed with a former key and the day after the
    ///   change is over; ``CapabilityError/tooEarly`` where it is from the future.
    public func check(_ reference: StatusReference, issuer: Principal, at time: Int64) throws(CapabilityError) {
        let key = StatusListKey(issuer: issuer, uri: reference.uri)
        try store.withLock { store throws(CapabilityError) in try store.check(reference.index, key, at: time) }
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
