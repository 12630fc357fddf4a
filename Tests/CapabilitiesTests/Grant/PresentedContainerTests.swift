import Capabilities
import DumpIdentity
import IPLD
import TestSupport
import Testing

/// Containers without an invocation: the chain is put together from delegations in any order.
struct PresentedContainerTests {
    private let fixture = Result { try GrantFixture() }

    private func verify(
        _ delegations: [Delegation], for target: GrantVerifier.Target? = nil, cache: DelegationCache? = nil
    ) throws -> VerifiedGrant {
        let grant = try fixture.get().grant
        let lists = try heldLists(statusListToken(), for: [grant.delegation])
        let container = Container(delegations.map(\.envelope.bytes))
        return try GrantVerifier(lists: lists, cache: cache).verify(
            container, for: target ?? .pseudonym(grant.owner), at: testTime)
    }

    @Test func `a chain in any order is put in order`() throws {
        let fixture = try fixture.get()
        let next = try fixture.handedOn(fields: [.name])
        for delegations in [[fixture.grant.delegation, next], [next, fixture.grant.delegation]] {
            #expect(try verify(delegations).chain.delegations == [fixture.grant.delegation, next])
        }
        #expect(try verify([next, next, fixture.grant.delegation]).chain.delegations.count == 2)
    }

    @Test func `the chain that ends in a delegation is taken out of others`() throws {
        let fixture = try fixture.get()
        let (name, email) = (try fixture.handedOn(fields: [.name]), try fixture.handedOn(fields: [.email]))
        let all = [email, fixture.grant.delegation, name]
        #expect(try verify(all, for: .delegation(email.cid)).fields == [.email])
        #expect(try verify(all, for: .delegation(name.cid)).fields == [.name])
        #expect(try verify(all, for: .delegation(fixture.grant.cid)).fields == [.name, .email])
        #expect(throws: CapabilityError.invalidClaim) { try verify(all) }
    }

    @Test func `a chain with a part missing is refused`() throws {
        let fixture = try fixture.get()
        let next = try fixture.handedOn(fields: [.name])
        #expect(throws: CapabilityError.unavailableProof) { try verify([next]) }
        #expect(throws: CapabilityError.unavailableProof) { try verify([next], for: .delegation(next.cid)) }
        #expect(throws: CapabilityError.unavailableProof) {
            try verify([next], for: .delegation(fixture.grant.cid))
        }
        #expect(throws: CapabilityError.invalidClaim) { try verify([]) }
    }

    @Test func `a container that leaves a choice is refused`() throws {
        let fixture = try fixture.get()
        let again = try fixture.changed { $0["exp"] = .int(GrantFixture.end - 1) }
        let next = try fixture.handedOn(fields: [.name])
        #expect(throws: CapabilityError.invalidClaim) { try verify([fixture.grant.delegation, again, next]) }
        #expect(throws: CapabilityError.invalidClaim) { try verify([fixture.grant.delegation, again]) }
    }

    @Test func `delegations in a circle are refused`() throws {
        let there = try Delegation.sign(
            to: Party.stranger.principal, subject: nil, command: .profileRead, policy: .empty, expiration: nil,
            with: Party.viewer.key())
        let back = try Delegation.sign(
            to: Party.viewer.principal, subject: nil, command: .profileRead, policy: .empty, expiration: nil,
            with: Party.stranger.key())
        #expect(throws: CapabilityError.invalidClaim) { try verify([there, back]) }
        #expect(throws: CapabilityError.unavailableProof) { try verify([there, back], for: .delegation(back.cid)) }
    }

    @Test func `a token that is no envelope makes the container malformed`() throws {
        let grant = try fixture.get().grant
        let lists = try heldLists(statusListToken(), for: [grant.delegation])
        #expect(throws: CapabilityError.malformed) {
            try GrantVerifier(lists: lists).verify(
                Container([grant.delegation.envelope.bytes, [0xF6]]), for: .pseudonym(grant.owner), at: testTime)
        }
    }

    @Test func `a verifier with a cache gives the same answers, again and again`() throws {
        let fixture = try fixture.get()
        let (cache, next) = (DelegationCache(capacity: 4), try fixture.handedOn(fields: [.name]))
        for _ in 0..<3 {
            #expect(try verify([next, fixture.grant.delegation], cache: cache).fields == [.name])
            let forged = try Delegation(decoding: next.envelope.resigned(by: .stranger))
            #expect(throws: CapabilityError.invalidSignature) {
                try verify([forged, fixture.grant.delegation], cache: cache)
            }
        }
        #expect(cache.count == 2)
    }

    @Test func `a delegation of the release candidate is not kept for who did not ask for such`() throws {
        let (fixture, cache) = (try fixture.get(), DelegationCache(capacity: 4))
        let payload = fixture.grant.delegation.envelope.payload
        let candidate = try Envelope.sign(payload, tag: "ucan/dlg@1.0.0-rc.1", with: fixture.pseudonym().signing)
        let delegation = try Delegation(decoding: candidate.bytes, accepting: .finalAndCandidate)
        let lists = try heldLists(statusListToken(), for: [delegation])
        let verified = try GrantVerifier(lists: lists, cache: cache).verify(
            [delegation], for: .pseudonym(fixture.grant.owner), at: testTime)
        #expect(verified.chain.delegations == [delegation])
        #expect(cache.count == 0)
    }
}
