import IPLD

/// An integer or a finite float, compared by value: `1` and `1.0` are equal.
///
/// Source: UCAN Delegation 1.0, "Comparisons".
enum Number: Sendable, Equatable {
    case int(Int64)
    case float(Double)

    /// The number a value is; `nil` where it is none, or not finite.
    init?(_ value: Value) {
        switch value {
        case .int(let int): self = .int(int)
        case .float(let float) where float.isFinite: self = .float(float)
        default: return nil
        }
    }

    /// How this number stands to another, exactly.
    func order(to other: Number) -> Order {
        switch (self, other) {
        case (.int(let a), .int(let b)): Order(a, b)
        case (.float(let a), .float(let b)): Order(a, b)
        case (.int(let a), .float(let b)): Number.order(a, b)
        case (.float(let a), .int(let b)): Number.order(b, a).reversed
        }
    }

    /// Above 2^53 not every integer is a float, so the float is taken apart instead of the integer being rounded.
    private static func order(_ int: Int64, _ float: Double) -> Order {
        if float >= 0x1p63 { return .less }
        if float < -0x1p63 { return .greater }
        let whole = float.rounded(.towardZero)
        let order = Order(int, Int64(whole))
        return order == .equal ? Order(whole, float) : order
    }
}

/// How one number stands to another.
enum Order: Sendable, Equatable {
    case less, equal, greater

    init<Ordered: Comparable>(_ left: Ordered, _ right: Ordered) {
        self = left < right ? .less : left == right ? .equal : .greater
    }

    var reversed: Order {
        switch self {
        case .less: .greater
        case .equal: .equal
        case .greater: .less
        }
    }
}

/// A numeric inequality.
enum Inequality: Sendable, Equatable {
    case less, lessOrEqual, greater, greaterOrEqual

    /// Whether numbers that stand so to each other satisfy it.
    func holds(for order: Order) -> Bool {
        switch self {
        case .less: order == .less
        case .lessOrEqual: order != .greater
        case .greater: order == .greater
        case .greaterOrEqual: order != .less
        }
    }
}
