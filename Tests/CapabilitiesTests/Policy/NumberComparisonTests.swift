import IPLD
import Testing

@testable import Capabilities

struct NumberComparisonTests {
    static let orders: [(Number, Number, Order)] = [
        (.int(1), .int(2), .less), (.int(2), .int(2), .equal), (.int(.min), .int(.max), .less),
        (.float(1.5), .float(2.5), .less), (.float(0), .float(-0.0), .equal), (.int(0), .float(-0.0), .equal),
        (.int(1), .float(1), .equal), (.int(1), .float(1.5), .less), (.int(2), .float(1.5), .greater),
        (.int(-1), .float(-1.5), .greater), (.int(-2), .float(-1.5), .less), (.int(0), .float(0.5), .less),
        (.int(0), .float(-0.5), .greater), (.int(0), .float(.leastNonzeroMagnitude), .less),
        // 2^53 and the integers around it.
        (.int(9_007_199_254_740_992), .float(0x1p53), .equal), (.int(9_007_199_254_740_993), .float(0x1p53), .greater),
        (.int(9_007_199_254_740_991), .float(0x1p53), .less), (.int(-9_007_199_254_740_993), .float(-0x1p53), .less),
        // The ends of 64 bits.
        (.int(.max), .float(0x1p63), .less), (.int(.max - 511), .float(0x1p63), .less),
        (.int(.max - 1_023), .float(0x1p63 - 1_024), .equal), (.int(.max), .float(0x1p63 - 1_024), .greater),
        (.int(.min), .float(-0x1p63), .equal), (.int(.min + 1), .float(-0x1p63), .greater),
        (.int(.min), .float(-0x1.0000000000001p63), .greater), (.int(.max), .float(1e300), .less),
        (.int(.min), .float(-1e300), .greater),
    ]

    @Test(arguments: orders)
    func `numbers are ordered by their exact value`(left: Number, right: Number, order: Order) {
        #expect(left.order(to: right) == order)
        #expect(right.order(to: left) == order.reversed)
    }

    @Test(arguments: orders)
    func `equality and inequalities agree with the order`(left: Number, right: Number, order: Order) throws {
        let arguments: Value = ["a": value(left)]
        let bound = value(right)
        #expect(try Policy.holds(["==", ".a", bound], on: arguments) == (order == .equal))
        #expect(try Policy.holds(["!=", ".a", bound], on: arguments) == (order != .equal))
        #expect(try Policy.holds(["<", ".a", bound], on: arguments) == (order == .less))
        #expect(try Policy.holds(["<=", ".a", bound], on: arguments) == (order != .greater))
        #expect(try Policy.holds([">", ".a", bound], on: arguments) == (order == .greater))
        #expect(try Policy.holds([">=", ".a", bound], on: arguments) == (order != .less))
    }

    @Test(
        arguments: [.null, "1", true, false, [1], ["a": 1], .bytes([1]), .float(.nan), .float(-.infinity)] as [Value])
    func `what is no number satisfies no inequality`(found: Value) throws {
        for word in ["<", "<=", ">", ">="] {
            #expect(try !Policy.holds([.string(word), ".a", 0], on: ["a": found]))
            #expect(try !Policy.holds([.string(word), ".a", .float(0.5)], on: ["a": found]))
        }
    }

    private func value(_ number: Number) -> Value {
        switch number {
        case .int(let int): .int(int)
        case .float(let float): .float(float)
        }
    }
}
