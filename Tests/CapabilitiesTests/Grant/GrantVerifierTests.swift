import Capabilities
import DumpIdentity
import IPLD
import Testing

struct GrantVerifierTests {
    private func verify(
        _ fixture: GrantFixture, _ delegations: [Delegation]? = nil, list: String?, at time: Int64 = testTime,
        invocation: Invocation? = nil, executor: Party? = nil
    ) throws -> VerifiedGrant {
        let executor = try executor?.principal
        return try GrantVerifier.verify(
            delegations ?? [fixture.grant.delegation], for: fixture.grant.owner, statusList: list, at: time,
            invocation: invocation, executor: executor)
    }

    @Test func `a grant that stands verifies`() throws {
        let fixture = try GrantFixture()
        let verified = try verify(fixture, list: statusListToken(revoking: [4, 6]))
        #expect(verified.grant == fixture.grant)
        #expect(verified.fields == [.name, .email])
        #expect(verified.expiration == GrantFixture.end)
        #expect(verified.chain.delegations == [fixture.grant.delegation])
        #expect(!verified.isHolderProven)
    }

    @Test func `a grant that was handed on is as narrow as its narrowest part`() throws {
        let fixture = try GrantFixture()
        let next = try fixture.handedOn(fields: [.email], expiration: testTime + 10)
        let verified = try verify(fixture, [fixture.grant.delegation, next], list: statusListToken())
        #expect(verified.fields == [.email])
        #expect(verified.expiration == testTime + 10)
    }

    @Test func `without a status list the answer is a refusal`() throws {
        #expect(throws: CapabilityError.statusUnavailable) { try verify(GrantFixture(), list: nil) }
    }

    @Test func `a revoked grant is refused, and all that was handed on from it`() throws {
        let fixture = try GrantFixture(index: 5)
        let chain = [fixture.grant.delegation, try fixture.handedOn(fields: [.name])]
        #expect(throws: CapabilityError.revoked) { try verify(fixture, list: statusListToken(revoking: [5])) }
        #expect(throws: CapabilityError.revoked) { try verify(fixture, chain, list: statusListToken(revoking: [5])) }
    }

    @Test func `everything under a list that expired is refused`() throws {
        let list = try statusListToken(expiration: testTime + 10)
        #expect(throws: Never.self) { try verify(GrantFixture(), list: list, at: testTime + 10) }
        #expect(throws: CapabilityError.expired) { try verify(GrantFixture(), list: list, at: testTime + 11) }
    }

