import IPLD

/// Reads the statements of one policy, and counts them.
struct StatementParser {
    /// How deep statements may be nested; one in the outermost list has depth 1. Evaluation recurses no deeper.
    static let maxDepth = 32
    /// How many statements a policy may hold, at all depths together.
    static let maxStatements = 1_000

    private var count = 0

    init() {}

    /// The statements of a list, each at `depth`.
    mutating func statements(_ list: [Value], depth: Int) throws(PolicyError) -> [Statement] {
        var statements: [Statement] = []
        statements.reserveCapacity(min(list.count, Self.maxStatements))
        for value in list { statements.append(try statement(value, depth: depth)) }
        return statements
    }

    private mutating func statement(_ value: Value, depth: Int) throws(PolicyError) -> Statement {
        count += 1
        guard count <= Self.maxStatements, depth <= Self.maxDepth else { throw .limitExceeded }
        guard case .list(let parts) = value, let word = parts.first?.stringValue, let op = Operator(word) else {
            throw .malformed
        }
        guard op.isConnective else {
            guard parts.count == 3, let text = parts[1].stringValue else { throw .malformed }
            return try selecting(op, try Selector(text), parts[2], depth: depth)
        }
        guard parts.count == 2 else { throw .malformed }
        return try connecting(op, parts[1], depth: depth)
    }

    /// `[operator, argument]`
    private mutating func connecting(
        _ op: Operator, _ argument: Value, depth: Int
    ) throws(PolicyError) -> Statement {
        if op == .not { return .not(try statement(argument, depth: depth + 1)) }
        guard case .list(let list) = argument else { throw .malformed }
        let inner = try statements(list, depth: depth + 1)
        return op == .and ? .and(inner) : .or(inner)
    }

    /// `[operator, selector, argument]`
    private mutating func selecting(
        _ op: Operator, _ selector: Selector, _ argument: Value, depth: Int
    ) throws(PolicyError) -> Statement {
        switch op {
        case .equal: return .equal(selector, argument)
        case .unequal: return .unequal(selector, argument)
        case .less: return .compare(.less, selector, try number(argument))
        case .lessOrEqual: return .compare(.lessOrEqual, selector, try number(argument))
        case .greater: return .compare(.greater, selector, try number(argument))
        case .greaterOrEqual: return .compare(.greaterOrEqual, selector, try number(argument))
        case .like:
            guard case .string(let pattern) = argument else { throw .malformed }
            return .like(selector, Glob(pattern))
        case .all: return .all(selector, try statement(argument, depth: depth + 1))
        case .any: return .any(selector, try statement(argument, depth: depth + 1))
        case .and, .or, .not: throw .malformed
        }
    }

    private func number(_ value: Value) throws(PolicyError) -> Number {
        guard let number = Number(value) else { throw .malformed }
        return number
    }
}
