internal import Capabilities
internal import IPLD

/// Policies: the input is a policy and arguments, one DAG-CBOR item after the other.
///
/// That an evaluation ends within its cost is for libFuzzer's `-timeout` to see.
enum PolicyTarget {
    static func check(_ input: [UInt8]) {
        guard let (first, arguments) = items(input), let policy = try? Policy(first) else { return }
        require(policy.value == first, "a policy is kept as it stood")
        require(try Policy(policy.value) == policy, "a policy reads again as itself")
        let whole = answer(policy, on: arguments)
        require(answer(policy, on: arguments) == whole, "the same question has the same answer")
        checkParts(policy, on: arguments, whole: whole)
    }

    /// A policy is the conjunction of its statements: one more can only take away.
    private static func checkParts(_ policy: Policy, on arguments: Value, whole: Answer) {
        let statements = policy.value.listValue ?? []
        guard statements.count <= 16 else { return }
        let parts = statements.map { statement in
            (try? Policy(.list([statement]))).map { answer($0, on: arguments) }
        }
        require(!parts.contains(nil), "every statement of a policy is a policy")
        switch whole {
        case .allowed: require(parts.allSatisfy { $0 == .allowed }, "what a policy allows its parts allow")
        case .refused: require(parts.contains(.refused), "what a policy refuses one of its parts refuses")
        case .tooCostly: break
        }
    }

    private enum Answer { case allowed, refused, tooCostly }

    private static func answer(_ policy: Policy, on arguments: Value) -> Answer {
        do {
            return try policy.allows(arguments) ? .allowed : .refused
        } catch {
            require(error == .limitExceeded, "an evaluation fails for its cost alone")
            return .tooCostly
        }
    }

    /// The two items that fill the input.
    private static func items(_ input: [UInt8]) -> (Value, Value)? {
        do throws(IPLDError) {
            _ = try DagCBOR.decode(input)
        } catch {
            guard case .trailingBytes(let end) = error, let first = try? DagCBOR.decode(input[..<end]),
                let second = try? DagCBOR.decode(input[end...])
            else { return nil }
            return (first, second)
        }
        return nil
    }
}
