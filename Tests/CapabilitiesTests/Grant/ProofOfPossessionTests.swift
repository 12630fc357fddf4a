import Capabilities
import DumpIdentity
import IPLD
import TestSupport
import Testing

struct ProofOfPossessionTests {
    private static let fixture = Result { try GrantFixture() }

    /// What a component holds that has a list for the fixture's grant.
    private func verifier(
        executor: Party = .executor, revocations: KnownRevocations = KnownRevocations()
    ) throws -> GrantVerifier {
        let live = LiveRevocations()
        live.add(revocations)
        return GrantVerifier(
            lists: try heldLists(statusListToken(), for: [Self.fixture.get().grant.delegation]), live: live,
            holders: HolderCheck(executor: try executor.principal, replays: ReplayGuard(capacity: 10)))
    }

    /// Verifies a container of a chain of the fixture's grant and an invocation as proof, for a component.
    private func verify(
        _ invocation: Invocation, _ delegations: [Delegation]? = nil, executor: Party = .executor,
        revocations: KnownRevocations = KnownRevocations(), for target: GrantVerifier.Target? = nil
    ) throws -> VerifiedGrant {
        let grant = try Self.fixture.get().grant
        return try verifier(executor: executor, revocations: revocations).verify(
            container(invocation, delegations), for: target ?? .pseudonym(grant.owner), at: testTime)
    }

    private func container(_ invocation: Invocation, _ delegations: [Delegation]? = nil) throws -> Container {
        let grant = try Self.fixture.get().grant
        return Container(([invocation.envelope] + (delegations ?? [grant.delegation]).map(\.envelope)).map(\.bytes))
    }

    /// A reading of the name by the viewer under the grant alone.
    private func reading(
        _ fields: [ProfileField] = [.name], by party: Party = .viewer, for audience: Party? = .executor,
        expiration: Int64? = testTime + 60
    ) throws -> Invocation {
        let fixture = try Self.fixture.get()
        return try fixture.reading(
            fields, by: party, proofs: [fixture.grant.delegation], for: audience, expiration: expiration)
    }

    /// The grant, and what was handed on of it to the component.
    private func chain(fields: [ProfileField] = [.name]) throws -> [Delegation] {
        let fixture = try Self.fixture.get()
        return [fixture.grant.delegation, try fixture.handedOn(fields: fields)]
    }

    @Test func `the viewer proves its key by an invocation`() throws {
        #expect(try verify(reading()).isHolderProven)
    }

    @Test func `who was handed a grant on proves its key by an invocation`() throws {
        let chain = try chain()
        let reading = try Self.fixture.get().reading([.name], by: .component, proofs: chain)
        let verified = try verify(reading, chain)
        #expect(verified.isHolderProven)
        #expect(try verified.chain.holder == Party.component.principal)
    }

    @Test func `a proof without audience is refused`() throws {
        #expect(throws: CapabilityError.invalidAudience) { try verify(reading(for: nil)) }
    }

    @Test func `a proof for the pseudonym is refused`() throws {
        let grant = try Self.fixture.get().grant
        let reading = try Invocation.sign(
            .profileRead, on: grant.owner, audience: grant.owner, arguments: ReadArguments([.name]).map,
            proofs: [grant.cid], nonce: [UInt8](repeating: 3, count: 16), expiration: testTime + 60,
            with: Party.viewer.key())
        #expect(throws: CapabilityError.invalidAudience) { try verify(reading) }
    }

    @Test(arguments: [Party.node, .viewer, .component])
    func `a proof for another executor is refused`(audience: Party) {
        #expect(throws: CapabilityError.invalidAudience) { try verify(reading(for: audience)) }
    }

    @Test(
        arguments: [
            (0, nil), (600, nil), (601, .invalidClaim), (1 << 40, .invalidClaim), (nil, .invalidClaim), (-1, .expired),
        ] as [(Int64?, CapabilityError?)])
    func `a proof lives for ten minutes at most`(lifetime: Int64?, expected: CapabilityError?) throws {
        let refused = try refusal { try verify(reading(expiration: lifetime.map { testTime + $0 })) }
        #expect(refused == expected)
    }

