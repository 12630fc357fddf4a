public import IPLD

/// A policy that was parsed whole: every statement and selector in it is well formed, also those under `or` and `not`
/// that an evaluation might never reach.
///
/// The statements of the outermost list must all hold. A policy constrains the `args` of an invocation.
///
/// Source: UCAN Delegation 1.0, "Policy".
public struct Policy: Sendable {
    /// The policy as it stands in the delegation, kept so that encoding it again changes nothing.
    private let form: Form
    let statements: [Statement]

    /// Bytes where the policy was received, so that nothing is taken apart for those who do not ask.
    private enum Form {
        case received(CBORItem)
        case written(Value)
    }

    /// The policy as it stands in the delegation.
    public var value: Value {
        switch form {
        case .received(let item): item.value
        case .written(let value): value
        }
    }

    /// The policy without statements, which allows everything.
    public static let empty = Policy(form: .written(.list([])), statements: [])

    /// Parses a policy.
    ///
    /// - Parameter value: A list of statements, at most 1,000 in all and nested at most 32 deep.
    /// - Throws: `malformed` where anything in it is; `limitExceeded` where it is too large or nested too deep.
    public init(_ value: Value) throws(PolicyError) {
        let bytes: [UInt8]
        do { bytes = try DagCBOR.encode(value, maxDepth: Policy.maxDepth) } catch {
            if case .tooDeep = error { throw .limitExceeded }
            throw .malformed
        }
        self.init(form: .written(value), statements: try Policy.statements(bytes[...]))
    }

    /// Parses a policy that was received; throws as ``init(_:)-(Value)`` does.
    init(_ item: CBORItem) throws(PolicyError) {
        self.init(form: .received(item), statements: try Policy.statements(item.bytes))
    }

    /// As deep as statements nest, two lists each, with a value in the innermost.
    private static let maxDepth = 2 * StatementParser.maxDepth + DagCBOR.maxDepth

    private init(form: Form, statements: [Statement]) {
        self.form = form
        self.statements = statements
    }

    /// The statements of a policy in canonical DAG-CBOR.
    private static func statements(_ bytes: ArraySlice<UInt8>) throws(PolicyError) -> [Statement] {
        var reader = CBORReader(bytes)
        var parser = StatementParser()
        return try parser.statements(&reader, depth: 1)
    }

    /// A policy that allows an invocation whose list `fields` holds only these names.
    ///
    /// One name takes the same shape as several. Without any name, only an empty list is allowed: the specification
    /// holds an empty `or` for true, which would allow every field. More than 998 names make a policy beyond the
    /// limit of statements, which no reader of it will accept.
    public static func fields(_ names: [String]) -> Policy {
        let selector = Selector(text: ".fields", segments: [.init(step: .field("fields"), isOptional: false)])
        let condition: Value
        let statement: Statement
        if names.isEmpty {
            condition = .list(["not", .list(["and", .list([])])])
            statement = .not(.and([]))
        } else {
            condition = .list(["or", .list(names.map { .list(["==", ".", .string($0)]) })])
            statement = .or(names.map { .equal(.identity, .string($0)) })
        }
        return Policy(
            form: .written(.list([.list(["all", ".fields", condition])])), statements: [.all(selector, statement)])
    }

    /// Whether every statement holds on the arguments of an invocation.
    ///
    /// - Throws: `limitExceeded` where that cannot be decided within the allowed cost; nothing else.
    public func allows(_ arguments: Value) throws(PolicyError) -> Bool {
        var evaluation = PolicyEvaluation()
        return try evaluation.holds(.and(statements), on: arguments)
    }
}

extension Policy: Equatable {
    /// Two policies are equal when they stand in the delegation in the same way.
    public static func == (left: Policy, right: Policy) -> Bool { left.value == right.value }
}
