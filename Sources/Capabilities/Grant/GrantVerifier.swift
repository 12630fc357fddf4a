internal import DumpIdentity
public import IPLD

/// Verifies grants for a component, offline or with a live feed: from what was presented, a container of the delegations
/// and perhaps an invocation, and from what the verifier holds, to a ``VerifiedGrant`` or one error.
///
/// Source: `docs/spec.md`, "Verifying a grant".
public struct GrantVerifier: Sendable {
    /// The newest status list of each node.
    public let lists: StatusLists
    /// What is heard from the feeds of nodes; `nil` for a verifier that follows none.
    public let live: LiveRevocations?
    /// Where delegations are kept whose signatures were found right.
    public let cache: DelegationCache?
    /// How a holder proves that it has its key; `nil` for a verifier to which nothing can be proven.
    public let holders: HolderCheck?

    /// A verifier that relies on what it is given here, which others may fill at the same time.
    public init(
        lists: StatusLists, live: LiveRevocations? = nil, cache: DelegationCache? = nil, holders: HolderCheck? = nil
    ) {
        self.lists = lists
        self.live = live
        self.cache = cache
        self.holders = holders
    }

    /// Which grant is meant.
    public enum Target: Sendable {
        /// The one chain that stands in the container, from this pseudonym: the issuer of a module object.
        case pseudonym(Principal)
        /// The chain that ends in the delegation of this name.
        case delegation(CID)
    }

    /// Verifies what a container presents, at a time in Unix seconds.
    ///
    /// An invocation in the container is the holder's proof that it has its key. It names the chain, and is used up once
    /// everything else was found right. Without one the chain is put together from the delegations, which must leave no
    /// choice.
    ///
    /// - Throws: the ``CapabilityError`` that says what is wrong; ``CapabilityError/statusUnavailable`` where neither the
    ///   node's feed nor a status list tells whether the grant was revoked.
    public func verify(
        _ container: Container, for target: Target, at time: Int64
    ) throws(CapabilityError) -> VerifiedGrant {
        let invocation = try container.invocationIfAny()
        let chain: DelegationChain
        if let invocation {
            guard let holders else { throw .invalidAudience }
            chain = try holders.verify(invocation, in: container, at: time, cache: cache)
        } else {
            chain = try assemble(try container.delegations(), target, at: time)
        }
        let verified = try verify(chain, target, at: time, isHolderProven: invocation != nil)
        // Last: what is refused for another reason must not use the nonce up.
        if let invocation { try holders?.use(invocation, at: time) }
        return verified
    }

    /// Verifies a chain of delegations, root first, that was handed over without an invocation.
    ///
    /// - Throws: as ``verify(_:for:at:)-(Container,_,_)``.
    public func verify(
        _ delegations: [Delegation], for target: Target, at time: Int64
    ) throws(CapabilityError) -> VerifiedGrant {
        try verify(try chain(delegations, at: time), target, at: time, isHolderProven: false)
    }

    /// The chain that a container's delegations make.
    private func assemble(
        _ delegations: [Delegation], _ target: Target, at time: Int64
    ) throws(CapabilityError) -> DelegationChain {
        switch target {
        case .pseudonym: try chain(try ChainAssembly.chain(of: delegations), at: time)
        case .delegation(let cid): try chain(try ChainAssembly.chain(endingIn: cid, of: delegations), at: time)
        }
    }

    /// A chain with every signature checked, here or before. Revocations are looked at with the status.
    private func chain(_ delegations: [Delegation], at time: Int64) throws(CapabilityError) -> DelegationChain {
        let none = KnownRevocations()
        guard let cache else { return try DelegationChain(verifying: delegations, at: time, revocations: none) }
        guard delegations.count <= DelegationChain.maximumLength else { throw .limitExceeded }
        return try DelegationChain(try cache.signed(delegations, at: time), at: time, revocations: none)
    }

    private func verify(
        _ chain: DelegationChain, _ target: Target, at time: Int64, isHolderProven: Bool
    ) throws(CapabilityError) -> VerifiedGrant {
        switch target {
        case .pseudonym(let pseudonym): guard chain.subject == pseudonym else { throw .invalidSubject }
        case .delegation(let cid): guard chain.delegations.last?.cid == cid else { throw .invalidClaim }
        }
        let grant = try Grant(chain.delegations[0])
        guard chain.delegations.count == 1 || grant.allowsHandingOn else { throw .invalidClaim }
        // What was handed on may be narrower than the right to read at all.
        guard chain.command.covers(.profileRead) else { throw .invalidClaim }
        let statusTime = try checkStatus(of: chain, grant, at: time)
        let allowed = try ProfileField.allowed(by: chain.delegations.map(\.policy))
        let fields = grant.open(allowed, at: time)
        // A right of which nothing is left is as one that has ended.
        guard !fields.isEmpty || allowed.isEmpty else { throw .expired }
        return VerifiedGrant(
            grant: grant, chain: chain, fields: fields, isHolderProven: isHolderProven, statusTime: statusTime)
    }

    /// Refuses what was revoked, and what may have been for all that is known; gives how new that knowledge is.
    private func checkStatus(
        of chain: DelegationChain, _ grant: Grant, at time: Int64
    ) throws(CapabilityError) -> Int64 {
        if let live, live.revokes(chain, told: lists.line(of: grant.node)) { throw .revoked }
        // A node that has changed its key since speaks with another now.
        let heard = live.flatMap { live in
            lists.signers(for: grant.node, at: time).compactMap { live.heard(from: $0, currentAt: time) }.max()
        }
        do {
            try lists.check(grant.status, issuer: grant.node, at: time)
        } catch {
            // A node that is followed says more than a list that is missing or old; but what a list ever said stays.
            guard let heard, error != .revoked else { throw error }
            return heard
        }
        let listed = lists.held(issuer: grant.node, uri: grant.status.uri)?.issuedAt ?? .min
        return max(heard ?? listed, listed)
    }
}
