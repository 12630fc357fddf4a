import IPLD
import Testing

@testable import Capabilities

struct PolicyParsingTests {
    static let wellFormed: [Value] = [
        ["==", ".", .null], ["!=", ".a", [1, ["b": .float(2.5)]]], ["<", ".a", 1], ["<=", ".a", .float(1.5)],
        [">", ".a", -1], [">=", ".a", 0], ["like", ".a", "*"], ["and", []], ["or", []], ["not", ["==", ".", 1]],
        ["all", ".a", ["==", ".", 1]], ["any", ".a", ["and", [["==", ".", 1], ["like", ".", ""]]]],
    ]

    @Test(arguments: wellFormed)
    func `every kind of statement is read`(statement: Value) throws {
        let policy = try Policy([statement])
        #expect(policy.value == [statement])
    }

    static let malformed: [Value] = [
        .null, 1, "==", [:], .bytes([]), [],
        // Operators.
        [1, ".a", 1], ["=", ".a", 1], ["===", ".a", 1], ["AND", []], ["nand", []], ["", ".a", 1], [.null, ".a", 1],
        ["like ", ".a", "a"],
        // Arity.
        ["=="], ["==", ".a"], ["==", ".a", 1, 1], ["<", ".a"], ["like", ".a"], ["like", ".a", "a", "b"],
        ["and"], ["and", [], []], ["and", ".", []], ["or"], ["or", ".", []], ["not"], ["not", ".", ["==", ".", 1]],
        ["not", ["==", ".", 1], ["==", ".", 1]], ["all", ".a"], ["any", ".a"], ["all", ["==", ".", 1]],
        ["any", ".a", ["==", ".", 1], ["==", ".", 1]],
        // Selectors.
        ["==", "a", 1], ["==", 1, 1], ["==", .null, 1], ["==", [".a"], 1], ["like", "..", "a"],
        ["all", "", ["and", []]],
        // Arguments of inequalities.
        ["<", ".a", "1"], ["<=", ".a", .null], [">", ".a", true], [">=", ".a", [1]], ["<", ".a", .bytes([1])],
        ["<", ".a", .float(.nan)], ["<", ".a", .float(.infinity)],
        // Arguments of `like`.
        ["like", ".a", 1], ["like", ".a", .null], ["like", ".a", .bytes([0x61])], ["like", ".a", ["a"]],
        // Arguments of connectives and quantifiers.
        ["and", ["==", ".", 1]], ["and", "x"], ["and", [:]], ["or", ["==", ".", 1]], ["or", .null], ["not", []],
        ["not", [["==", ".", 1]]], ["not", true], ["all", ".a", []], ["all", ".a", [["==", ".", 1]]],
        ["any", ".a", true],
    ]

    @Test(arguments: malformed)
    func `a malformed statement is refused`(statement: Value) {
        #expect(throws: PolicyError.malformed) { try Policy([statement]) }
    }

    @Test(
        arguments: [
            ["or", [["==", ".a", 1], ["bad", ".a", 1]]], ["and", [["!=", ".", .null], ["==", ".a..b", 1]]],
            ["not", ["<", ".a", "1"]], ["all", ".a", ["not", ["like", ".", 1]]],
            ["any", ".a", ["or", [["and", []], ["or", [["==", "a", 1]]]]]],
        ] as [Value])
    func `one malformed statement anywhere makes the whole policy malformed`(statement: Value) {
        #expect(throws: PolicyError.malformed) { try Policy([["==", ".a", 1], statement]) }
    }

    @Test(arguments: [.null, "", 1, true, [:], ["==": 1], .bytes([]), ["==", ".a", 1]] as [Value])
    func `a policy is a list of statements`(value: Value) {
        #expect(throws: PolicyError.malformed) { try Policy(value) }
    }

    @Test func `the empty policy allows everything`() throws {
        #expect(try Policy([]) == Policy.empty)
        #expect(Policy.empty.value == [])
        #expect(try Policy.empty.allows([:]))
        #expect(try Policy.empty.allows(.null))
    }

    @Test func `policies are equal when they are written in the same way`() throws {
        #expect(try Policy([["==", ".a", 1]]) == Policy([["==", ".a", 1]]))
        #expect(try Policy([["==", ".a", 1]]) != Policy([["==", ".a", .float(1)]]))
        #expect(try Policy([["==", ".a", 1]]) != Policy([["==", ".[\"a\"]", 1]]))
    }

    private static func nested(_ depth: Int, wrap: (Value) -> Value) -> Value {
        (1..<depth).reduce(["==", ".", 1]) { inner, _ in wrap(inner) }
    }

    @Test func `statements may be nested 32 deep`() throws {
        for depth in [31, 32] {
            _ = try Policy([Self.nested(depth) { ["not", $0] }])
            _ = try Policy([Self.nested(depth) { ["and", [$0]] }])
            _ = try Policy([Self.nested(depth) { ["all", ".", $0] }])
        }
        for depth in [33, 1_000] {
            #expect(throws: PolicyError.limitExceeded) { try Policy([Self.nested(depth) { ["not", $0] }]) }
            #expect(throws: PolicyError.limitExceeded) { try Policy([Self.nested(depth) { ["or", [$0]] }]) }
            #expect(throws: PolicyError.limitExceeded) { try Policy([Self.nested(depth) { ["any", ".", $0] }]) }
        }
    }

    @Test func `a policy may hold a thousand statements at all depths together`() throws {
        let leaf: Value = ["==", ".", 1]
        let flat = [Value](repeating: leaf, count: 1_000)
        _ = try Policy(.list(flat))
        #expect(throws: PolicyError.limitExceeded) { try Policy(.list(flat + [leaf])) }

        let half = Value.list([Value](repeating: leaf, count: 499))
        _ = try Policy([["and", half], ["or", half]])
        #expect(throws: PolicyError.limitExceeded) { try Policy([["and", half], ["or", half], leaf]) }
    }
}
