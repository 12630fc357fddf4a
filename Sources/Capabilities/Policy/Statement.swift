import IPLD

/// One predicate of a policy.
///
/// Source: UCAN Delegation 1.0, "Policy".
indirect enum Statement: Sendable, Equatable {
    case equal(Selector, Value)
    case unequal(Selector, Value)
    case compare(Inequality, Selector, Number)
    case like(Selector, Glob)
    case and([Statement])
    case or([Statement])
    case not(Statement)
    case all(Selector, Statement)
    case any(Selector, Statement)
}

/// The word a statement begins with.
enum Operator: String, CaseIterable {
    case equal = "=="
    case unequal = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case like, and, or, not, all, any

    /// Whether it takes statements alone, without a selector.
    var isConnective: Bool {
        switch self {
        case .and, .or, .not: true
        default: false
        }
    }

    /// The operator written so, byte for byte.
    init?(_ text: String) {
        guard let word = Operator.word(text), let found = Operator.words.first(where: { $0.word == word }) else {
            return nil
        }
        self = found.op
    }

    /// All operators by their bytes: each has one to four.
    private static let words = Operator.allCases.compactMap { op in word(op.rawValue).map { (word: $0, op: op) } }

    /// The bytes of a short text as one number; `nil` for one that is empty, has more than four, or holds a zero.
    private static func word(_ text: String) -> UInt32? {
        let bytes = text.utf8Span.span
        guard (1...4).contains(bytes.count) else { return nil }
        var word: UInt32 = 0
        for index in bytes.indices {
            guard bytes[index] != 0 else { return nil }
            word = word << 8 | UInt32(bytes[index])
        }
        return word
    }
}
