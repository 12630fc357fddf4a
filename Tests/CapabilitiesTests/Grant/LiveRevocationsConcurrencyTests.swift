import Capabilities
import DumpIdentity
import IPLD
import TestSupport
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
                    #expect(!live.revokes(one.chain, told: [node]))
                    switch place % 3 {
                    case 0: live.add(one.revocation)
                    case 1:
                        // Each at a place of its own: which of them the feed goes on from does not matter.
                        let content = RevocationStatement.Content.snapshot(
                            [RevocationName(one.revocation)], piece: 1, of: 1)
                        try live.accept(.test(content, Int64(place)), at: testTime)
                    default:
                        let delegation = one.revocation.delegation
                        live.add(KnownRevocations([delegation: [one.revocation.revoker]]))
                    }
                    #expect(live.revokes(one.chain, told: [node]))
                    live.lost(node)
                    #expect(live.revokes(one.chain, told: [node]))
                }
                group.addTask {
                    var seen: Set<Int> = []
                    for round in 0..<60 {
                        let index = (round + place) % cases.count
                        let revoked = live.revokes(cases[index].chain, told: [node])
                        if revoked { seen.insert(index) }
                        #expect(revoked == seen.contains(index))
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(cases.allSatisfy { live.revokes($0.chain, told: [node]) })
    }

    @Test func `signs of life that come out of order leave the latest`() async throws {
        let (live, node) = (LiveRevocations(maximumSilence: 1_000), try Party.node.principal)
        try live.follow([], at: testTime)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<40 {
                group.addTask {
                    let time = testTime + Int64(task * 7 % 40)
                    try live.hear(at: time)
                    var last = time
                    for _ in 0..<20 {
                        let heard = live.heard(from: node, currentAt: testTime) ?? .min
                        #expect(heard >= last)
                        last = heard
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(live.heard(from: node, currentAt: testTime) == testTime + 39)
    }

    @Test func `after a gap no sign of life of the feed before it counts, however many are on their way`() async throws
    {
        let (live, nodes) = (LiveRevocations(), [Party.node, .stranger])
        for node in nodes { try live.follow([], from: node, at: testTime) }
        let principals = try nodes.map { try $0.principal }
        let missed = Flag()
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<20 {
                group.addTask {
                    for round in 0..<20 {
                        if task == 0, round == 10 {
                            _ = try? live.accept(.test(.alive(testTime), 7), at: testTime)
                            missed.raise()
                        }
                        let wasMissed = missed.isRaised
                        for node in nodes { _ = try? live.accept(.test(.alive(testTime), 0, by: node), at: testTime) }
                        #expect(!wasMissed || live.heard(from: principals[0], currentAt: testTime) == nil)
                        #expect(live.heard(from: principals[1], currentAt: testTime) == testTime)
                    }
                }
            }
        }
        #expect(live.heard(from: principals[0], currentAt: testTime) == nil)
    }
}
