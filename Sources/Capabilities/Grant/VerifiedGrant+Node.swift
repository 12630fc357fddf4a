internal import DumpIdentity
internal import IPLD

extension VerifiedGrant {
    /// Verifies the one chain that these delegations make, in whatever order, as the node that serves the grant does: it
    /// knows every revocation itself, and needs neither list nor feed.
    ///
    /// `revocations` has those of these delegations. Whether the grant is one that the node knows is for the node to say.
    ///
    /// - Throws: the ``CapabilityError`` that says what is wrong.
    public init(
        assembling delegations: [Delegation], revocations: KnownRevocations, at time: Int64
    ) throws(CapabilityError) {
        let chain = try DelegationChain(
            verifying: try DelegationChain.order(delegations), at: time, revocations: revocations)
        let grant = try Grant(chain.delegations[0])
        guard chain.delegations.count == 1 || grant.allowsHandingOn else { throw .invalidClaim }
        guard chain.command.covers(.profileRead) else { throw .invalidClaim }
        let allowed = try ProfileField.allowed(by: chain.delegations.map(\.policy))
        let fields = grant.open(allowed, at: time)
        // A right of which nothing is left is as one that has ended.
        guard !fields.isEmpty || allowed.isEmpty else { throw .expired }
        self.init(grant: grant, chain: chain, fields: fields, isHolderProven: false, statusTime: time)
    }
}

extension DelegationChain {
    /// The one chain that these delegations make, root first; nothing is verified.
    ///
    /// - Throws: ``CapabilityError/invalidClaim`` where there is a choice or nothing; ``CapabilityError/unavailableProof``
    ///   where a part is missing; ``CapabilityError/limitExceeded``.
    public static func order(_ delegations: [Delegation]) throws(CapabilityError) -> [Delegation] {
        try ChainAssembly.chain(of: delegations)
    }
}
