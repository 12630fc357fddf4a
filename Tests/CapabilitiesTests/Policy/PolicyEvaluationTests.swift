import IPLD
import Testing

@testable import Capabilities

struct PolicyEvaluationTests {
    @Test(
        arguments: [
            (.null, .null), (true, true), (1, 1), (1, .float(1)), (.float(1), 1), (.float(0), .float(-0.0)), ("a", "a"),
            (.bytes([1, 2]), .bytes([1, 2])), ([], []), ([:], [:]), ([1, [2, ["b": 3]]], [1, [2, ["b": 3]]]),
            ([1, [2, ["b": 3]]], [.float(1), [.float(2), ["b": .float(3)]]]), (["a": 1, "b": 2], ["b": 2, "a": 1]),
        ] as [(Value, Value)])
    func `equality compares all the way down and numbers by value`(found: Value, expected: Value) throws {
        #expect(try Policy.holds(["==", ".a", expected], on: ["a": found]))
        #expect(try !Policy.holds(["!=", ".a", expected], on: ["a": found]))
    }

    @Test(
        arguments: [
            (.null, false), (.null, 0), (false, 0), (true, 1), ("1", 1), ("a", "b"), ("a", "ab"), ("", .null),
            (.bytes([0x61]), "a"), (.bytes([1]), [1]), (.bytes([1]), .bytes([2])), (.bytes([1]), .bytes([1, 1])),
            ([], [:]), ([1], [1, 2]), ([1, 2], [2, 1]), ([[1]], [[2]]), (["a": 1], ["a": 2]), (["a": 1], ["b": 1]),
            (["a": 1], ["a": 1, "b": 2]), (["a": .null], [:]), (["a": ["b": [1]]], ["a": ["b": [2]]]),
            ("\u{E9}", "e\u{301}"), (["\u{E9}": 1], ["e\u{301}": 1]), (["\u{E9}"], ["e\u{301}"]),
            ([9_007_199_254_740_993], [.float(0x1p53)]), (["a": 9_007_199_254_740_993], ["a": .float(0x1p53)]),
        ] as [(Value, Value)])
    func `different values are unequal`(found: Value, expected: Value) throws {
        #expect(try !Policy.holds(["==", ".a", expected], on: ["a": found]))
        #expect(try !Policy.holds(["==", ".a", found], on: ["a": expected]))
        #expect(try Policy.holds(["!=", ".a", expected], on: ["a": found]))
    }

    @Test func `a missing key is null`() throws {
        #expect(try Policy.holds(["==", ".a", .null], on: [:]))
        #expect(try Policy.holds(["!=", ".a", 1], on: [:]))
        #expect(try !Policy.holds(["!=", ".a", .null], on: [:]))
        #expect(try !Policy.holds(["==", ".a", 1], on: [:]))
        #expect(try !Policy.holds(["<", ".a", 1], on: [:]))
        #expect(try !Policy.holds(["like", ".a", "*"], on: [:]))
    }

    @Test(
        arguments: [
            ["==", ".a[9]", .null], ["!=", ".a[9]", 1], ["!=", ".a.b", 1], ["==", ".no.b", .null], ["!=", ".no.b", 1],
            ["<", ".a[9]", 1], [">=", ".a[9]", 1], ["like", ".a[9]", "*"], ["all", ".a[9]", ["and", []]],
            ["any", ".a[9]", ["and", []]], ["!=", ".a[9].b?", 1],
        ] as [Value])
    func `a statement whose selector does not resolve is false, and its negation true`(statement: Value) throws {
        let arguments: Value = ["a": [1]]
        #expect(try !Policy.holds(statement, on: arguments))
        #expect(try Policy.holds(["not", statement], on: arguments))
    }

    @Test func `an optional selector that does not resolve gives null`() throws {
        let arguments: Value = ["a": [1]]
        #expect(try Policy.holds(["==", ".a[9]?", .null], on: arguments))
        #expect(try Policy.holds(["!=", ".a[9]?", 1], on: arguments))
        #expect(try Policy.holds(["==", ".a.b?", .null], on: arguments))
        #expect(try !Policy.holds(["all", ".a[9]?", ["and", []]], on: arguments))
    }

    static let yes: Value = ["==", ".", 1]
    static let no: Value = ["==", ".", 2]

    @Test(
        arguments: [
            (["and", []], true), (["and", [yes]], true), (["and", [yes, yes]], true), (["and", [yes, no]], false),
            (["and", [no, yes]], false), (["or", []], true), (["or", [yes]], true), (["or", [no]], false),
            (["or", [no, yes]], true), (["or", [yes, no]], true), (["or", [no, no]], false), (["not", yes], false),
            (["not", no], true), (["not", ["not", yes]], true), (["not", ["and", []]], false),
            (["not", ["or", []]], false), (["and", [["or", [no, yes]], ["not", no]]], true),
        ] as [(Value, Bool)])
    func `connectives combine what is inside them`(statement: Value, holds: Bool) throws {
        #expect(try Policy.holds(statement, on: 1) == holds)
    }

    @Test func `every statement of a policy must hold`() throws {
        #expect(try Policy([Self.yes, Self.yes]).allows(1))
        #expect(try !Policy([Self.yes, Self.no]).allows(1))
        #expect(try !Policy([Self.no, Self.yes]).allows(1))
    }

    @Test(
        arguments: [
            ([1, 1], true, true), ([1, 2], false, true), ([2, 1], false, true), ([2, 2], false, false),
            ([], true, false), (["x": 1, "y": 1], true, true), (["x": 1, "y": 2], false, true),
            (["x": 2], false, false), ([:], true, false),
        ] as [(Value, Bool, Bool)])
    func `quantifiers go over the values of lists and maps`(found: Value, all: Bool, any: Bool) throws {
        #expect(try Policy.holds(["all", ".a", Self.yes], on: ["a": found]) == all)
        #expect(try Policy.holds(["any", ".a", Self.yes], on: ["a": found]) == any)
    }

    @Test(arguments: [.null, 1, "a", "", true, .bytes([1]), .bytes([]), .float(1)] as [Value])
    func `a quantifier over what is no collection is false`(found: Value) throws {
        #expect(try !Policy.holds(["all", ".a", ["and", []]], on: ["a": found]))
        #expect(try !Policy.holds(["any", ".a", ["and", []]], on: ["a": found]))
    }

    @Test func `a quantifier over a map does not see its keys`() throws {
        #expect(try !Policy.holds(["any", ".", ["==", ".", "key"]], on: ["key": "value"]))
        #expect(try Policy.holds(["any", ".", ["==", ".", "value"]], on: ["key": "value"]))
    }

    @Test func `the selectors inside a quantifier start at the element`() throws {
        let arguments: Value = ["a": [["b": 1], ["b": 2], ["z": 3]], "b": 9]
        #expect(try Policy.holds(["any", ".a", ["==", ".b", 2]], on: arguments))
        #expect(try !Policy.holds(["any", ".a", ["==", ".b", 9]], on: arguments))
        #expect(try !Policy.holds(["all", ".a", [">", ".b", 0]], on: arguments))
        #expect(try Policy.holds(["all", ".a[:2]", [">", ".b", 0]], on: arguments))
    }

    @Test func `quantifiers nest`() throws {
        let statement: Value = ["all", ".lists", ["any", ".to", ["==", ".mail", "x"]]]
        #expect(try Policy.holds(statement, on: ["lists": ["one": ["to": [["mail": "y"], ["mail": "x"]]]]]))
        #expect(
            try !Policy.holds(
                statement, on: ["lists": [["to": [["mail": "x"]]], ["to": [["mail": "y"]]]]]))
    }
}
