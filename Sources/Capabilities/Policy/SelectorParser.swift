/// Reads the text of one selector.
///
/// A dot, then segments: `name`, `["any key"]`, `[]`, `[index]`, `[from:to]`, each with a dot before it, or without
/// one before a bracket, and with any number of `?` behind it. A dotted name is an identifier of jq; any other key
/// takes the quoted form, a JSON string. Integers have one spelling.
struct SelectorParser {
    /// How long a selector may be.
    static let maxBytes = 1_024
    /// How many segments a selector may have.
    static let maxSegments = 64

    private let text: [UInt8]
    private var index = 0

    init(_ text: ArraySlice<UInt8>) throws(PolicyError) {
        guard text.count <= Self.maxBytes else { throw .limitExceeded }
        self.text = Array(text)
    }

    /// All segments: none for the identity.
    mutating func segments() throws(PolicyError) -> [Selector.Segment] {
        guard text.first == UInt8(ascii: "."), !hasDoubleDot else { throw .malformed }
        // The identity cannot fail, so that optional or not it is the same.
        if text.dropFirst().allSatisfy({ $0 == UInt8(ascii: "?") }) { return [] }
        var segments: [Selector.Segment] = []
        while index < text.count {
            guard segments.count < Self.maxSegments else { throw .limitExceeded }
            let step = try step()
            var isOptional = false
            while take("?") { isOptional = true }
            segments.append(Selector.Segment(step: step, isOptional: isOptional))
        }
        return segments
    }

    /// Two dots in a row are refused inside a quoted key as well: the specification has them nowhere in a selector.
    /// Such a key is written with an escape.
    private var hasDoubleDot: Bool {
        zip(text, text.dropFirst()).contains { $0 == UInt8(ascii: ".") && $1 == UInt8(ascii: ".") }
    }

    private mutating func step() throws(PolicyError) -> Selector.Step {
        let isDotted = take(".")
        if take("[") { return try bracket() }
        guard isDotted, let name = identifier() else { throw .malformed }
        return .field(name)
    }

    private mutating func identifier() -> String? {
        let start = index
        while index < text.count, text[index].isIdentifier(first: index == start) { index += 1 }
        return start < index ? String(decoding: text[start..<index], as: UTF8.self) : nil
    }

    /// What follows an opening bracket, with the closing one.
    private mutating func bracket() throws(PolicyError) -> Selector.Step {
        let step: Selector.Step
        if take("\"") {
            var string = QuotedKeyParser(text: text, index: index)
            step = .field(try string.key())
            index = string.index
        } else {
            step = try numbers()
        }
        guard take("]") else { throw .malformed }
        return step
    }

    private mutating func numbers() throws(PolicyError) -> Selector.Step {
        let from = try integer()
        guard take(":") else { return from.map(Selector.Step.index) ?? .values }
        let to = try integer()
        guard from != nil || to != nil else { throw .malformed }
        return .slice(from: from, to: to)
    }

    /// An integer in its one spelling; `nil` where none begins here.
    private mutating func integer() throws(PolicyError) -> Int64? {
        let start = index
        let isNegative = take("-")
        let digits = index
        while index < text.count, text[index].isDigit { index += 1 }
        guard index > start else { return nil }
        let isZero = index > digits && text[digits] == UInt8(ascii: "0")
        guard !isZero || (index == digits + 1 && !isNegative),
            let integer = Int64(String(decoding: text[start..<index], as: UTF8.self))
        else { throw .malformed }
        return integer
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard index < text.count, text[index] == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }

    fileprivate func isIdentifier(first: Bool) -> Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
        default: isDigit && !first
        }
    }
}
