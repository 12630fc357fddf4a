import IPLD
import TestSupport

@testable import Capabilities

extension Policy {
    /// Whether a policy of this one statement allows the arguments.
    static func holds(_ statement: Value, on arguments: Value) throws -> Bool {
        try Policy([statement]).allows(arguments)
    }
}

extension SeededGenerator {
    /// One of these, or `fallback` where there are none.
    mutating func pick<Element>(_ choices: [Element], or fallback: Element) -> Element {
        choices.randomElement(using: &self) ?? fallback
    }
}

/// Values and policies of few names and small numbers, so that they often have to do with each other.
extension SeededGenerator {
    static let selectors = [
        ".", ".a", ".b", ".c", ".a.b", ".a.b?", ".a[0]", ".b[-1]?", ".c[]", ".a[1:]", ".[\"c\"][:1]", ".b[]?",
    ]

    mutating func value(depth: Int) -> Value {
        switch Int.random(in: 0...(depth > 0 ? 8 : 6), using: &self) {
        case 0: .null
        case 1: .bool(.random(using: &self))
        case 2, 3: .int(.random(in: 0...2, using: &self))
        case 4: .float(pick([0, 0.5, 1, 2], or: 0))
        case 5: .string(pick(["", "a", "ab", "ba"], or: ""))
        case 6: .bytes([UInt8](repeating: 1, count: .random(in: 0...2, using: &self)))
        case 7: .list((0..<Int.random(in: 0...3, using: &self)).map { _ in value(depth: depth - 1) })
        default: map(depth: depth)
        }
    }

    mutating func map(depth: Int) -> Value {
        var map = Map()
        for key in ["a", "b", "c"] where Bool.random(using: &self) { map[key] = value(depth: depth - 1) }
        return .map(map)
    }

    mutating func statement(depth: Int) -> Value {
        let selector = Value.string(pick(Self.selectors, or: "."))
        switch Int.random(in: 0...(depth > 0 ? 8 : 3), using: &self) {
        case 0: return ["==", selector, value(depth: 1)]
        case 1: return ["!=", selector, value(depth: 1)]
        case 2:
            let word = Value.string(pick(["<", "<=", ">", ">="], or: "<"))
            return [word, selector, .int(.random(in: 0...2, using: &self))]
        case 3: return ["like", selector, .string(pick(["*", "a*", "*a", "\\*"], or: "*"))]
        case 4, 5:
            let inner = (0..<Int.random(in: 0...2, using: &self)).map { _ in statement(depth: depth - 1) }
            return [pick(["and", "or"], or: "and"), .list(inner)]
        case 6: return ["not", statement(depth: depth - 1)]
        default: return [pick(["all", "any"], or: "all"), selector, statement(depth: depth - 1)]
        }
    }

    /// At most `most` statements.
    mutating func statements(atMost most: Int = 2) -> [Value] {
        (0..<Int.random(in: 0...most, using: &self)).map { _ in statement(depth: 3) }
    }
}
