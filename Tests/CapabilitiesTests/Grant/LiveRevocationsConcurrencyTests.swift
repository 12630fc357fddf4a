import Capabilities
import DumpIdentity
import IPLD
import Testing

/// Feeds that are heard while grants are verified; `make threads` runs these under the thread sanitizer.
struct LiveRevocationsConcurrencyTests {
    /// A chain, and who revokes it.
    private struct Case: Sendable {
        let chain: DelegationChain
        let revocation: Revocation

        init(_ number: Int64) throws {
            let one = try Delegation.test(from: .owner, to: .viewer, about: .owner, notBefore: number)
            chain = try DelegationChain(verifying: [one], at: testTime, revocations: KnownRevocations())
            revocation = try Revocation.sign(one.cid, with: Party.owner.key())
        }
    }

    @Test func `what was heard counts at once and for ever, whichever way it came`() async throws {
        let cases = try (0..<12 as Range<Int64>).map { try Case($0) }
        let (live, node) = (LiveRevocations(), try Party.node.principal)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (place, one) in cases.enumerated() {
                group.addTask {
                    #expect(!live.revokes(one.chain))
                    switch place % 3 {
                    case 0: live.add(one.revocation)
                    case 1: live.follow([one.revocation], from: node, at: testTime)
                    default:
                        let delegation = one.revocation.delegation
                        live.add(KnownRevocations([delegation: [one.revocation.revoker]]))
                    }
                    #expect(live.revokes(one.chain))
                    live.lost(node)
                    #expect(live.revokes(one.chain))
                }
                group.addTask {
                    var seen: Set<Int> = []
                    for round in 0..<60 {
                        let index = (round + place) % cases.count
                        let revoked = live.revokes(cases[index].chain)
                        if revoked { seen.insert(index) }
                        #expect(revoked == seen.contains(index))
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(cases.allSatisfy { live.revokes($0.chain) })
    }

    @Test func `signs of life that come out of order leave the latest`() async throws {
        let (live, node) = (LiveRevocations(maximumSilence: 1_000), try Party.node.principal)
        live.follow([], from: node, at: testTime)
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<40 {
                group.addTask {
                    let time = testTime + Int64(task * 7 % 40)
                    live.heard(from: node, at: time)
                    var last = time
                    for _ in 0..<20 {
                        let heard = live.heard(from: node, currentAt: testTime) ?? .min
                        #expect(heard >= last)
                        last = heard
                    }
                }
            }
        }
        #expect(live.heard(from: node, currentAt: testTime) == testTime + 39)
    }

    @Test func `a feed that was lost stays lost, however many signs of life are on their way`() async throws {
        let (live, nodes) = (LiveRevocations(), try [Party.node, .stranger].map { try $0.principal })
        for node in nodes { live.follow([], from: node, at: testTime) }
        let lost = Flag()
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<20 {
                group.addTask {
                    for round in 0..<20 {
                        if task == 0, round == 10 {
                            live.lost(nodes[0])
                            lost.raise()
                        }
                        let wasLost = lost.isRaised
                        for node in nodes { live.heard(from: node, at: testTime) }
                        #expect(!wasLost || live.heard(from: nodes[0], currentAt: testTime) == nil)
                        #expect(live.heard(from: nodes[1], currentAt: testTime) == testTime)
                    }
                }
            }
        }
        #expect(live.heard(from: nodes[0], currentAt: testTime) == nil)
    }
}
