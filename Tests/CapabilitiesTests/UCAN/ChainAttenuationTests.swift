import DumpIdentity
import IPLD
import TestSupport
import Testing

@testable import Capabilities

/// A delegation more never allows more, whatever the policies and the arguments; the seed stands in a test's name.
struct ChainAttenuationTests {
    private static let parties: [Party] = [.owner, .viewer, .component, .executor, .node]
    private static let commands = ["/", "/a", "/a/b", "/ab"]

    /// Any chain of `length` delegations; the commands may widen, and then it is refused.
    private static func chain(_ length: Int, _ random: inout SeededGenerator) throws -> [Delegation] {
        var command = "/"
        return try (0..<length).map { index in
            // Mostly the same command, or many chains would be refused for it alone.
            if Int.random(in: 0..<4, using: &random) == 0 { command = random.pick(commands, or: "/") }
            let end = testTime + Int64.random(in: -1...20, using: &random)
            return try Delegation.sign(
                to: parties[index + 1].principal,
                subject: Bool.random(using: &random) || index == 0
                    ? Party.owner.principal : nil,
                command: Command(command), policy: Policy(.list(random.statements(atMost: 1))),
                expiration: end, with: parties[index].key())
        }
    }

    /// Whether the holder of a chain may do `command` with these arguments.
    private static func allows(_ chain: [Delegation], _ command: Command, _ arguments: Map) throws -> Bool {
        let holder = parties[chain.count]
        let invocation = try Invocation.sign(
            command, on: Party.owner.principal, arguments: arguments, proofs: chain.map(\.cid), nonce: [1],
            expiration: testTime + 5, with: holder.key())
        let verifier = try InvocationVerifier(executor: Party.owner.principal, maximumLifetime: 60)
        return try refusal { try verifier.verify(invocation, proofs: chain, at: testTime) } == nil
    }

    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func `what a chain accepts the chain before its last delegation accepts`(seed: UInt64) throws {
        var random = SeededGenerator(seed: 5_000 + seed)
        var (wide, narrow) = (0, 0)
        for _ in 0..<12 {
            let chain = try Self.chain(Int.random(in: 2...4, using: &random), &random)
            for _ in 0..<3 {
                let command = try Command(random.pick(Self.commands, or: "/"))
                let arguments = random.map(depth: 3).mapValue ?? Map()
                let results = try (1...chain.count).map {
                    try Self.allows(Array(chain.prefix($0)), command, arguments)
                }
                for (before, after) in zip(results, results.dropFirst()) where after {
                    #expect(before, "seed \(seed): \(command) \(arguments)")
                }
                if results[0] { wide += 1 }
                if results[chain.count - 1] { narrow += 1 }
            }
        }
        // Otherwise nothing was accepted, or nothing was taken away.
        #expect(narrow > 0 && narrow < wide, "seed \(seed): \(wide) before, \(narrow) after")
    }

    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func `a chain allows what each of its policies allows`(seed: UInt64) throws {
        var random = SeededGenerator(seed: 6_000 + seed)
        for _ in 0..<20 {
            let length = Int.random(in: 1...4, using: &random)
            let delegations = try (0..<length).map { index in
                try Delegation.test(
                    from: Self.parties[index], to: Self.parties[index + 1], about: .owner,
                    policy: Policy(.list(random.statements(atMost: 1))))
            }
            let chain = try DelegationChain(verifying: delegations, at: testTime, revocations: KnownRevocations())
            for _ in 0..<5 {
                let arguments = random.map(depth: 3)
                let each = try delegations.allSatisfy { try $0.policy.allows(arguments) }
                #expect(try chain.allows(arguments.mapValue ?? Map()) == each, "seed \(seed): \(arguments)")
            }
        }
    }
}
