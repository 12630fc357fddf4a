import IPLD

/// Decides statements on values. It recurses as deep as the statements nest, which their parser bounds.
struct PolicyEvaluation {
    private(set) var cost = PolicyCost()

    init() {}

    /// Whether a statement holds on a value.
    ///
    /// A statement whose selector does not resolve is false, `!=` as well: there is nothing there to be unequal.
    mutating func holds(_ statement: Statement, on value: Value) throws(PolicyError) -> Bool {
        try cost.spend(1)
        switch statement {
        case .equal(let selector, let expected):
            guard let found = try selector.resolve(value, cost: &cost) else { return false }
            return try equal(found, expected)
        case .unequal(let selector, let expected):
            guard let found = try selector.resolve(value, cost: &cost) else { return false }
            return try !equal(found, expected)
        case .compare(let inequality, let selector, let bound):
            guard let found = try selector.resolve(value, cost: &cost), let number = Number(found) else {
                return false
            }
            return inequality.holds(for: number.order(to: bound))
        case .like(let selector, let glob):
            guard case .string(let text)? = try selector.resolve(value, cost: &cost) else { return false }
            return try glob.matches(text, cost: &cost)
        case .and(let statements):
            for inner in statements where try !holds(inner, on: value) { return false }
            return true
        case .or(let statements):
            for inner in statements where try holds(inner, on: value) { return true }
            // The specification: an empty `or` is true.
            return statements.isEmpty
        case .not(let inner):
            return try !holds(inner, on: value)
        case .all(let selector, let inner):
            guard let elements = try elements(selector, of: value) else { return false }
            for element in elements where try !holds(inner, on: element) { return false }
            return true
        case .any(let selector, let inner):
            guard let elements = try elements(selector, of: value) else { return false }
            for element in elements where try holds(inner, on: element) { return true }
            return false
        }
    }

    /// What a quantifier goes over; `nil` where the selector does not resolve to a list or a map.
    private mutating func elements(_ selector: Selector, of value: Value) throws(PolicyError) -> [Value]? {
        switch try selector.resolve(value, cost: &cost) {
        case .list(let list): return list
        case .map(let map):
            try cost.spend(map.count)
            return map.values
        default: return nil
        }
    }

    /// Whether two values are equal all the way down, numbers by value.
    ///
    /// A stack of pairs instead of recursion: how deep the values nest is not for this code to rely on.
    private mutating func equal(_ left: Value, _ right: Value) throws(PolicyError) -> Bool {
        try cost.spend(1)
        guard left.isCollection else { return try equal(scalar: left, right) }
        var pending = [(left, right)]
        while let pair = pending.popLast() {
            switch pair {
            case (.list(let left), .list(let right)):
                guard left.count == right.count else { return false }
                try cost.spend(left.count)
                pending.append(contentsOf: zip(left, right))
            case (.map(let left), .map(let right)):
                guard left.count == right.count else { return false }
                try cost.spend(left.count)
                for (a, b) in zip(left.entries, right.entries) {
                    guard try equal(a.key, b.key) else { return false }
                    pending.append((a.value, b.value))
                }
            case (let left, let right):
                guard try equal(scalar: left, right) else { return false }
            }
        }
        return true
    }

    private mutating func equal(scalar left: Value, _ right: Value) throws(PolicyError) -> Bool {
        switch (left, right) {
        case (.null, .null): return true
        case (.bool(let left), .bool(let right)): return left == right
        case (.string(let left), .string(let right)): return try equal(left, right)
        case (.bytes(let left), .bytes(let right)):
            guard left.count == right.count else { return false }
            try cost.spend(bytes: left.count)
            return left == right
        case (.link(let left), .link(let right)): return left == right
        default:
            guard let left = Number(left), let right = Number(right) else { return false }
            return left.order(to: right) == .equal
        }
    }

    private mutating func equal(_ left: String, _ right: String) throws(PolicyError) -> Bool {
        guard left.utf8.count == right.utf8.count else { return false }
        try cost.spend(bytes: left.utf8.count)
        return left.hasSameBytes(as: right)
    }
}

extension Value {
    /// Whether there are values inside this one.
    fileprivate var isCollection: Bool {
        switch self {
        case .list, .map: true
        default: false
        }
    }
}
