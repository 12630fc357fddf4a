import Capabilities
import DumpIdentity
import IPLD
import TestSupport
import Testing

/// One container that is verified twice, with something that happened in between.
struct PresentedAgainTests {
    private let cache = DelegationCache()

    private func verify(
        _ container: Container, at time: Int64 = testTime, revocations: KnownRevocations = KnownRevocations()
    ) throws -> VerifiedInvocation {
        try InvocationVerifier(executor: Party.owner.principal, maximumLifetime: nil, cache: cache)
            .verify(container, at: time, revocations: revocations)
    }

    private func container(_ chain: [Delegation], expiration: Int64? = nil) throws -> Container {
        let invocation = try Invocation.test(by: .component, proofs: chain, expiration: expiration)
        return Container(([invocation.envelope] + chain.map(\.envelope)).map(\.bytes))
    }

    private func chain(_ first: Int64 = testTime + 20, _ second: Int64 = testTime + 20) throws -> [Delegation] {
        [
            try .test(from: .owner, to: .viewer, about: .owner, expiration: first),
            try .test(from: .viewer, to: .component, about: .owner, expiration: second),
        ]
    }

    @Test(arguments: [(10, 20), (20, 10)] as [(Int64, Int64)])
    func `the end of a delegation is seen`(first: Int64, second: Int64) throws {
        let container = try container(chain(testTime + first, testTime + second))
        for time in [testTime, testTime + 10] { #expect(throws: Never.self) { try verify(container, at: time) } }
        for _ in 0..<2 {
            #expect(throws: CapabilityError.expired) { try verify(container, at: testTime + 11) }
        }
        // A clock that is put back has it read again.
        #expect(throws: Never.self) { try verify(container) }
    }

    @Test func `the end of the invocation is seen`() throws {
        let container = try container(chain(), expiration: testTime + 10)
        #expect(throws: Never.self) { try verify(container, at: testTime + 10) }
        #expect(throws: CapabilityError.expired) { try verify(container, at: testTime + 11) }
    }

    @Test(arguments: [(0, .owner), (1, .owner), (1, .viewer)] as [(Int, Party)])
    func `a revocation is seen by whoever of the chain may revoke`(place: Int, revoker: Party) throws {
        let chain = try chain()
        let container = try container(chain)
        let revocations = try KnownRevocations([chain[place].cid: [revoker.principal]])
        for _ in 0..<2 {
            #expect(throws: Never.self) { try verify(container) }
            #expect(throws: CapabilityError.revoked) { try verify(container, revocations: revocations) }
        }
    }

    @Test func `an invocation that was altered since is refused`() throws {
        let chain = try chain()
        _ = try verify(container(chain))
        let good = try Invocation.test(by: .component, proofs: chain)
        let altered = try good.envelope.resigned(by: .stranger)
        #expect(throws: CapabilityError.invalidSignature) { try verify(Container([altered])) }
        #expect(throws: CapabilityError.malformed) { try verify(Container([good, good].map(\.envelope.bytes))) }
        #expect(throws: CapabilityError.malformed) { try verify(Container(chain.map(\.envelope.bytes))) }
        #expect(throws: CapabilityError.malformed) { try verify(Container([good.envelope.bytes, [0xF6]])) }
    }

    @Test func `a malformed delegation is refused unless nothing has to be read`() throws {
        let chain = try chain()
        let good = try Invocation.test(by: .component, proofs: chain)
        let broken = try chain[1].envelope.resigned(by: .viewer) { $0["nonce"] = nil }
        let container = Container([good.envelope.bytes, chain[0].envelope.bytes, chain[1].envelope.bytes, broken])
        #expect(throws: CapabilityError.malformed) { try verify(container) }
        #expect(cache.count == 0)
        _ = try verify(self.container(chain))
        #expect(throws: Never.self) { try verify(container) }
    }

    @Test func `an invocation under another verifier's cache is verified anew`() throws {
        let container = try container(chain())
        _ = try verify(container)
        let other = try InvocationVerifier(executor: Party.stranger.principal, maximumLifetime: nil, cache: cache)
        #expect(throws: CapabilityError.invalidAudience) { try other.verify(container, at: testTime) }
        let short = try InvocationVerifier(executor: Party.owner.principal, maximumLifetime: 5, cache: cache)
        #expect(throws: CapabilityError.invalidClaim) { try short.verify(container, at: testTime) }
    }
}
