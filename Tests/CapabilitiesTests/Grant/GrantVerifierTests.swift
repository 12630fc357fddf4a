import Capabilities
import DumpIdentity
import IPLD
import TestSupport
import Testing

struct GrantVerifierTests {
    private func verify(
        _ fixture: GrantFixture, _ delegations: [Delegation]? = nil, list: String?, at time: Int64 = testTime,
        revocations: KnownRevocations = KnownRevocations()
    ) throws -> VerifiedGrant {
        try verifyGrant(
            delegations ?? [fixture.grant.delegation], for: fixture.grant.owner, statusList: list, at: time,
            revocations: revocations)
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

    @Test func `a revocation by who issued a part of the chain counts, beside a list that says nothing`() throws {
        let fixture = try GrantFixture()
        let chain = [fixture.grant.delegation, try fixture.handedOn(fields: [.name])]
        let (owner, viewer) = (fixture.grant.owner, try Party.viewer.principal)
        let list = try statusListToken()
        for (delegation, revoker) in [(chain[0], owner), (chain[1], owner), (chain[1], viewer)] {
            let revocations = KnownRevocations([delegation.cid: [revoker]])
            #expect(throws: CapabilityError.revoked) {
                try verify(fixture, chain, list: list, revocations: revocations)
            }
        }
        for (delegation, revoker) in [(chain[0], viewer), (chain[1], try Party.component.principal)] {
            let revocations = KnownRevocations([delegation.cid: [revoker]])
            #expect(throws: Never.self) { try verify(fixture, chain, list: list, revocations: revocations) }
        }
    }

    @Test func `everything under a list that expired is refused`() throws {
        let list = try statusListToken(expiration: testTime + 10)
        #expect(throws: Never.self) { try verify(GrantFixture(), list: list, at: testTime + 9) }
        #expect(throws: CapabilityError.expired) { try verify(GrantFixture(), list: list, at: testTime + 10) }
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
}