    @Test func `a list of another, or of another name, is refused`() throws {
        let uri = GrantFixture.listURI + "0"
        #expect(throws: CapabilityError.invalidSignature) {
            try verify(GrantFixture(), list: statusListToken(issuer: .stranger))
        }
        #expect(throws: CapabilityError.statusUnavailable) {
            try verify(GrantFixture(), list: statusListToken(uri: uri))
        }
        #expect(throws: CapabilityError.malformed) { try verify(GrantFixture(), list: "") }
    }

    @Test func `an index outside the list is refused`() throws {
        #expect(throws: CapabilityError.statusUnavailable) {
            try verify(GrantFixture(index: 64), list: statusListToken(count: 64))
        }
    }

    @Test func `the grant of another pseudonym is refused`() throws {
        let other = try GrantFixture(seed: 43).grant
        #expect(throws: CapabilityError.invalidSubject) {
            try verify(GrantFixture(), [other.delegation], list: statusListToken())
        }
    }

    @Test func `no grant is refused`() throws {
        #expect(throws: CapabilityError.invalidClaim) { try verify(GrantFixture(), [], list: statusListToken()) }
    }

    @Test func `a delegation that is no grant is refused`() throws {
        let fixture = try GrantFixture()
        let other = try fixture.changed { $0["cmd"] = "/profile" }
        #expect(throws: CapabilityError.invalidClaim) { try verify(fixture, [other], list: statusListToken()) }
    }

    @Test func `an expired grant is refused, and one in its last second is not`() throws {
        let fixture = try GrantFixture(expiration: testTime)
        let list = try statusListToken()
        #expect(throws: Never.self) { try verify(fixture, list: list, at: testTime) }
        #expect(throws: CapabilityError.expired) { try verify(fixture, list: list, at: testTime + 1) }
    }

    @Test func `what the owner forbade to hand on is refused`() throws {
        let fixture = try GrantFixture(allowsHandingOn: false)
        let next = try fixture.handedOn(fields: [.name])
        #expect(throws: Never.self) { try verify(fixture, list: statusListToken()) }
        #expect(throws: CapabilityError.invalidClaim) {
            try verify(fixture, [fixture.grant.delegation, next], list: statusListToken())
        }
    }

    @Test func `a chain that does not end in the right to read is refused`() throws {
        let fixture = try GrantFixture()
        let next = try fixture.handedOn(fields: [.name], command: Command("/profile/read/later"))
        #expect(throws: CapabilityError.invalidClaim) {
            try verify(fixture, [fixture.grant.delegation, next], list: statusListToken())
        }
    }

    @Test func `a grant handed on by another than the viewer is refused`() throws {
        let fixture = try GrantFixture()
        let next = try fixture.handedOn(from: .stranger, fields: [.name])
        #expect(throws: CapabilityError.invalidAudience) {
            try verify(fixture, [fixture.grant.delegation, next], list: statusListToken())
        }
    }

    @Test func `the holder proves its key by an invocation`() throws {
        let fixture = try GrantFixture()
        let chain = [fixture.grant.delegation, try fixture.handedOn(fields: [.name])]
        let list = try statusListToken()
        let byViewer = try fixture.reading([.name], by: .viewer, proofs: [chain[0]])
        let byComponent = try fixture.reading([.name], by: .component, proofs: chain)
        #expect(try verify(fixture, list: list, invocation: byViewer, executor: .executor).isHolderProven)
        #expect(try verify(fixture, chain, list: list, invocation: byComponent, executor: .executor).isHolderProven)
    }

    @Test func `a proof without audience, or for the pseudonym, is taken where no executor is named`() throws {
        let fixture = try GrantFixture()
        let reading = try fixture.reading([.name], by: .viewer, proofs: [fixture.grant.delegation], for: nil)
        #expect(try verify(fixture, list: statusListToken(), invocation: reading).isHolderProven)
    }

    @Test(arguments: [Party.component, .stranger])
    func `a proof by another key is refused`(party: Party) throws {
        let fixture = try GrantFixture()
        let reading = try fixture.reading([.name], by: party, proofs: [fixture.grant.delegation])
        #expect(throws: CapabilityError.invalidAudience) {
            try verify(fixture, list: statusListToken(), invocation: reading, executor: .executor)
        }
    }

    @Test func `a proof that its holder did not sign is refused`() throws {
        let fixture = try GrantFixture()
        let reading = try fixture.reading([.name], by: .viewer, proofs: [fixture.grant.delegation])
        let forged = try Invocation(decoding: reading.envelope.resigned(by: .stranger))
        #expect(throws: CapabilityError.invalidSignature) {
            try verify(fixture, list: statusListToken(), invocation: forged, executor: .executor)
        }
    }

    @Test func `a proof by the viewer is none for what was handed on`() throws {
        let fixture = try GrantFixture()
        let chain = [fixture.grant.delegation, try fixture.handedOn(fields: [.name])]
        let reading = try fixture.reading([.name], by: .viewer, proofs: [chain[0]])
        #expect(throws: CapabilityError.self) {
            try verify(fixture, chain, list: statusListToken(), invocation: reading, executor: .executor)
        }
    }

    @Test func `an act of the holder for itself proves nothing about the grant`() throws {
        let fixture = try GrantFixture()
        let owner = fixture.grant.owner
        let request = try ProfileRequest.sign(
            RequestTerms(fields: [.name], purpose: "why", duration: 1, object: CID.of(dagCBOR: [1])), to: owner,
            expiration: testTime + 60, with: Party.viewer.key())
        #expect(throws: CapabilityError.invalidClaim) {
            try verify(fixture, list: statusListToken(), invocation: request.invocation)
        }
    }

    @Test func `a proof for another executor is refused`() throws {
        let fixture = try GrantFixture()
        let reading = try fixture.reading([.name], by: .viewer, proofs: [fixture.grant.delegation], for: .node)
        #expect(throws: CapabilityError.invalidAudience) {
            try verify(fixture, list: statusListToken(), invocation: reading, executor: .executor)
        }
    }

    @Test func `a proof that asks for more than was granted is refused`() throws {
        let fixture = try GrantFixture()
        let reading = try fixture.reading([.address], by: .viewer, proofs: [fixture.grant.delegation])
        #expect(throws: CapabilityError.matchError) {
            try verify(fixture, list: statusListToken(), invocation: reading, executor: .executor)
        }
    }

    @Test func `a proof that expired is refused`() throws {
        let fixture = try GrantFixture()
        let reading = try fixture.reading(
            [.name], by: .viewer, proofs: [fixture.grant.delegation], expiration: testTime - 1)
        #expect(throws: CapabilityError.expired) {
            try verify(fixture, list: statusListToken(), invocation: reading, executor: .executor)
        }
    }
}
