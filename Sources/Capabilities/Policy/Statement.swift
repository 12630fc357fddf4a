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
        // Equal by Unicode's rules is a first sieve; the bytes decide.
        guard let found = Operator(rawValue: text), found.rawValue.utf8.elementsEqual(text.utf8) else { return nil }
        self = found
    }
}
