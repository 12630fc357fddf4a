import Capabilities
import DumpIdentity
import IPLD
import TestSupport
import Testing

/// The executor revokes for the viewer what the viewer handed on, by a right that the viewer delegated.
struct DelegatedRevocationTests {
    private let chain: [Delegation]

    init() throws { chain = try Delegation.chain(2) }

    private func right(
        from issuer: Party = .viewer, to audience: Party = .executor, about subject: Party = .viewer,
        command: String = "/ucan/revoke", to delegation: CID? = nil, expiration: Int64? = testTime + 60
    ) throws -> Delegation {
        try .test(
            from: issuer, to: audience, about: subject, command: command,
            policy: Policy([["==", ".revoke", .link(delegation ?? chain[1].cid)]]), expiration: expiration)
    }

    private func verify(
        _ proofs: [Delegation], of delegation: Delegation? = nil, for revoker: Party = .viewer,
        by party: Party = .executor,
        at time: Int64? = testTime, revocations: KnownRevocations = KnownRevocations(), isAtHand: Bool = true
    ) throws -> Revocation {
        let invocation = try Revocation.sign(
            (delegation ?? chain[1]).cid, for: revoker.principal, proofs: proofs.map(\.cid), with: party.key())
        return try Revocation(
            verifying: invocation, witnesses: chain + (isAtHand ? proofs : []), at: time, revocations: revocations)
    }

    @Test func `who was given the right revokes on the authority of who gave it`() throws {
        let revocation = try verify([right()])
        #expect(try revocation.revoker == Party.viewer.principal)
        #expect(try revocation.invocation.issuer == Party.executor.principal)
        #expect(revocation.witnesses == [chain[1]])
        let handedOn = try verify([right(to: .stranger), right(from: .stranger, about: .viewer)])
        #expect(try handedOn.revoker == Party.viewer.principal)
    }

    @Test func `the right to revoke one thing is no right to revoke another`() throws {
        #expect(throws: CapabilityError.matchError) { try verify([right()], of: chain[0]) }
    }

    @Test func `the right is no more than that of who gave it`() throws {
        // The component received the delegation, and did not issue it.
        let right = try right(from: .component, about: .component)
        #expect(throws: CapabilityError.invalidClaim) { try verify([right], for: .component) }
    }

    @Test func `a right that does not hold revokes nothing`() throws {
        let right = try right()
        #expect(throws: CapabilityError.unavailableProof) { try verify([right], isAtHand: false) }
        #expect(throws: CapabilityError.expired) { try verify([right], at: testTime + 61) }
        #expect(throws: CapabilityError.invalidAudience) { try verify([right], by: .stranger) }
        #expect(throws: CapabilityError.invalidSubject) { try verify([right], for: .owner) }
        #expect(throws: CapabilityError.invalidClaim) { try verify([self.right(command: "/profile/read")]) }
        let revoked = try KnownRevocations([right.cid: [Party.viewer.principal]])
        #expect(throws: CapabilityError.revoked) { try verify([right], revocations: revoked) }
        let forged = try Delegation(decoding: right.envelope.resigned(by: .executor))
        #expect(throws: CapabilityError.invalidSignature) { try verify([forged]) }
    }

    @Test func `a right to read is no right to revoke`() throws {
        #expect(throws: CapabilityError.invalidClaim) { try verify([chain[0]], for: .owner, by: .viewer) }
    }

    @Test func `without proofs, or without a time, nobody acts for another`() throws {
        #expect(throws: CapabilityError.invalidClaim) { try verify([]) }
        #expect(throws: CapabilityError.invalidClaim) { try verify([right()], at: nil) }
    }
}
