internal import DumpIdentity
internal import IPLD

/// The way on which a delegation was handed on, as far as it is at hand: a part of a chain that ends in one delegation.
///
/// It tells who may revoke that delegation. The times do not count: a right that has ended, or has not begun, was handed
/// on all the same, and clocks differ. Neither do revocations: who may revoke does not lose that by another's revocation.
/// Source: UCAN revocation specification (first draft), "Scope" and "Path Witness".
struct PathWitness {
    /// The delegations, the earliest first; none where not all are at hand.
    let delegations: [Delegation]

    /// Checks the delegations of a path that are at hand. They are named root first, as in `prf`; the last one is the
    /// one that is revoked.
    ///
    /// - Throws: ``CapabilityError/limitExceeded`` for more than a chain may have; ``CapabilityError/invalidSignature``;
    ///   ``CapabilityError/invalidClaim`` where one could not follow the one before.
    init(_ path: [CID], among witnesses: [Delegation]) throws(CapabilityError) {
        guard path.count <= DelegationChain.maximumLength else { throw .limitExceeded }
        let known = path.map { cid in witnesses.first { $0.cid == cid } }
        for case .some(let delegation) in known where !delegation.envelope.isSigned(by: delegation.issuer) {
            throw .invalidSignature
        }
        for case (.some(let previous), .some(let next)) in zip(known, known.dropFirst()) {
            guard next.issuer == previous.audience, previous.command.covers(next.command) else { throw .invalidClaim }
        }
        let subjects = Set(known.compactMap { $0?.subject })
        guard subjects.count <= 1 else { throw .invalidClaim }
        let delegations = known.compactMap(\.self)
        self.delegations = delegations.count == path.count ? delegations : []
    }

    /// Whether a principal may revoke the last delegation: one that issued a delegation of the path. So may the subject,
    /// which issued the root of every chain there can be, shown here or not.
    func allows(_ revoker: Principal) -> Bool {
        delegations.contains { $0.issuer == revoker || $0.subject == revoker }
    }
}
