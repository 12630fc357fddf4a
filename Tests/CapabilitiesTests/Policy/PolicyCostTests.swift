import IPLD
import Testing

@testable import Capabilities

struct PolicyCostTests {
    private func spent(_ statement: Value, on arguments: Value) throws -> Int {
        var evaluation = PolicyEvaluation()
        _ = try evaluation.holds(.and(try Policy([statement]).statements), on: arguments)
        return evaluation.cost.spent
    }

    private static func numbers(_ count: Int) -> Value { .list((0..<count).map { .int(Int64($0)) }) }

    @Test func `the cost may reach the maximum and not pass it`() throws {
        var cost = PolicyCost()
        try cost.spend(PolicyCost.maximum)
        #expect(cost.spent == 100_000)
        #expect(throws: PolicyError.limitExceeded) { try cost.spend(1) }
        #expect(throws: PolicyError.limitExceeded) { try cost.spend(.max) }
        #expect(cost.spent == 100_000)
    }

    @Test(
        arguments: [
            // The policy, the statement, the segments.
            (["and", []], .null, 2), (["<", ".", 1], 1, 2), (["<", ".a.b", 1], ["a": ["b": 1]], 4),
            // Each pair that is compared; bytes by blocks of 16.
            (["==", ".", 1], 1, 3), (["==", ".", [1, [2]]], [1, [2]], 6), (["==", ".", ["a": 1]], ["a": 1], 4),
            (["==", ".", .bytes([UInt8](repeating: 0, count: 64))], .bytes([UInt8](repeating: 0, count: 64)), 7),
            (["==", ".", "0123456789abcdef"], "0123456789abcdef", 4),
            // Each element that is copied or visited.
            (["all", ".", ["and", []]], [1, 2, 3], 5), (["all", ".", ["and", []]], ["a": 1, "b": 2], 6),
            (["<", ".[]", 1], ["a": 1, "b": 2], 5), (["<", ".[1:]", 1], [1, 2, 3], 5),
            (["<", ".[0:]", 1], .bytes([UInt8](repeating: 0, count: 32)), 5),
            (["<", ".aaaaaaaaaaaaaaaa", 1], [:], 4),
            // Each byte that `like` looks at.
            (["like", ".", "abc"], "abc", 5), (["like", ".", "a*c"], "abc", 4), (["like", ".", "*b*"], "aab", 5),
        ] as [(Value, Value, Int)])
    func `statements, segments, elements and bytes are counted`(
        statement: Value, arguments: Value, units: Int
    ) throws {
        #expect(try spent(statement, on: arguments) == units)
    }

    @Test func `nested quantifiers end at the limit`() throws {
        let statement: Value = ["all", ".a", ["all", ".b", ["==", ".", 0]]]
        func arguments(_ count: Int) -> Value {
            let inner: Value = ["b": .list([Value](repeating: 0, count: count))]
            return ["a": .list([Value](repeating: inner, count: count))]
        }
        #expect(try Policy.holds(statement, on: arguments(200)))
        #expect(throws: PolicyError.limitExceeded) { try Policy.holds(statement, on: arguments(250)) }
    }

    @Test func `a long comparison ends at the limit`() throws {
        #expect(try Policy.holds(["==", ".", Self.numbers(90_000)], on: Self.numbers(90_000)))
        #expect(throws: PolicyError.limitExceeded) {
            try Policy.holds(["==", ".", Self.numbers(100_000)], on: Self.numbers(100_000))
        }
        #expect(try !Policy.holds(["==", ".", Self.numbers(100_001)], on: Self.numbers(100_000)))
    }

    @Test func `copies of a collection end at the limit`() throws {
        #expect(throws: PolicyError.limitExceeded) {
            try Policy.holds(["==", ".[0:][0:][0]", 0], on: Self.numbers(60_000))
        }
        #expect(throws: PolicyError.limitExceeded) {
            try Selector(".[0:][0:]").resolve(Self.numbers(60_000))
        }
    }

    @Test func `what is exceeded under a negation is not allowed either`() {
        #expect(throws: PolicyError.limitExceeded) {
            try Policy.holds(["not", ["==", ".", Self.numbers(100_000)]], on: Self.numbers(100_000))
        }
    }

    @Test func `values nested deeply are compared, and those nested too deep to be signed are refused`() throws {
        func nested(_ depth: Int) -> Value { (0..<depth).reduce(1) { inner, _ in [inner] } }
        #expect(try Policy.holds(["==", ".", nested(60)], on: nested(60)))
        #expect(try !Policy.holds(["==", ".", nested(60)], on: nested(59)))
        #expect(try !Policy.holds(["==", ".", nested(60)], on: nested(5_000)))
        #expect(throws: PolicyError.limitExceeded) { try Policy([["==", ".", nested(5_000)]]) }
    }
}
