import IPLD
import TestSupport
import Testing

@testable import Capabilities

/// Adding statements can only take away: what a policy of more statements allows, each of its parts allows.
struct PolicyAttenuationTests {
    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `two policies together allow what both allow`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var outcomes = [false: 0, true: 0]
        for _ in 0..<1_000 {
            let first = generator.statements()
            let second = generator.statements()
            let arguments = generator.map(depth: 3)
            let both = try Policy(.list(first + second)).allows(arguments)
            let each = try (Policy(.list(first)).allows(arguments), Policy(.list(second)).allows(arguments))
            #expect(both == (each.0 && each.1), "\(first) and \(second) on \(arguments)")
            outcomes[both, default: 0] += 1
        }
        #expect(outcomes.values.allSatisfy { $0 > 50 })
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `unequal is not equal wherever the selector resolves`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<1_000 {
            let text = generator.pick(SeededGenerator.selectors, or: ".")
            let operand = generator.value(depth: 1)
            let arguments = generator.map(depth: 3)
            let resolves = try Selector(text).resolve(arguments) != nil
            let isEqual = try Policy.holds(["==", .string(text), operand], on: arguments)
            let isUnequal = try Policy.holds(["!=", .string(text), operand], on: arguments)
            #expect(isUnequal == (resolves && !isEqual))
        }
    }
}
