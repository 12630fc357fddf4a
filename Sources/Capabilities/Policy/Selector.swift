public import IPLD

/// A path into the arguments of an invocation.
///
/// Source: UCAN Delegation 1.0, "Selectors".
public struct Selector: Sendable, Equatable {
    /// The selector as it was written.
    public let text: String
    let segments: [Segment]

    /// One step, and whether it gives null where it would fail.
    struct Segment: Sendable, Equatable {
        let step: Step
        let isOptional: Bool
    }

    /// What one segment selects.
    enum Step: Sendable, Equatable {
        /// The value of a key; null where the map lacks it.
        case field(String)
        /// The values of a map, in the canonical order of their keys; a list stays what it is.
        case values
        /// An element of a list, or a byte as an integer; negative from the end.
        case index(Int64)
        /// A range of a list or of bytes, cut off at both ends.
        case slice(from: Int64?, to: Int64?)
    }

    /// The selector that takes the entire value.
    static let identity = Selector(text: ".", segments: [])

    /// Parses a selector of at most 1,024 bytes and 64 segments.
    ///
    /// - Throws: `malformed`; `limitExceeded` where it is longer.
    public init(_ text: String) throws(PolicyError) {
        try self.init(utf8: Array(text.utf8)[...])
    }

    /// Parses a selector from its UTF-8 bytes; throws as `init(_:)` does, and `malformed` for what is not UTF-8.
    init(utf8 bytes: ArraySlice<UInt8>) throws(PolicyError) {
        if bytes.count == 1, bytes.first == UInt8(ascii: ".") {
            self = .identity
            return
        }
        var parser = try SelectorParser(bytes)
        let segments = try parser.segments()
        guard let text = try? UTF8Span(validating: bytes.span) else { throw .malformed }
        self.init(text: String(copying: text), segments: segments)
    }

    init(text: String, segments: [Segment]) {
        self.text = text
        self.segments = segments
    }

    /// Two selectors are equal when they are written with the same bytes.
    public static func == (left: Selector, right: Selector) -> Bool { left.text.hasSameBytes(as: right.text) }

    /// The value selected from another; `nil` where there is none at that path, which is not the same as null.
    ///
    /// - Throws: `limitExceeded` where resolving costs more than one evaluation may.
    public func resolve(_ value: Value) throws(PolicyError) -> Value? {
        var cost = PolicyCost()
        return try resolve(value, cost: &cost)
    }

    func resolve(_ value: Value, cost: inout PolicyCost) throws(PolicyError) -> Value? {
        var value = value
        for segment in segments {
            try cost.spend(1)
            if let next = try segment.step.apply(to: value, cost: &cost) {
                value = next
            } else if segment.isOptional {
                value = .null
            } else {
                return nil
            }
        }
        return value
    }
}

extension Selector.Step {
    fileprivate func apply(to value: Value, cost: inout PolicyCost) throws(PolicyError) -> Value? {
        switch (self, value) {
        case (.field(let name), .map(let map)):
            try cost.spend(bytes: name.utf8.count)
            return map[name] ?? .null
        case (.values, .list): return value
        case (.values, .map(let map)):
            try cost.spend(map.count)
            return .list(map.values)
        case (.index(let index), .list(let list)):
            return Self.position(index, count: list.count).map { list[$0] }
        case (.index(let index), .bytes(let bytes)):
            return Self.position(index, count: bytes.count).map { .int(Int64(bytes[$0])) }
        case (.slice(let from, let to), .list(let list)):
            let range = Self.range(from, to, count: list.count)
            try cost.spend(range.count)
            return .list(Array(list[range]))
        case (.slice(let from, let to), .bytes(let bytes)):
            let range = Self.range(from, to, count: bytes.count)
            try cost.spend(bytes: range.count)
            return .bytes(Array(bytes[range]))
        default: return nil
        }
    }

    private static func position(_ index: Int64, count: Int) -> Int? {
        let position = index < 0 ? Int64(count) + index : index
        return position >= 0 && position < count ? Int(position) : nil
    }

    /// An end that lies before the start gives nothing, as in Python and jq.
    private static func range(_ from: Int64?, _ to: Int64?, count: Int) -> Range<Int> {
        func clamped(_ bound: Int64) -> Int { Int(bound < 0 ? max(0, Int64(count) + bound) : min(Int64(count), bound)) }
        let lower = from.map(clamped) ?? 0
        return lower..<max(lower, to.map(clamped) ?? count)
    }
}
