import DumpIdentity
import IPLD
import Sodium
import TestSupport
import Testing

@testable import Capabilities

struct ChainAssemblyTests {
    private func key(_ number: Int) throws -> SigningKey {
        try SigningKey.test(UInt8(100 + number))
    }

    /// A delegation from one of many parties to another, about the first of them.
    private func delegation(_ issuer: Int, _ audience: Int, about subject: Int? = 0, number: Int64 = 0) throws
        -> Delegation
    {
        let subject = try subject.map { try key($0).principal() }
        return try Delegation.sign(
            to: key(audience).principal(), subject: subject, command: .profileRead, policy: .empty,
            expiration: testTime + number, with: key(issuer), random: .fixed())
    }

    /// 0 → 1 → 2 → …
    private func chain(_ count: Int) throws -> [Delegation] { try (0..<count).map { try delegation($0, $0 + 1) } }

    @Test(arguments: 1...8)
    func `a chain of any length is put in order from any order`(count: Int) throws {
        let chain = try chain(count)
        let others = try [delegation(20, 21, about: 20), delegation(count, 22), delegation(count, 23)]
        for start in 0..<count {
            let turned = Array(chain[start...] + chain[..<start])
            for order in [turned, turned.reversed()] {
                #expect(try ChainAssembly.chain(of: order) == chain)
                // Some of them twice, and beside others: the chain to the leaf is the same.
                let more = others + order + order.prefix(2)
                #expect(try ChainAssembly.chain(endingIn: chain[count - 1].cid, of: more) == chain)
            }
        }
    }

    @Test func `a chain longer than a chain may be is refused before it is followed to its root`() throws {
        let nine = try chain(9)
        #expect(throws: CapabilityError.limitExceeded) { try ChainAssembly.chain(of: nine) }
        #expect(throws: CapabilityError.limitExceeded) { try ChainAssembly.chain(endingIn: nine[8].cid, of: nine) }
        #expect(try ChainAssembly.chain(endingIn: nine[7].cid, of: nine) == Array(nine.dropLast()))
    }

    @Test func `a powerline stands in the middle, and is no root`() throws {
        let chain = [try delegation(0, 1), try delegation(1, 2, about: nil), try delegation(2, 3)]
        #expect(try ChainAssembly.chain(of: chain.reversed()) == chain)
        #expect(throws: CapabilityError.unavailableProof) {
            try ChainAssembly.chain(of: [delegation(0, 1, about: nil)])
        }
    }

    @Test(arguments: 0..<3)
    func `a choice at any place but the end is refused`(place: Int) throws {
        let chain = try chain(4)
        let again = try delegation(place, place + 1, number: 1)
        #expect(throws: CapabilityError.invalidClaim) { try ChainAssembly.chain(of: chain + [again]) }
        #expect(throws: CapabilityError.invalidClaim) {
            try ChainAssembly.chain(endingIn: chain[3].cid, of: chain + [again])
        }
        // The chain to its own end leaves none there.
        #expect(try ChainAssembly.chain(endingIn: again.cid, of: chain + [again]) == chain.prefix(place) + [again])
    }

    @Test func `two ends are a choice, and none is no chain`() throws {
        let forked = try chain(2) + [delegation(1, 5)]
        #expect(throws: CapabilityError.invalidClaim) { try ChainAssembly.chain(of: forked) }
        #expect(throws: CapabilityError.invalidClaim) { try ChainAssembly.chain(of: []) }
        #expect(throws: CapabilityError.unavailableProof) {
            try ChainAssembly.chain(endingIn: delegation(0, 1).cid, of: [])
        }
    }

    @Test(arguments: 0..<3)
    func `a part that is missing is not made up for`(missing: Int) throws {
        var chain = try chain(4)
        let leaf = chain[3].cid
        chain.remove(at: missing)
        #expect(throws: CapabilityError.unavailableProof) { try ChainAssembly.chain(endingIn: leaf, of: chain) }
    }

    @Test func `who hands on to itself makes no endless chain`() throws {
        let own = try delegation(1, 1, about: 0)
        #expect(throws: CapabilityError.unavailableProof) { try ChainAssembly.chain(of: [own]) }
        let root = try delegation(0, 0)
        #expect(try ChainAssembly.chain(of: [root]) == [root])
        // 0 → 1 → 1 → 2: what comes before the last could be either.
        let looped = [try delegation(0, 1), own, try delegation(1, 2)]
        #expect(throws: CapabilityError.invalidClaim) { try ChainAssembly.chain(of: looped) }
    }

    @Test func `delegations whose signatures were found right are no longer a chain than others`() throws {
        let nine = try chain(9)
        let signed = try nine.map { try SignedDelegation(verifying: $0) }
        #expect(throws: CapabilityError.limitExceeded) {
            try DelegationChain(signed, at: testTime, revocations: KnownRevocations())
        }
        let chain = try DelegationChain(Array(signed.dropLast()), at: testTime, revocations: KnownRevocations())
        #expect(chain.delegations == Array(nine.dropLast()))
        #expect(throws: CapabilityError.limitExceeded) { try PathWitness(nine.map(\.cid), among: nine) }
    }
}
