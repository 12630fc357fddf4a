import Capabilities
import DumpIdentity
import IPLD
import TestSupport
import Testing

/// A suite about a cache, which is seen from outside: by what a verifier accepts without being shown the proof.
protocol CacheSuite {}

extension CacheSuite {
    /// A delegation of the owner's to the viewer; each number gives another one.
    func delegation(_ number: Int64, expiration: Int64 = testTime + 3_600) throws -> Delegation {
        try .test(from: .owner, to: .viewer, about: .owner, notBefore: number, expiration: expiration)
    }

    /// Verifies an invocation of the holder under a chain of which `shown` is in the container.
    func verify(
        _ chain: [Delegation], shown: [Delegation]? = nil, by holder: Party = .viewer, cache: DelegationCache?,
        at time: Int64 = testTime, revocations: KnownRevocations = KnownRevocations()
    ) throws -> VerifiedInvocation {
        let invocation = try Invocation.test(by: holder, proofs: chain, expiration: testTime + 3_600)
        let tokens = ([invocation.envelope] + (shown ?? chain).map(\.envelope)).map(\.bytes)
        return try InvocationVerifier(executor: Party.owner.principal, maximumLifetime: nil, cache: cache)
            .verify(Container(tokens), at: time, revocations: revocations)
    }

    /// Whether a cache gives a delegation out, which counts as asking for it.
    func isKept(
        _ delegation: Delegation, by cache: DelegationCache, at time: Int64 = testTime,
        revocations: KnownRevocations = KnownRevocations()
    ) throws -> Bool {
        let refused = try refusal {
            try verify([delegation], shown: [], cache: cache, at: time, revocations: revocations)
        }
        #expect(refused == nil || refused == .unavailableProof)
        return refused == nil
    }

    /// Has a cache keep delegations, one after the other.
    func keep(_ delegations: Delegation..., by cache: DelegationCache) throws {
        for delegation in delegations { _ = try verify([delegation], cache: cache) }
    }
}
