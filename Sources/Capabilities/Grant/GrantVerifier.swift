public import DumpIdentity
public import IPLD

/// A grant that was verified, perhaps handed on. Only ``GrantVerifier`` makes one.
public struct VerifiedGrant: Sendable {
    /// The grant at the root.
    public let grant: Grant
    /// The whole chain.
    public let chain: DelegationChain
    /// The fields that every policy of the chain lets pass.
    public let fields: [ProfileField]
    /// The last second at which the whole chain is valid, in Unix seconds.
    public let expiration: Int64
    /// Whether the holder proved that it has its key.
    public let isHolderProven: Bool

    fileprivate init(
        grant: Grant, chain: DelegationChain, fields: [ProfileField], expiration: Int64, isHolderProven: Bool
    ) {
        self.grant = grant
        self.chain = chain
        self.fields = fields
        self.expiration = expiration
        self.isHolderProven = isHolderProven
    }
}

/// A holder's invocation under a chain, addressed to the component that verifies: it shows that the holder has its key.
public struct ProofOfPossession: Sendable {
    /// How far in the future the invocation may expire, in seconds.
    public static let maximumLifetime: Int64 = 600

    /// The invocation; whether its nonce was seen before is the component's to remember.
    public let invocation: Invocation
    /// The component: the invocation must name it as its audience, or it could be one made for someone else.
    public let executor: Principal

    /// A proof to be checked.
    public init(invocation: Invocation, executor: Principal) {
        self.invocation = invocation
        self.executor = executor
    }

    fileprivate func check(
        _ chain: DelegationChain, at time: Int64, revocations: KnownRevocations
    ) throws(CapabilityError) {
        let verifier = InvocationVerifier(executor: executor, maximumLifetime: ProofOfPossession.maximumLifetime)
        _ = try verifier.verify(invocation, proofs: chain.delegations, at: time, revocations: revocations)
        // What the holder does for itself, such as a request, says nothing about this chain.
        guard invocation.proofs == chain.delegations.map(\.cid) else { throw .invalidClaim }
        guard invocation.issuer == chain.holder else { throw .invalidAudience }
    }
}

/// Verifies grants for a component, without a connection: from the pseudonym, the delegations, and a signed status list.
///
/// Source: `docs/spec.md`, "Verifying a grant offline".
public enum GrantVerifier {
    /// Verifies a chain of delegations, root first, for the pseudonym of a module object.
    ///
    /// `statusList` is the token that the home node signed; without it the answer is a refusal. `revocations` are those
    /// that the verifier learned otherwise. `possession` is the holder's proof that it has its key, where there is one.
    ///
    /// - Throws: the ``CapabilityError`` that says what is wrong.
    public static func verify(
        _ delegations: [Delegation], for pseudonym: Principal, statusList: String?, at time: Int64,
        revocations: KnownRevocations = KnownRevocations(), possession: ProofOfPossession? = nil
    ) throws(CapabilityError) -> VerifiedGrant {
        let chain = try DelegationChain(verifying: delegations, at: time, revocations: revocations)
        guard chain.subject == pseudonym else { throw .invalidSubject }
        let grant = try Grant(chain.delegations[0])
        guard chain.delegations.count == 1 || grant.allowsHandingOn else { throw .invalidClaim }
        // What was handed on may be narrower than the right to read at all.
        guard chain.command.covers(.profileRead) else { throw .invalidClaim }
        guard let statusList else { throw .statusUnavailable }
        let token = try StatusListToken(
            verifying: statusList, issuer: grant.node, uri: grant.status.uri, at: time)
        guard try !token.list.isRevoked(grant.status.index) else { throw .revoked }
        if let possession { try possession.check(chain, at: time, revocations: revocations) }
        return VerifiedGrant(
            grant: grant, chain: chain, fields: try ProfileField.allowed(by: chain.delegations.map(\.policy)),
            expiration: chain.delegations.compactMap(\.expiration).min() ?? grant.expiration,
            isHolderProven: possession != nil)
    }
}
