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
    init?(utf8 text: ArraySlice<UInt8>) {
        guard let word = Operator.word(text), let found = Operator.words.first(where: { $0.word == word }) else {
            return nil
        }
        self = found.op
    }

    /// All operators by their bytes: each has one to four.
    private static let words = Operator.allCases.compactMap { op in
        word(Array(op.rawValue.utf8)[...]).map { (word: $0, op: op) }
    }

    /// The bytes of a short text as one number; `nil` for one that is empty, has more than four, or holds a zero.
    private static func word(_ text: ArraySlice<UInt8>) -> UInt32? {
        guard (1...4).contains(text.count) else { return nil }
        var word: UInt32 = 0
        for byte in text {
            guard byte != 0 else { return nil }
            word = word << 8 | UInt32(byte)
        }
        return word
    }
}
