internal import DumpIdentity
public import IPLD
public import Sodium

/// A principal's statement that a delegation counts no more: an invocation `/ucan/revoke` on itself, verified.
///
/// It has no expiry and an empty nonce: it may be repeated, and is never undone. It counts where the revoker issued the
/// delegation or an earlier one of its chain. With the delegations at hand this is checked here; a revocation may also
/// come before its delegation, and then it is checked where a chain is verified. Source: UCAN revocation specification
/// (first draft), "Invoking Revocation", "Delegating Revocation".
public struct Revocation: Sendable, Equatable {
    /// The invocation that says so.
    public let invocation: Invocation
    /// The delegation that is revoked.
    public let delegation: CID
    /// The path witness: delegations that each hand the one before on, the revoked one last; empty where none is given.
    public let path: [CID]
    /// The delegations of the path, where all were at hand; without a path the revoked one. Empty: the revoker's right
    /// is not shown.
    public let witnesses: [Delegation]
    /// On whose authority it is revoked: the issuer of the invocation, or the one that delegated it the right to revoke.
    public var revoker: Principal { invocation.subject }

    /// Verifies a revocation. Its own end of validity does not count, because it is never undone.
    ///
    /// `delegations` are those at hand, in any order; those that are not named are ignored. One that acts for the revoker
    /// by a delegated right needs them, and a `time` in Unix seconds at which all of it is valid and not revoked.
    ///
    /// - Throws: ``CapabilityError/malformed``; ``CapabilityError/invalidSignature``; ``CapabilityError/invalidClaim``
    ///   where issuer and revoker are two and there is no proof or no time, where the path does not hold together, or
    ///   where it shows that the revoker issued none of it; ``CapabilityError/limitExceeded``; for a delegated right
    ///   whatever ``InvocationVerifier`` throws.
    public init(
        verifying invocation: Invocation, witnesses delegations: [Delegation] = [], at time: Int64? = nil,
        revocations: KnownRevocations = KnownRevocations()
    ) throws(CapabilityError) {
        guard invocation.command == .revoke else { throw .invalidClaim }
        // A chain from a principal to itself would say nothing.
        guard (invocation.issuer == invocation.subject) == invocation.proofs.isEmpty else { throw .invalidClaim }
        let arguments = try RevocationArguments(invocation.arguments)
        if invocation.proofs.isEmpty {
            guard invocation.envelope.isSigned(by: invocation.issuer) else { throw .invalidSignature }
        } else {
            guard let time else { throw .invalidClaim }
            // Revocations are for everyone: whom it is addressed to does not matter.
            let verifier = InvocationVerifier(
                executor: invocation.subject, maximumLifetime: nil, actsFor: { _ in true })
            _ = try verifier.verify(invocation, proofs: delegations, at: time, revocations: revocations)
        }
        let path = arguments.path.isEmpty ? [arguments.delegation] : arguments.path
        let witness = try PathWitness(path, among: delegations)
        guard witness.delegations.isEmpty || witness.allows(invocation.subject) else { throw .invalidClaim }
        self.invocation = invocation
        delegation = arguments.delegation
        self.path = arguments.path
        witnesses = witness.delegations
    }

    /// Signs a revocation of the signer's own, with a path witness where one is given: delegations that each hand the one
    /// before on, the revoked one last.
    ///
    /// - Throws: ``CapabilityError/malformed`` for a CID that names no delegation; ``CapabilityError/invalidClaim`` for a
    ///   path that does not end in the revoked delegation; ``CapabilityError/limitExceeded`` for too long a path.
    public static func sign(
        _ delegation: CID, path: [CID] = [], with key: borrowing SigningKey
    ) throws(CapabilityError) -> Revocation {
        let revoker: Principal
        do { revoker = try key.principal() } catch { throw CapabilityError(error) }
        return try Revocation(
            verifying: try invocation(delegation, path: path, on: revoker, proofs: [], with: key))
    }

    /// Signs a revocation for another, by a right to `/ucan/revoke` that `proofs` delegate from the revoker to the signer.
    ///
    /// It is not verified, because that takes the delegations and a time.
    ///
    /// - Throws: as ``sign(_:path:with:)``.
    public static func sign(
        _ delegation: CID, path: [CID] = [], for revoker: Principal, proofs: [CID], with key: borrowing SigningKey
    ) throws(CapabilityError) -> Invocation {
        try invocation(delegation, path: path, on: revoker, proofs: proofs, with: key)
    }

    private static func invocation(
        _ delegation: CID, path: [CID], on revoker: Principal, proofs: [CID], with key: borrowing SigningKey
    ) throws(CapabilityError) -> Invocation {
        let arguments = try RevocationArguments(delegation, path: path)
        return try Invocation.sign(
            .revoke, on: revoker, arguments: arguments.map, proofs: proofs, nonce: [], expiration: nil, with: key)
    }
}
