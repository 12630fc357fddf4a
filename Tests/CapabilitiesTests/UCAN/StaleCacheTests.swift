import Capabilities
import DumpIdentity
import IPLD
import TestSupport
import Testing

/// What a cache must not give out, however often it was right before.
struct StaleCacheTests: CacheSuite {
    private let cache = DelegationCache(capacity: 8)

    @Test func `a delegation that expired is not given out, and not kept`() throws {
        let (one, other) = (try delegation(1, expiration: testTime + 10), try delegation(2))
        try keep(one, other, by: cache)
        #expect(try isKept(one, by: cache, at: testTime + 10))
        #expect(try !isKept(one, by: cache, at: testTime + 11))
        #expect(cache.count == 1)
        // It is gone, and does not come back with a clock that is put back.
        #expect(try !isKept(one, by: cache))
        #expect(try isKept(other, by: cache, at: testTime + 11))
    }

    @Test func `a delegation without an end does not expire`() throws {
        let one = try Delegation.test(from: .owner, to: .viewer, about: .owner, expiration: nil)
        try keep(one, by: cache)
        #expect(try isKept(one, by: cache, at: testTime + 3_600))
    }

    @Test func `a delegation that its issuer revoked is not given out, and not kept`() throws {
        let one = try delegation(1)
        try keep(one, by: cache)
        let revocations = try KnownRevocations([one.cid: [Party.owner.principal]])
        #expect(throws: CapabilityError.unavailableProof) {
            try verify([one], shown: [], cache: cache, revocations: revocations)
        }
        #expect(cache.count == 0)
        #expect(throws: CapabilityError.revoked) { try verify([one], cache: cache, revocations: revocations) }
    }

    @Test func `a revocation by somebody else, or of another delegation, changes nothing`() throws {
        let (one, other) = (try delegation(1), try delegation(2))
        try keep(one, by: cache)
        let (owner, stranger) = (try Party.owner.principal, try Party.stranger.principal)
        #expect(try isKept(one, by: cache, revocations: KnownRevocations([one.cid: [stranger], other.cid: [owner]])))
    }

    @Test func `what an earlier issuer of the chain revoked is refused though it is kept`() throws {
        let chain = try Delegation.chain(3)
        _ = try verify(chain, by: .executor, cache: cache)
        for revoked in chain.dropFirst() {
            let revocations = try KnownRevocations([revoked.cid: [Party.owner.principal]])
            for shown in [chain, []] {
                #expect(throws: CapabilityError.revoked) {
                    try verify(chain, shown: shown, by: .executor, cache: cache, revocations: revocations)
                }
            }
        }
        #expect(cache.count == 3)
    }

    @Test func `the time of a delegation is looked at each time`() throws {
        let one = try Delegation.test(from: .owner, to: .viewer, about: .owner, notBefore: testTime)
        try keep(one, by: cache)
        #expect(throws: CapabilityError.tooEarly) { try verify([one], shown: [], cache: cache, at: testTime - 1) }
        #expect(throws: Never.self) { try verify([one], shown: [], cache: cache) }
    }

    @Test func `only what was signed right is kept`() throws {
        let chain = try Delegation.chain(2)
        let forged = try Delegation(decoding: chain[1].envelope.resigned(by: .stranger))
        #expect(throws: CapabilityError.invalidSignature) {
            try verify([chain[0], forged], by: .component, cache: cache)
        }
        #expect(cache.count == 1)
        #expect(throws: CapabilityError.invalidSignature) { try verify([forged, chain[0]], cache: cache) }
        #expect(cache.count == 1)
        #expect(throws: CapabilityError.invalidSignature) {
            try verify([chain[0], forged], by: .component, cache: cache)
        }
    }

    @Test func `a copy with another signature is another delegation, and never stands for the right one`() throws {
        let chain = try Delegation.chain(2)
        _ = try verify(chain, by: .component, cache: cache)
        let bytes = chain[1].envelope.bytes
        // The signature stands behind three bytes.
        for index in [3, 34, 66] {
            let forged = try Delegation(decoding: bytes.altered(at: index))
            #expect(forged.cid != chain[1].cid)
            #expect(throws: CapabilityError.invalidSignature) {
                try verify([chain[0], forged], by: .component, cache: cache)
            }
            #expect(throws: CapabilityError.unavailableProof) {
                try verify([chain[0], forged], shown: chain, by: .component, cache: cache)
            }
            // Shown beside the right one's name, it is not looked at.
            let verified = try verify(chain, shown: [forged], by: .component, cache: cache)
            #expect(verified.chain?.delegations == chain)
        }
        #expect(cache.count == 2)
    }

    @Test func `a chain that does not hold is refused as often as it comes`() throws {
        let chain = try [Delegation.chain(1)[0], .test(from: .stranger, to: .component, about: .owner)]
        for shown in [chain, [], chain] {
            #expect(throws: CapabilityError.invalidAudience) {
                try verify(chain, shown: shown, by: .component, cache: cache)
            }
        }
        // Each was signed right, and may be part of another chain.
        #expect(cache.count == 2)
    }
}
