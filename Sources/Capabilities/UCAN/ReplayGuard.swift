internal import Synchronization

/// Remembers which invocations a component has executed, so that none is executed twice: (issuer, nonce), by a hash of 16
/// bytes, until the invocation expires.
///
/// It is asked last, when everything else about the invocation was found right: what is refused must not take room. Its
/// size is bounded. When it is full of invocations that are still valid it refuses new ones, and forgets nothing; a
/// greatest lifetime (``InvocationVerifier/maximumLifetime``) keeps that time short.
///
/// It survives a restart through ``snapshot()``. Uses after the last snapshot are lost in a crash. A component closes
/// that gap in one of two ways: it writes a snapshot through to the disk before it answers; or, after an end that was not
/// in order, it starts with `refusing` set to the time of the start and the greatest lifetime that it accepts: whatever
/// can have been used before is refused then, and what is made later is taken. Source: UCAN 1.0 invocation specification,
/// "Nonce" and "Expiration"; `docs/spec.md`, "Replay".
public final class ReplayGuard: Sendable {
    private let state: Mutex<ReplayMemory>

    /// A guard that remembers at most `capacity` invocations, and refuses all that expire at or before `refusing`, in
    /// Unix seconds.
    public init(capacity: Int, refusing time: Int64 = -1) {
        state = Mutex(ReplayMemory(capacity: capacity, refusedThrough: time))
    }

    /// A guard that remembers what another one did when the snapshot was taken.
    ///
    /// - Throws: ``CapabilityError/malformed`` for bytes that are no snapshot; ``CapabilityError/limitExceeded`` where it
    ///   holds more than `capacity`.
    public init(restoring snapshot: [UInt8], capacity: Int) throws(CapabilityError) {
        state = Mutex(try ReplayMemory(restoring: snapshot, capacity: capacity))
    }

    /// How many invocations are remembered, those included that expired since the last use.
    public var count: Int { state.withLock { $0.count } }

    /// Marks an invocation as used at a time in Unix seconds, once: of many that do so at the same moment one wins.
    ///
    /// Times that are behind an earlier one do not bring back what was forgotten then.
    ///
    /// - Throws: ``CapabilityError/replayed`` where it was used before, or may have been;
    ///   ``CapabilityError/invalidClaim`` for an invocation without an end or with an empty nonce, which cannot be
    ///   guarded; ``CapabilityError/expired``; ``CapabilityError/limitExceeded`` where there is no room.
    public func use(_ invocation: Invocation, at time: Int64) throws(CapabilityError) {
        guard let expiration = invocation.expiration, !invocation.nonce.isEmpty else { throw .invalidClaim }
        let name = ReplayMemory.Name(invocation.issuer, nonce: invocation.nonce)
        try state.withLock { memory throws(CapabilityError) in
            try memory.use(name, expiration: expiration, at: time)
        }
    }

    /// What is remembered, to be given to ``init(restoring:capacity:)``. It names nobody, and is to be kept from being
    /// changed: who can shorten it can have an invocation executed twice.
    ///
    /// - Throws: ``CapabilityError/malformed``.
    public func snapshot() throws(CapabilityError) -> [UInt8] {
        try state.withLock { memory throws(CapabilityError) in try memory.encoded() }
    }
}
