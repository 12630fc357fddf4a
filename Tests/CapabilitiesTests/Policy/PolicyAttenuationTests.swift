import IPLD
import Testing

@testable import Capabilities

/// Adding statements can only take away: what a policy of more statements allows, each of its parts allows.
struct PolicyAttenuationTests {
    private static let keys = ["a", "b", "c"]
    private static let selectors = [
        ".", ".a", ".b", ".c", ".a.b", ".a.b?", ".a[0]", ".b[-1]?", ".c[]", ".a[1:]", ".[\"c\"][:1]", ".b[]?",
    ]

    private static func value(_ generator: inout PolicySeededGenerator, depth: Int) -> Value {
        switch Int.random(in: 0...(depth > 0 ? 8 : 6), using: &generator) {
        case 0: .null
        case 1: .bool(.random(using: &generator))
        case 2, 3: .int(.random(in: 0...2, using: &generator))
        case 4: .float(generator.pick([0, 0.5, 1, 2], or: 0))
        case 5: .string(generator.pick(["", "a", "ab", "ba"], or: ""))
        case 6: .bytes([UInt8](repeating: 1, count: .random(in: 0...2, using: &generator)))
        case 7: .list((0..<Int.random(in: 0...3, using: &generator)).map { _ in value(&generator, depth: depth - 1) })
        default: map(&generator, depth: depth)
        }
    }

    private static func map(_ generator: inout PolicySeededGenerator, depth: Int) -> Value {
        var map = Map()
        for key in keys where Bool.random(using: &generator) { map[key] = value(&generator, depth: depth - 1) }
        return .map(map)
    }

    private static func statement(_ generator: inout PolicySeededGenerator, depth: Int) -> Value {
        let selector = Value.string(generator.pick(selectors, or: "."))
        switch Int.random(in: 0...(depth > 0 ? 8 : 3), using: &generator) {
        case 0: return ["==", selector, value(&generator, depth: 1)]
        case 1: return ["!=", selector, value(&generator, depth: 1)]
        case 2:
            let word = Value.string(generator.pick(["<", "<=", ">", ">="], or: "<"))
            return [word, selector, .int(.random(in: 0...2, using: &generator))]
        case 3: return ["like", selector, .string(generator.pick(["*", "a*", "*a", "\\*"], or: "*"))]
        case 4, 5:
            let inner = (0..<Int.random(in: 0...2, using: &generator)).map { _ in
                statement(&generator, depth: depth - 1)
            }
            return [generator.pick(["and", "or"], or: "and"), .list(inner)]
        case 6: return ["not", statement(&generator, depth: depth - 1)]
        default: return [generator.pick(["all", "any"], or: "all"), selector, statement(&generator, depth: depth - 1)]
        }
    }

    private static func statements(_ generator: inout PolicySeededGenerator) -> [Value] {
        (0..<Int.random(in: 0...2, using: &generator)).map { _ in statement(&generator, depth: 3) }
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `two policies together allow what both allow`(seed: UInt64) throws {
        var generator = PolicySeededGenerator(seed: seed)
        var outcomes = [false: 0, true: 0]
        for _ in 0..<1_000 {
            let first = Self.statements(&generator)
            let second = Self.statements(&generator)
            let arguments = Self.map(&generator, depth: 3)
            let both = try Policy(.list(first + second)).allows(arguments)
            let each = try (Policy(.list(first)).allows(arguments), Policy(.list(second)).allows(arguments))
            #expect(both == (each.0 && each.1), "\(first) and \(second) on \(arguments)")
            outcomes[both, default: 0] += 1
        }
        #expect(outcomes.values.allSatisfy { $0 > 50 })
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `unequal is not equal wherever the selector resolves`(seed: UInt64) throws {
        var generator = PolicySeededGenerator(seed: seed)
        for _ in 0..<1_000 {
            let text = generator.pick(Self.selectors, or: ".")
            let operand = Self.value(&generator, depth: 1)
            let arguments = Self.map(&generator, depth: 3)
            let resolves = try Selector(text).resolve(arguments) != nil
            let isEqual = try Policy.holds(["==", .string(text), operand], on: arguments)
            let isUnequal = try Policy.holds(["!=", .string(text), operand], on: arguments)
            #expect(isUnequal == (resolves && !isEqual))
        }
    }
}
