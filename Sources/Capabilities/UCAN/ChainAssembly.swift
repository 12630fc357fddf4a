internal import IPLD

/// Puts delegations that come in any order, as a container keeps them, into the order of a chain. Nothing is verified.
///
/// There must be no choice: where two delegations could stand in one place, an invocation has to name the chain.
/// Source: `docs/spec.md`, "Verifying a grant".
enum ChainAssembly {
    /// The chain that ends in the delegation of this name, root first.
    ///
    /// - Throws: ``CapabilityError/unavailableProof``, ``CapabilityError/invalidClaim``,
    ///   ``CapabilityError/limitExceeded``.
    static func chain(endingIn leaf: CID, of delegations: [Delegation]) throws(CapabilityError) -> [Delegation] {
        guard let last = delegations.first(where: { $0.cid == leaf }) else { throw .unavailableProof }
        return try chain(endingIn: last, of: delegations)
    }

    /// The one chain that these delegations make, root first.
    ///
    /// - Throws: as ``chain(endingIn:of:)``.
    static func chain(of delegations: [Delegation]) throws(CapabilityError) -> [Delegation] {
        let ends = distinct(delegations).filter { end in
            !delegations.contains { $0.issuer == end.audience && $0.cid != end.cid }
        }
        guard ends.count == 1 else { throw .invalidClaim }
        return try chain(endingIn: ends[0], of: delegations)
    }

    private static func chain(
        endingIn last: Delegation, of delegations: [Delegation]
    ) throws(CapabilityError) -> [Delegation] {
        var rest = distinct(delegations).filter { $0.cid != last.cid }
        var chain = [last]  // the last first
        while let first = chain.last, first.subject != first.issuer {
            guard chain.count < DelegationChain.maximumLength else { throw .limitExceeded }
            let before = rest.indices.filter { rest[$0].audience == first.issuer }
            guard let index = before.first else { throw .unavailableProof }
            guard before.count == 1 else { throw .invalidClaim }
            chain.append(rest.remove(at: index))
        }
        return chain.reversed()
    }

    private static func distinct(_ delegations: [Delegation]) -> [Delegation] {
        var seen: Set<CID> = []
        return delegations.filter { seen.insert($0.cid).inserted }
    }
}