    @Test(arguments: [Party.component, .stranger, .owner])
    func `a proof by another key is refused`(party: Party) {
        #expect(throws: CapabilityError.invalidAudience) { try verify(reading(by: party)) }
    }

    @Test func `a proof that its holder did not sign is refused`() throws {
        let forged = try Invocation(decoding: reading().envelope.resigned(by: .stranger))
        #expect(throws: CapabilityError.invalidSignature) { try verify(forged) }
    }

    @Test func `a proof by the viewer is none for what was handed on`() throws {
        let chain = try chain()
        #expect(throws: CapabilityError.invalidClaim) {
            try verify(reading(), chain, for: .delegation(chain[1].cid))
        }
        #expect(try verify(reading(), chain).chain.holder == Party.viewer.principal)
    }

    @Test func `a proof is accepted once, and one that is refused is not used up`() throws {
        let (verifier, grant, reading) = (try verifier(), try Self.fixture.get().grant, try reading())
        let container = try container(reading)
        #expect(throws: CapabilityError.invalidSubject) {
            try verifier.verify(container, for: .pseudonym(Party.stranger.principal), at: testTime)
        }
        #expect(try verifier.verify(container, for: .pseudonym(grant.owner), at: testTime).isHolderProven)
        #expect(throws: CapabilityError.replayed) {
            try verifier.verify(container, for: .pseudonym(grant.owner), at: testTime)
        }
    }

    @Test func `who cannot check a proof refuses it`() throws {
        let grant = try Self.fixture.get().grant
        let verifier = GrantVerifier(lists: try heldLists(statusListToken(), for: [grant.delegation]))
        #expect(throws: CapabilityError.invalidAudience) {
            try verifier.verify(container(reading()), for: .pseudonym(grant.owner), at: testTime)
        }
    }

    @Test func `two proofs at once are refused`() throws {
        let grant = try Self.fixture.get().grant
        let both = Container(
            try [reading([.name]), reading([.email])].map(\.envelope.bytes) + [grant.delegation.envelope.bytes])
        #expect(throws: CapabilityError.malformed) {
            try verifier().verify(both, for: .pseudonym(grant.owner), at: testTime)
        }
    }

    @Test func `a proof under another chain to the same holder is refused`() throws {
        let fixture = try Self.fixture.get()
        let reading = try fixture.reading([.name], by: .component, proofs: chain(fields: [.name, .email]))
        #expect(throws: CapabilityError.unavailableProof) { try verify(reading, chain()) }
    }

    @Test func `a proof under a longer chain than the one that is shown is refused`() throws {
        let reading = try Self.fixture.get().reading([.name], by: .component, proofs: chain())
        #expect(throws: CapabilityError.unavailableProof) { try verify(reading) }
    }

    @Test func `an act of the holder for itself proves nothing about the grant`() throws {
        let own = try Invocation.test(by: .viewer, on: .viewer, for: .executor)
        #expect(throws: CapabilityError.invalidClaim) { try verify(own) }
    }

    @Test func `a request to the owner proves nothing`() throws {
        let request = try ProfileRequest.sign(
            RequestTerms(fields: [.name], purpose: "why", duration: 1, object: CID.of(dagCBOR: [1])),
            to: Self.fixture.get().grant.owner, expiration: testTime + 60, with: Party.viewer.key())
        #expect(throws: CapabilityError.invalidAudience) { try verify(request.invocation) }
    }

    @Test func `a proof that asks for more than was granted is refused`() {
        #expect(throws: CapabilityError.matchError) { try verify(reading([.address])) }
    }

    @Test func `a proof does not help a chain that was revoked`() throws {
        let grant = try Self.fixture.get().grant
        let revocations = KnownRevocations([grant.cid: [grant.owner]])
        #expect(throws: CapabilityError.revoked) { try verify(reading(), revocations: revocations) }
    }
}
