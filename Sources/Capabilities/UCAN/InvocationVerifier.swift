internal import DumpIdentity
public import IPLD

/// An invocation that was verified, with the chain that allows it. Only ``InvocationVerifier`` makes one.
public struct VerifiedInvocation: Sendable {
    /// The invocation.
    public let invocation: Invocation
    /// The chain that allows it; `nil` where the issuer acts for itself.
    public let chain: DelegationChain?

    fileprivate init(invocation: Invocation, chain: DelegationChain?) {
        self.invocation = invocation
        self.chain = chain
    }
}

/// Decides whether an invocation may be executed: one function, one answer.
///
/// It holds no state: whether the nonce was seen before is asked of a store in the transaction that executes.
/// Source: UCAN 1.0 invocation specification, "Proof Chains"; `docs/spec.md`, "Verifying an invocation".
public struct InvocationVerifier: Sendable {
    /// Who executes.
    public let executor: Principal
    /// Whether the executor may act for a subject that is not itself; by default for none.
    public let actsFor: @Sendable (Principal) -> Bool
    /// How far in the future an invocation may expire, in seconds; `nil` for any time, or never.
    public let maximumLifetime: Int64?
    /// Where delegations are kept whose signatures were found right; `nil` for nowhere.
    public let cache: DelegationCache?

    /// A verifier for one executor.
    public init(
        executor: Principal, maximumLifetime: Int64?, cache: DelegationCache? = nil,
        actsFor: @escaping @Sendable (Principal) -> Bool = { _ in false }
    ) {
        self.executor = executor
        self.maximumLifetime = maximumLifetime
        self.cache = cache
        self.actsFor = actsFor
    }

    /// Verifies an invocation with its proofs, at a time in Unix seconds.
    ///
    /// `proofs` are the delegations at hand, in any order; those that the invocation does not name are ignored.
    ///
    /// - Throws: the ``CapabilityError`` that says what is wrong.
    public func verify(
        _ invocation: Invocation, proofs: [Delegation], at time: Int64,
        revocations: KnownRevocations = KnownRevocations()
    ) throws(CapabilityError) -> VerifiedInvocation {
        try verify(invocation, at: time, revocations: revocations) { cids throws(CapabilityError) in
            var places: [Int] = []
            for cid in cids {
                guard let place = proofs.indices.first(where: { proofs[$0].cid == cid }) else {
                    throw .unavailableProof
                }
                places.append(place)
            }
            var signed: [SignedDelegation] = []
            signed.reserveCapacity(places.count)
            for place in places { signed.append(try SignedDelegation(verifying: proofs[place])) }
            return signed
        }
    }

    /// Verifies the one invocation of a container with the delegations in it, at a time in Unix seconds. Those that are
    /// in the cache are not read again, and need not be in the container.
    ///
    /// - Throws: the ``CapabilityError`` that says what is wrong.
    public func verify(
        _ container: Container, at time: Int64, revocations: KnownRevocations = KnownRevocations()
    ) throws(CapabilityError) -> VerifiedInvocation {
        try verify(try container.invocation(), in: container, at: time, revocations: revocations)
    }

    /// Verifies the invocation that was read from a container.
    func verify(
        _ invocation: Invocation, in container: Container, at time: Int64, revocations: KnownRevocations
    ) throws(CapabilityError) -> VerifiedInvocation {
        try verify(invocation, at: time, revocations: revocations) { cids throws(CapabilityError) in
            var known: [SignedDelegation?] = []
            for cid in cids { known.append(cache?.delegation(cid, at: time, revocations: revocations)) }
            let others = known.contains { $0 == nil } ? try container.delegations() : []
            // All are found before the first signature is checked, as where the proofs are given one by one.
            var places: [Int?] = []
            for (known, cid) in zip(known, cids) {
                let place = known == nil ? others.firstIndex { $0.cid == cid } : nil
                guard known != nil || place != nil else { throw .unavailableProof }
                places.append(place)
            }
            var signed: [SignedDelegation] = []
            for (known, place) in zip(known, places) {
                if let known { signed.append(known) }
                guard let place else { continue }
                let verified = try SignedDelegation(verifying: others[place])
                cache?.insert(verified)
                signed.append(verified)
            }
            return signed
        }
    }

    /// Verifies an invocation; `proofs` gives the delegations of these names, in their order.
    private func verify(
        _ invocation: Invocation, at time: Int64, revocations: KnownRevocations,
        proofs: ([CID]) throws(CapabilityError) -> [SignedDelegation]
    ) throws(CapabilityError) -> VerifiedInvocation {
        guard invocation.proofs.count <= DelegationChain.maximumLength else { throw .limitExceeded }
        guard invocation.envelope.isSigned(by: invocation.issuer) else { throw .invalidSignature }
        try checkTime(invocation, at: time)
        try checkExecutor(invocation)
        guard !invocation.proofs.isEmpty else {
            guard invocation.issuer == invocation.subject else { throw .invalidClaim }
            return VerifiedInvocation(invocation: invocation, chain: nil)
        }
        let chain = try DelegationChain(try proofs(invocation.proofs), at: time, revocations: revocations)
        guard chain.subject == invocation.subject else { throw .invalidSubject }
        guard chain.holder == invocation.issuer else { throw .invalidAudience }
        guard chain.command.covers(invocation.command) else { throw .invalidClaim }
        guard try chain.allows(invocation.arguments) else { throw .matchError }
        return VerifiedInvocation(invocation: invocation, chain: chain)
    }

    private func checkTime(_ invocation: Invocation, at time: Int64) throws(CapabilityError) {
        if let expiration = invocation.expiration, time > expiration { throw .expired }
        if let maximumLifetime {
            // Without a bound, the record of used nonces would have to be kept for ever.
            guard let expiration = invocation.expiration, expiration - time <= maximumLifetime else {
                throw .invalidClaim
            }
        }
    }

    private func checkExecutor(_ invocation: Invocation) throws(CapabilityError) {
        let addressee = invocation.audience ?? invocation.subject
        guard addressee == executor || actsFor(addressee) else { throw .invalidAudience }
    }
}
