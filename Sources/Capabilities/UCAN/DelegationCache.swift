internal import DumpIdentity
internal import IPLD
internal import Synchronization

/// A delegation whose signature was found right. What else makes it count (its time, its place in a chain, that it was
/// not revoked) is looked at each time that a chain is verified.
///
/// An object, because it is passed on often and has many parts.
final class SignedDelegation: Sendable {
    /// The delegation.
    let delegation: Delegation

    /// Checks the signature.
    ///
    /// - Throws: ``CapabilityError/invalidSignature``.
    init(verifying delegation: Delegation) throws(CapabilityError) {
        guard delegation.envelope.isSigned(by: delegation.issuer) else { throw .invalidSignature }
        self.delegation = delegation
    }
}

/// Delegations that were read and whose signatures were found right, by their CIDs: the same proofs come again and again.
///
/// Only what took the work is kept. Time, revocation and the chain are judged anew each time, and a delegation that has
/// expired, or that its issuer revoked, is not even given out. It is bounded: where there is no room, what was not asked
/// for the longest makes room. Source: `docs/spec.md`, "Verifying a chain".
public final class DelegationCache: Sendable {
    private let entries: Mutex<Entries>

    /// A cache of at most `capacity` delegations, each of at most ``Delegation/maximumLength`` bytes.
    public init(capacity: Int = 4_096) { entries = Mutex(Entries(capacity: max(0, capacity))) }

    /// How many delegations are kept.
    public var count: Int { entries.withLock { $0.delegations.count } }

    /// The delegation of this name; `nil` where it is not kept, has expired at this time in Unix seconds, or was revoked
    /// by its issuer.
    func delegation(
        _ cid: CID, at time: Int64, revocations: KnownRevocations
    ) -> SignedDelegation? {
        entries.withLock { entries in
            guard let found = entries.delegations[cid] else { return nil }
            let delegation = found.signed.delegation
            guard delegation.expiration.map({ time <= $0 }) ?? true,
                !revocations.contains(cid, by: delegation.issuer)
            else {
                entries.remove(cid)
                return nil
            }
            entries.delegations[cid]?.isAskedFor = true
            return found.signed
        }
    }

    /// The same delegations with their signatures checked, here or before; they are kept.
    ///
    /// - Throws: ``CapabilityError/invalidSignature``.
    func signed(_ delegations: [Delegation], at time: Int64) throws(CapabilityError) -> [SignedDelegation] {
        var signed: [SignedDelegation] = []
        for delegation in delegations {
            if let known = self.delegation(delegation.cid, at: time, revocations: KnownRevocations()) {
                signed.append(known)
            } else {
                let verified = try SignedDelegation(verifying: delegation)
                insert(verified)
                signed.append(verified)
            }
        }
        return signed
    }

    /// Keeps a delegation, but none with the release candidate's tag: who finds it here may not have asked for such.
    func insert(_ signed: SignedDelegation) {
        guard signed.delegation.envelope.tag.hasSameBytes(as: Delegation.tag) else { return }
        let cid = signed.delegation.cid
        entries.withLock { $0.insert(signed, cid) }
    }
}

/// The entries in a ring that is gone through as a clock: what was asked for since the hand last came by is passed over
/// once (second chance).
private struct Entries: Sendable {
    struct Entry: Sendable {
        let signed: SignedDelegation
        var isAskedFor: Bool
    }

    let capacity: Int
    private(set) var ring: [CID] = []
    private var hand = 0
    var delegations: [CID: Entry] = [:]

    init(capacity: Int) { self.capacity = capacity }

    mutating func insert(_ signed: SignedDelegation, _ cid: CID) {
        guard capacity > 0, delegations[cid] == nil else { return }
        if ring.count < capacity {
            ring.append(cid)
        } else {
            while delegations[ring[hand]]?.isAskedFor == true {
                delegations[ring[hand]]?.isAskedFor = false
                advance()
            }
            delegations[ring[hand]] = nil
            ring[hand] = cid
            advance()
        }
        delegations[cid] = Entry(signed: signed, isAskedFor: false)
    }

    mutating func remove(_ cid: CID) {
        delegations[cid] = nil
        guard let place = ring.firstIndex(of: cid) else { return }
        ring.remove(at: place)
        // The hand stays at the entry that it would have come to next.
        if place < hand { hand -= 1 }
        if hand >= ring.count { hand = 0 }
    }

    private mutating func advance() { hand = hand + 1 == ring.count ? 0 : hand + 1 }
}
