internal import DumpIdentity
public import IPLD
public import Sodium

/// A principal's statement that a delegation counts no more: an invocation `/ucan/revoke` on itself, verified.
///
/// It has no expiry and an empty nonce: it may be repeated, and is never undone. Whether the revoker had a right to
/// revoke is decided where a chain is verified, because only there its path is known. Revoking with a path witness, and
/// by delegated right, has its place here. Source: UCAN revocation specification (first draft), "Invoking Revocation".
public struct Revocation: Sendable, Equatable {
    /// The invocation that says so.
    public let invocation: Invocation
    /// The delegation that is revoked.
    public let delegation: CID
    /// Who revokes it.
    public var revoker: Principal { invocation.issuer }

    /// Verifies a revocation.
    ///
    /// - Throws: ``CapabilityError/malformed``, ``CapabilityError/invalidSignature``, ``CapabilityError/invalidClaim``
    ///   where the revoker does not speak for itself.
    public init(verifying invocation: Invocation) throws(CapabilityError) {
        guard invocation.command == .revoke else { throw .invalidClaim }
        guard invocation.issuer == invocation.subject, invocation.proofs.isEmpty else { throw .invalidClaim }
        var reader = MapReader(invocation.arguments)
        delegation = try readingIPLD { () throws(IPLDError) in
            let delegation = try reader.link("revoke")
            try reader.finish()
            return delegation
        }
        guard delegation.isDagCBORSHA256 else { throw .malformed }
        guard invocation.envelope.isSigned(by: invocation.issuer) else { throw .invalidSignature }
        self.invocation = invocation
    }

    /// Signs a revocation.
    ///
    /// - Throws: ``CapabilityError/malformed``.
    public static func sign(_ delegation: CID, with key: borrowing SigningKey) throws(CapabilityError) -> Revocation {
        let revoker: Principal
        do { revoker = try key.principal() } catch { throw CapabilityError(error) }
        let arguments: Value = ["revoke": .link(delegation)]
        let invocation = try Invocation.sign(
            .revoke, on: revoker, arguments: arguments.mapValue ?? Map(), nonce: [], expiration: nil, with: key)
        return try Revocation(verifying: invocation)
    }
}
