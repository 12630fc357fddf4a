internal import DumpIdentity
public import IPLD

/// A chain of delegations that was verified: every signature, every alignment, the time, and that nothing is revoked.
///
/// Only ``init(verifying:at:revocations:)`` makes one. Source: UCAN 1.0 delegation specification, "Token Validation";
/// revocation specification, "Scope".
public struct DelegationChain: Sendable {
    /// The most delegations in a chain.
    public static let maximumLength = 8

    /// The delegations, the subject's own first.
    public var delegations: [Delegation] { signed.map(\.delegation) }
    private let signed: [SignedDelegation]
    /// The subject: the issuer of the first delegation.
    public let subject: Principal
    /// Who may use the chain: the audience of the last delegation.
    public let holder: Principal
    /// The narrowest command: the last delegation's.
    public let command: Command

    /// Verifies a chain, root first.
    ///
    /// - Throws: ``CapabilityError/invalidClaim`` for an empty chain, a root that is not the subject's own, or a command
    ///   that the one before does not cover; ``CapabilityError/invalidSignature``; ``CapabilityError/invalidSubject``;
    ///   ``CapabilityError/invalidAudience``; ``CapabilityError/expired``; ``CapabilityError/tooEarly``;
    ///   ``CapabilityError/revoked``; ``CapabilityError/limitExceeded``.
    public init(
        verifying delegations: [Delegation], at time: Int64, revocations: KnownRevocations
    ) throws(CapabilityError) {
        guard delegations.count <= DelegationChain.maximumLength else { throw .limitExceeded }
        var signed: [SignedDelegation] = []
        signed.reserveCapacity(delegations.count)
        for index in delegations.indices { signed.append(try SignedDelegation(verifying: delegations[index])) }
        try self.init(signed, at: time, revocations: revocations)
    }

    /// Verifies all of a chain but the signatures, which were found right before.
    init(_ signed: [SignedDelegation], at time: Int64, revocations: KnownRevocations) throws(CapabilityError) {
        guard signed.count <= DelegationChain.maximumLength else { throw .limitExceeded }
        guard let root = signed.first?.delegation, let last = signed.last?.delegation else { throw .invalidClaim }
        // A powerline at the root would be a capability over nobody in particular.
        guard let subject = root.subject, subject == root.issuer else { throw .invalidClaim }
        // By their places: a delegation that is taken out of the list has its parts counted one by one.
        for next in signed.indices.dropFirst() {
            guard signed[next].delegation.issuer == signed[next - 1].delegation.audience else {
                throw .invalidAudience
            }
            let about = signed[next].delegation.subject
            guard about == nil || about == subject else { throw .invalidSubject }
            guard signed[next - 1].delegation.command.covers(signed[next].delegation.command) else {
                throw .invalidClaim
            }
        }
        for index in signed.indices { try signed[index].delegation.checkTime(at: time) }
        self.signed = signed
        self.subject = subject
        holder = last.audience
        command = last.command
        if isRevoked(by: revocations) { throw .revoked }
    }

    /// Whether any of the revocations counts for this chain: whoever issued a delegation of the path may revoke that one
    /// or any later one in it, and nobody else may.
    public func isRevoked(by revocations: KnownRevocations) -> Bool {
        if revocations.isEmpty { return false }
        return isRevoked { revocations.contains($0, by: $1) }
    }

    /// As above, for whoever knows of a pair of delegation and revoker whether there is such a revocation.
    func isRevoked(where isKnown: (CID, Principal) -> Bool) -> Bool {
        for index in signed.indices {
            let cid = signed[index].delegation.cid
            for earlier in 0...index where isKnown(cid, signed[earlier].delegation.issuer) { return true }
        }
        return false
    }

    /// Whether every policy of the chain allows these arguments.
    ///
    /// - Throws: ``CapabilityError/limitExceeded`` where evaluating costs too much.
    public func allows(_ arguments: Map) throws(CapabilityError) -> Bool {
        let arguments = Value.map(arguments)
        for index in signed.indices {
            do {
                guard try signed[index].delegation.policy.allows(arguments) else { return false }
            } catch { throw .limitExceeded }
        }
        return true
    }
}
