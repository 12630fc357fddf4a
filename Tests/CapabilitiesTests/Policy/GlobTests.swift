import IPLD
import TestSupport
import Testing

@testable import Capabilities

struct GlobTests {
    private func matches(_ pattern: String, _ text: String) throws -> Bool {
        try Policy.holds(["like", ".", .string(pattern)], on: .string(text))
    }

    @Test(
        arguments: [
            ("", ""), ("a", "a"), ("*", ""), ("*", "anything"), ("**", ""), ("***", "a"), ("a*", "a"), ("a*", "abc"),
            ("*a", "a"), ("*a", "ba"), ("a*b", "ab"), ("a*b", "axxb"), ("a**b", "ab"), ("*a*", "xay"), ("*ab*", "aab"),
            ("*aab*", "aaab"), ("*abab*c", "abacababxc"), ("a*b*c", "abbc"), ("*@example.com", "@example.com"),
            ("*.a.*", "x.a.a.y"), ("*😀*", "a😀b"), ("*", "\n"), ("a*c", "a\nc"), ("*a*a*a*", "aaa"), ("a*a", "aa"),
        ])
    func `a star matches any run of characters`(pattern: String, text: String) throws {
        #expect(try matches(pattern, text))
    }

    @Test(
        arguments: [
            ("", "a"), ("a", ""), ("a", "A"), ("a", "ab"), ("a", "ba"), ("a*", "ba"), ("*a", "ab"), ("a*a", "a"),
            ("ab*ba", "aba"), ("a*b*c", "acb"), ("*a*a*a*", "aa"), ("*ab*", "a b"), ("?", "a"), ("[a]", "a"),
            (".", "a"),
            ("a*b*b", "ab"), ("*abc*", "ababab"), (" a", "a"), ("a*", ""), ("*aa*a", "aa"),
            // What remains matched after a mismatch has to be found in two steps.
            ("*aaabaaacx*", "aaabaaacabaaacx"),
        ])
    func `everything but a star stands for itself`(pattern: String, text: String) throws {
        #expect(try !matches(pattern, text))
    }

    @Test(
        arguments: [
            (#"\*"#, "*", true), (#"\*"#, "a", false), (#"\*"#, #"\*"#, false), (#"a\*b"#, "a*b", true),
            (#"a\*b"#, "axb", false), (#"\**"#, "*abc", true), (#"\**"#, "abc", false), (#"*\*"#, "abc*", true),
            (#"*\**"#, "a*b", true), (#"*\**"#, "ab", false), (#"\"#, #"\"#, true), (#"\\"#, #"\\"#, true),
            (#"\\"#, #"\"#, false), (#"\a"#, #"\a"#, true), (#"\a"#, "a", false), (#"a\"#, #"a\"#, true),
            (#"\\*"#, #"\*"#, true), (#"\\*"#, #"\abc"#, false), (#"\\*"#, #"\\"#, false),
        ])
    func `a backslash is literal except before a star`(pattern: String, text: String, holds: Bool) throws {
        #expect(try matches(pattern, text) == holds)
    }

    @Test func `pattern and text are compared by their bytes`() throws {
        #expect(try !matches("\u{E9}", "e\u{301}"))
        #expect(try !matches("e", "e\u{301}"))
        #expect(try matches("e*", "e\u{301}"))
        #expect(try !matches("\u{212A}", "K"))
    }

    @Test(arguments: [.null, 1, true, ["a"], ["a": "a"], .bytes([0x61]), .float(1)] as [Value])
    func `what is no string is like nothing`(found: Value) throws {
        #expect(try !Policy.holds(["like", ".a", "*"], on: ["a": found]))
    }

    /// By dynamic programming, in time that is the product of the lengths.
    private func reference(_ pattern: [UInt8], _ text: [UInt8]) -> Bool {
        var reachable = [true] + text.map { _ in false }
        var index = 0
        while index < pattern.count {
            let isEscaped = pattern[index] == 0x5C && index + 1 < pattern.count && pattern[index + 1] == 0x2A
            if isEscaped { index += 1 }
            var next = reachable.map { _ in false }
            if pattern[index] == 0x2A && !isEscaped {
                var seen = false
                for position in reachable.indices {
                    seen = seen || reachable[position]
                    next[position] = seen
                }
            } else {
                for position in text.indices where reachable[position] && text[position] == pattern[index] {
                    next[position + 1] = true
                }
            }
            reachable = next
            index += 1
        }
        return reachable.last ?? false
    }

    @Test func `matching agrees with a plain matcher on random patterns`() throws {
        var generator = SeededGenerator(seed: 7)
        var held = 0
        for _ in 0..<20_000 {
            let pattern = (0..<Int.random(in: 0...9, using: &generator)).map { _ in
                generator.pick(["a", "b", "*", "*", "a", "\\"], or: "a")
            }.joined()
            let text = (0..<Int.random(in: 0...12, using: &generator)).map { _ in
                generator.pick(["a", "a", "b", "a", "b", "*", "\\"], or: "a")
            }.joined()
            let expected = reference(Array(pattern.utf8), Array(text.utf8))
            held += expected ? 1 : 0
            #expect(try matches(pattern, text) == expected, "\(pattern) on \(text)")
        }
        #expect(held > 1_000)
    }

    @Test(arguments: [
        String(repeating: "a*", count: 200) + "b", "*" + String(repeating: "a", count: 200) + "b*",
        "*" + String(repeating: "a", count: 400) + "*b*", "*" + String(repeating: "ab", count: 100) + "b*",
        "*" + String(repeating: "a*", count: 400), String(repeating: "*a", count: 200) + "*c*",
    ])
    func `matching costs no more than twice the text and the pattern`(pattern: String) throws {
        for text in [String(repeating: "a", count: 10_000), String(repeating: "ab", count: 5_000)] {
            var cost = PolicyCost()
            _ = try Glob(pattern).matches(text, cost: &cost)
            #expect(cost.spent <= 2 * (text.utf8.count + pattern.utf8.count))
        }
    }

    @Test func `a text that costs too much to match is not decided`() throws {
        #expect(throws: PolicyError.limitExceeded) { try matches("*b*", String(repeating: "a", count: 100_001)) }
        #expect(try !matches("*b*", String(repeating: "a", count: 90_000)))
    }
}
