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

    /// A verifier for one executor.
    public init(
        executor: Principal, maximumLifetime: Int64?, actsFor: @escaping @Sendable (Principal) -> Bool = { _ in false }
    ) {
        self.executor = executor
        self.actsFor = actsFor
        self.maximumLifetime = maximumLifetime
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
        guard invocation.proofs.count <= DelegationChain.maximumLength else { throw .limitExceeded }
        guard invocation.envelope.isSigned(by: invocation.issuer) else { throw .invalidSignature }
        try checkTime(invocation, at: time)
        try checkExecutor(invocation)
        let chain = try chain(of: invocation, proofs: proofs, at: time, revocations: revocations)
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

    private func chain(
        of invocation: Invocation, proofs: [Delegation], at time: Int64, revocations: KnownRevocations
    ) throws(CapabilityError) -> DelegationChain? {
        if invocation.proofs.isEmpty {
            guard invocation.issuer == invocation.subject else { throw .invalidClaim }
            return nil
        }
        var delegations: [Delegation] = []
        for cid in invocation.proofs {
            guard let index = proofs.indices.first(where: { proofs[$0].cid == cid }) else { throw .unavailableProof }
            delegations.append(proofs[index])
        }
        let chain = try DelegationChain(verifying: delegations, at: time, revocations: revocations)
        guard chain.subject == invocation.subject else { throw .invalidSubject }
        guard chain.holder == invocation.issuer else { throw .invalidAudience }
        guard chain.command.covers(invocation.command) else { throw .invalidClaim }
        guard try chain.allows(invocation.arguments) else { throw .matchError }
        return chain
    }
}
