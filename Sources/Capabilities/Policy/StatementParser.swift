import IPLD

/// Reads the statements of one policy, and counts them.
struct StatementParser {
    /// How deep statements may be nested; one in the outermost list has depth 1. Evaluation recurses no deeper.
    static let maxDepth = 32
    /// How many statements a policy may hold, at all depths together.
    static let maxStatements = 1_000

    private var count = 0

    init() {}

    /// Reads a list of statements, each at `depth`.
    mutating func statements(_ reader: inout CBORReader, depth: Int) throws(PolicyError) -> [Statement] {
        let count = try reader.policyListCount()
        var statements: [Statement] = []
        statements.reserveCapacity(min(count, Self.maxStatements))
        for _ in 0..<count { statements.append(try statement(&reader, depth: depth)) }
        return statements
    }

    private mutating func statement(_ reader: inout CBORReader, depth: Int) throws(PolicyError) -> Statement {
        count += 1
        guard count <= Self.maxStatements, depth <= Self.maxDepth else { throw .limitExceeded }
        let parts = try reader.policyListCount()
        guard parts == 2 || parts == 3, let op = Operator(utf8: try reader.policyText()),
            parts == (op.isConnective ? 2 : 3)
        else { throw .malformed }
        switch op {
        // `[operator, statements]`
        case .not: return .not(try statement(&reader, depth: depth + 1))
        case .and: return .and(try statements(&reader, depth: depth + 1))
        case .or: return .or(try statements(&reader, depth: depth + 1))
        // `[operator, selector, argument]`
        default: return try selecting(op, try Selector(utf8: reader.policyText()), &reader, depth: depth)
        }
    }

    private mutating func selecting(
        _ op: Operator, _ selector: Selector, _ reader: inout CBORReader, depth: Int
    ) throws(PolicyError) -> Statement {
        switch op {
        case .equal: return .equal(selector, try reader.policyValue())
        case .unequal: return .unequal(selector, try reader.policyValue())
        case .less: return .compare(.less, selector, try number(&reader))
        case .lessOrEqual: return .compare(.lessOrEqual, selector, try number(&reader))
        case .greater: return .compare(.greater, selector, try number(&reader))
        case .greaterOrEqual: return .compare(.greaterOrEqual, selector, try number(&reader))
        case .like:
            guard case .string(let pattern) = try reader.policyValue() else { throw .malformed }
            return .like(selector, Glob(pattern))
        case .all: return .all(selector, try statement(&reader, depth: depth + 1))
        case .any: return .any(selector, try statement(&reader, depth: depth + 1))
        case .and, .or, .not: throw .malformed
        }
    }

    private func number(_ reader: inout CBORReader) throws(PolicyError) -> Number {
        guard let number = Number(try reader.policyValue()) else { throw .malformed }
        return number
    }
}

/// What a policy is made of. Anything else in its place makes the policy malformed.
extension CBORReader {
    fileprivate mutating func policyListCount() throws(PolicyError) -> Int {
        do { return try listCount() } catch { throw .malformed }
    }

    fileprivate mutating func policyText() throws(PolicyError) -> ArraySlice<UInt8> {
        do { return try unvalidatedText() } catch { throw .malformed }
    }

    fileprivate mutating func policyValue() throws(PolicyError) -> Value {
        do { return try value() } catch { throw .malformed }
    }
}
