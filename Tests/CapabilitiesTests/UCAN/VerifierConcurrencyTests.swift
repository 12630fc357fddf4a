import Capabilities
import DumpIdentity
import IPLD
import TestSupport
import Testing

/// One verifier, used by many tasks at once; `make threads` runs these under the thread sanitizer.
struct VerifierConcurrencyTests {
    /// Something to verify, and the one right answer.
    private struct Case: Sendable {
        let invocation: Invocation
        let proofs: [Delegation]
        let refusal: CapabilityError?
    }

    private static let rounds = 40

    /// Chains of all lengths that are accepted, each with what is refused beside it for one reason.
    private static func cases() throws -> [Case] {
        try (1...3).flatMap { length -> [Case] in
            let chain = try Delegation.chain(length)
            let holder = [Party.viewer, .component, .executor][length - 1]
            let good = try Invocation.test(by: holder, proofs: chain)
            var broken = chain
            broken[0] = try Delegation(decoding: chain[0].envelope.resigned(by: .stranger))
            let narrow = try [Delegation.test(from: .owner, to: .viewer, about: .owner, policy: .fields(["email"]))]
            return try [
                Case(invocation: good, proofs: chain, refusal: nil),
                Case(invocation: good, proofs: Array(chain.dropLast()), refusal: .unavailableProof),
                Case(
                    invocation: Invocation.test(by: holder, proofs: broken), proofs: broken,
                    refusal: .invalidSignature),
                Case(
                    invocation: Invocation.test(by: .stranger, proofs: chain), proofs: chain, refusal: .invalidAudience
                ),
                Case(
                    invocation: Invocation(decoding: good.envelope.resigned(by: .stranger)), proofs: chain,
                    refusal: .invalidSignature),
                Case(
                    invocation: Invocation.test(by: .viewer, proofs: narrow), proofs: narrow, refusal: .matchError),
            ]
        }
    }

    /// The wrong answers of many tasks, each of which goes through all cases from a place of its own.
    private static func mistakes(
        among cases: [Case], revocations: KnownRevocations = KnownRevocations(),
        expected: @escaping @Sendable (Case) -> CapabilityError?
    ) async throws -> Int {
        let verifier = try InvocationVerifier(executor: Party.owner.principal, maximumLifetime: 60)
        return try await withThrowingTaskGroup(of: Int.self) { group in
            for round in 0..<rounds {
                group.addTask {
                    var mistakes = 0
                    for offset in cases.indices {
                        let one = cases[(offset + round) % cases.count]
                        let refused = try refusal {
                            try verifier.verify(
                                one.invocation, proofs: one.proofs, at: testTime, revocations: revocations)
                        }
                        mistakes += refused == expected(one) ? 0 : 1
                    }
                    return mistakes
                }
            }
            return try await group.reduce(0, +)
        }
    }

    @Test func `many tasks get the same answers as one`() async throws {
        let cases = try Self.cases()
        #expect(cases.count == 18)
        #expect(try await Self.mistakes(among: cases) { $0.refusal } == 0)
    }

    @Test func `one chain that all tasks verify at once is accepted by all`() async throws {
        let accepted = try Self.cases().filter { $0.refusal == nil }
        #expect(try await Self.mistakes(among: accepted) { _ in nil } == 0)
    }

    @Test func `what is revoked is refused by all tasks`() async throws {
        let accepted = try Self.cases().filter { $0.refusal == nil }
        let owner = try Party.owner.principal
        let revocations = KnownRevocations(
            Dictionary(uniqueKeysWithValues: Set(accepted.map(\.proofs[0].cid)).map { ($0, [owner]) }))
        #expect(try await Self.mistakes(among: accepted, revocations: revocations) { _ in .revoked } == 0)
    }
}
