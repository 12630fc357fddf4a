import Capabilities
import DumpIdentity
import IPLD
import TestSupport
import Testing

/// Revocations with a path witness: owner → viewer → component → executor.
struct RevocationPathTests {
    private func verify(
        by party: Party, _ chain: [Delegation], path: [Delegation]? = nil, witnesses: [Delegation]? = nil
    ) throws -> Revocation {
        let last = try #require(chain.last)
        let signed = try Revocation.sign(last.cid, path: (path ?? chain).map(\.cid), with: party.key())
        return try Revocation(
            verifying: Invocation(decoding: signed.invocation.envelope.bytes), witnesses: witnesses ?? chain)
    }

    @Test(arguments: Party.allCases, 1...3)
    func `who issued a delegation of the path may revoke its last, and nobody else`(revoker: Party, count: Int) throws {
        let chain = try Delegation.chain(count)
        let mayRevoke = try chain.contains { try $0.issuer == revoker.principal }
        #expect(try refusal { try verify(by: revoker, chain) } == (mayRevoke ? nil : .invalidClaim))
    }

    @Test func `a revocation with its path says who, what and by which way`() throws {
        let chain = try Delegation.chain(3)
        let revocation = try verify(by: .viewer, chain, witnesses: chain.reversed())
        #expect(revocation.delegation == chain[2].cid)
        #expect(revocation.path == chain.map(\.cid))
        #expect(revocation.witnesses == chain)
        #expect(try revocation.revoker == Party.viewer.principal)
    }

    @Test(arguments: [Party.owner, .viewer, .component])
    func `without a path, the issuer may revoke, and the subject, which is at every chain's root`(
        revoker: Party
    ) throws {
        let chain = try Delegation.chain(2)
        let refused = try refusal { try verify(by: revoker, chain, path: []) }
        #expect(refused == (revoker == .component ? .invalidClaim : nil))
        // Of one in the middle it cannot be told that it had a part in it.
        let third = try Delegation.chain(3)
        #expect(try refusal { try verify(by: .viewer, third, path: []) } == .invalidClaim)
    }

    @Test(arguments: Party.allCases)
    func `before its delegation a revocation by anyone is taken, and shows no right`(revoker: Party) throws {
        let chain = try Delegation.chain(2)
        for path in [[], chain] {
            let revocation = try verify(by: revoker, chain, path: path, witnesses: [])
            #expect(revocation.witnesses.isEmpty)
        }
        // A part of the path shows nothing either.
        #expect(try verify(by: revoker, chain, witnesses: [chain[0]]).witnesses.isEmpty)
    }

    @Test(arguments: [testTime - 1, testTime + 10_000_000] as [Int64])
    func `delegations of the path need not be valid now`(end: Int64) throws {
        let chain = try [
            Delegation.test(from: .owner, to: .viewer, about: .owner, expiration: 1),
            Delegation.test(from: .viewer, to: .component, about: .owner, notBefore: end, expiration: end),
        ]
        #expect(try verify(by: .viewer, chain).witnesses == chain)
    }

    @Test func `a path may begin later than at the root, and with a powerline`() throws {
        let chain = try Delegation.chain(3)
        #expect(try verify(by: .viewer, Array(chain.dropFirst())).witnesses.count == 2)
        let line = try Delegation.test(from: .viewer, to: .component, about: nil)
        #expect(try verify(by: .viewer, [chain[0], line, chain[2]]).witnesses.count == 3)
    }

    @Test func `a path that does not hold together is refused`() throws {
        let chain = try Delegation.chain(3)
        let wider = try Delegation.test(from: .viewer, to: .component, about: .owner, command: "/profile")
        let foreign = try Delegation.test(from: .viewer, to: .component, about: .viewer)
        for path in [[chain[0], chain[2]], [chain[1], chain[0], chain[2]], [chain[0], wider], [chain[0], foreign]] {
            #expect(throws: CapabilityError.invalidClaim) { try verify(by: .owner, path) }
        }
    }

    @Test func `a path with a signature of another is refused`() throws {
        var chain = try Delegation.chain(3)
        chain[1] = try Delegation(decoding: chain[1].envelope.resigned(by: .stranger))
        #expect(throws: CapabilityError.invalidSignature) { try verify(by: .owner, chain) }
        // A stranger puts itself into the path.
        let forged = try Delegation(decoding: chain[2].envelope.resigned(by: .stranger))
        #expect(throws: CapabilityError.invalidSignature) { try verify(by: .component, [forged]) }
    }

    @Test func `a path ends in the revoked delegation, has none twice, and at most eight`() throws {
        let chain = try Delegation.chain(3)
        let key = try Party.owner.key()
        for path in [[chain[0].cid], [chain[2].cid, chain[1].cid], [chain[2].cid, chain[2].cid]] {
            #expect(throws: CapabilityError.invalidClaim) { try Revocation.sign(chain[2].cid, path: path, with: key) }
        }
        let long = (0..<9).map { CID.of(dagCBOR: [$0]) }
        #expect(throws: CapabilityError.limitExceeded) { try Revocation.sign(long[8], path: long, with: key) }
        #expect(throws: Never.self) { try Revocation.sign(long[7], path: Array(long.prefix(8)), with: key) }
    }

    @Test func `a revocation that comes first counts when its delegation comes`() throws {
        let chain = try Delegation.chain(2)
        var known = KnownRevocations()
        for party in [Party.stranger, .component] {
            let early = try verify(by: party, chain, path: [], witnesses: [])
            known.insert(early.delegation, by: early.revoker)
        }
        #expect(throws: Never.self) { try DelegationChain(verifying: chain, at: testTime, revocations: known) }
        let early = try verify(by: .viewer, chain, path: [], witnesses: [])
        known.insert(early.delegation, by: early.revoker)
        #expect(throws: CapabilityError.revoked) {
            try DelegationChain(verifying: chain, at: testTime, revocations: known)
        }
    }
}
