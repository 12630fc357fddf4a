import Capabilities
import DumpIdentity
import IPLD
import TestSupport
import Testing

/// One cache that is too small for what many tasks verify with it; `make threads` runs these under the thread sanitizer.
struct CacheConcurrencyTests {
    private static let (tasks, rounds) = (8, 25)
    private static let end = testTime + 10

    /// What is presented, and when and with which revocations it is refused.
    private struct Case: Sendable {
        let chain: [Delegation]
        let container: Container
        /// The invocation alone: its proofs are in the cache, or nowhere.
        let bare: Container

        init(_ number: Int64) throws {
            chain = try [
                .test(from: .owner, to: .viewer, about: .owner, notBefore: number, expiration: end),
                .test(from: .viewer, to: .component, about: .owner, notBefore: number, expiration: end + 100),
            ]
            let invocation = try Invocation.test(by: .component, proofs: chain)
            container = Container(([invocation.envelope] + chain.map(\.envelope)).map(\.bytes))
            bare = Container([invocation.envelope.bytes])
        }
    }

    /// Has many tasks go through all cases, each from a place of its own; gives the sum of what they count.
    private func count(
        _ cases: [Case], _ body: @escaping @Sendable (Case, _ turn: Int) throws -> Int
    ) async throws -> Int {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for task in 0..<Self.tasks {
                group.addTask {
                    var sum = 0
                    for turn in task..<task + Self.rounds { sum += try body(cases[turn % cases.count], turn) }
                    return sum
                }
            }
            return try await group.reduce(0, +)
        }
    }

    @Test(arguments: [0, 1, 3])
    func `a cache that makes room all the time overrules neither an end nor a revocation`(capacity: Int) async throws {
        let cases = try (0..<5 as Range<Int64>).map { try Case($0) }
        let cache = DelegationCache(capacity: capacity)
        let verifier = try InvocationVerifier(executor: Party.owner.principal, maximumLifetime: nil, cache: cache)
        let (owner, viewer) = (try Party.owner.principal, try Party.viewer.principal)
        let mistakes = try await count(cases) { one, turn in
            let revocations: KnownRevocations =
                switch turn % 4 {
                case 0: KnownRevocations([one.chain[0].cid: [owner]])
                case 1: KnownRevocations([one.chain[1].cid: [turn % 8 == 1 ? owner : viewer]])
                default: KnownRevocations()
                }
            let late = turn % 4 == 2
            let expected: CapabilityError? = late ? .expired : turn % 4 == 3 ? nil : .revoked
            let time = late ? Self.end + 1 : testTime
            let whole = try refusal { try verifier.verify(one.container, at: time, revocations: revocations) }
            let bare = try refusal { try verifier.verify(one.bare, at: time, revocations: revocations) }
            return (whole == expected ? 0 : 1) + (bare == expected || bare == .unavailableProof ? 0 : 1)
                + (cache.count <= capacity ? 0 : 1)
        }
        #expect(mistakes == 0)
        #expect(cache.count <= capacity)
    }

    @Test func `tasks that keep the same delegations keep each once`() async throws {
        let cases = try (0..<3 as Range<Int64>).map { try Case($0) }
        let cache = DelegationCache(capacity: 100)
        let verifier = try InvocationVerifier(executor: Party.owner.principal, maximumLifetime: nil, cache: cache)
        let accepted = try await count(cases) { one, _ in
            try verifier.verify(one.container, at: testTime).chain?.delegations == one.chain ? 1 : 0
        }
        #expect(accepted == Self.tasks * Self.rounds)
        #expect(cache.count == 6)
        for one in cases { #expect(throws: Never.self) { try verifier.verify(one.bare, at: testTime) } }
    }

    @Test func `once a revocation is heard, a grant is never verified again, whatever is kept`() async throws {
        let fixture = try GrantFixture()
        let chain = [fixture.grant.delegation, try fixture.handedOn(fields: [.name])]
        let live = LiveRevocations()
        let verifier = GrantVerifier(
            lists: try heldLists(statusListToken(), for: chain), live: live, cache: DelegationCache(capacity: 1))
        let container = Container(chain.map(\.envelope.bytes))
        let revocation = try Revocation.sign(chain[1].cid, with: Party.viewer.key())
        let heard = Flag()
        let mistakes = try await withThrowingTaskGroup(of: Int.self) { group in
            for task in 0..<Self.tasks {
                group.addTask {
                    var mistakes = 0
                    for turn in 0..<Self.rounds {
                        if task == 0, turn == Self.rounds / 2 {
                            live.add(revocation)
                            heard.raise()
                        }
                        let wasHeard = heard.isRaised
                        let refused = try refusal {
                            try verifier.verify(container, for: .pseudonym(fixture.grant.owner), at: testTime)
                        }
                        mistakes += refused == .revoked || refused == nil && !wasHeard ? 0 : 1
                    }
                    return mistakes
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(mistakes == 0)
        #expect(throws: CapabilityError.revoked) {
            try verifier.verify(container, for: .pseudonym(fixture.grant.owner), at: testTime)
        }
    }
}
