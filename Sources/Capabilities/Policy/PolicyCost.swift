/// What deciding a policy has cost so far.
///
/// One unit is a statement visited, a segment resolved, an element compared or copied, a byte looked at by `like`, or
/// a block of bytes compared whole. Nested quantifiers multiply, so the size of policy and arguments alone bounds
/// nothing that is useful.
struct PolicyCost: Sendable {
    /// What one evaluation may cost.
    static let maximum = 100_000
    /// How many bytes compared or copied in one go cost one unit.
    private static let block = 16

    private(set) var spent = 0

    init() {}

    /// - Throws: `limitExceeded` where the total would be more than the maximum.
    mutating func spend(_ units: Int) throws(PolicyError) {
        guard units <= Self.maximum - spent else { throw .limitExceeded }
        spent += units
    }

    /// Spends for bytes that are compared or copied in one go.
    mutating func spend(bytes count: Int) throws(PolicyError) {
        try spend(count / Self.block)
    }
}
