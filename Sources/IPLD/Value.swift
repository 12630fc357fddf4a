/// A value of the IPLD data model, as far as this project writes and reads it.
///
/// Integers are 64-bit signed: DAG-CBOR allows more, and what does not fit is refused on decoding (`docs/spec.md`).
/// Two values are equal when their kinds and their bytes are: strings compare as UTF-8 bytes, never by Unicode
/// equivalence, and an integer never equals a float (the policy language compares those by value itself).
///
/// Source: IPLD data model; DAG-CBOR specification, "Strictness".
public enum Value: Sendable {
    /// The absence of a value.
    case null
    /// True or false.
    case bool(Bool)
    /// An integer of 64 bits with a sign.
    case int(Int64)
    /// A finite 64-bit float: the codecs refuse NaN and infinities.
    case float(Double)
    /// Text, compared by its UTF-8 bytes.
    case string(String)
    /// Any bytes.
    case bytes([UInt8])
    /// Values in order.
    case list([Value])
    /// Values under string keys.
    case map(Map)
    /// A reference to a block.
    case link(CID)
}

extension Value: Equatable {
    /// Whether both values have the same kind and bytes; 0.0 and -0.0 differ, as their encodings do.
    public static func == (left: Value, right: Value) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let a), .bool(let b)): a == b
        case (.int(let a), .int(let b)): a == b
        case (.float(let a), .float(let b)): a.bitPattern == b.bitPattern
        case (.string(let a), .string(let b)): a.hasSameBytes(as: b)
        case (.bytes(let a), .bytes(let b)): a == b
        case (.list(let a), .list(let b)): a == b
        case (.map(let a), .map(let b)): a == b
        case (.link(let a), .link(let b)): a == b
        default: false
        }
    }
}

/// Reading a value as one kind; `nil` where it is of another.
extension Value {
    /// The boolean, or `nil`.
    public var boolValue: Bool? { if case .bool(let value) = self { value } else { nil } }
    /// The integer, or `nil`.
    public var intValue: Int64? { if case .int(let value) = self { value } else { nil } }
    /// The string, or `nil`.
    public var stringValue: String? { if case .string(let value) = self { value } else { nil } }
    /// The bytes, or `nil`.
    public var bytesValue: [UInt8]? { if case .bytes(let value) = self { value } else { nil } }
    /// The elements of the list, or `nil`.
    public var listValue: [Value]? { if case .list(let value) = self { value } else { nil } }
    /// The map, or `nil`.
    public var mapValue: Map? { if case .map(let value) = self { value } else { nil } }
    /// The link, or `nil`.
    public var linkValue: CID? { if case .link(let value) = self { value } else { nil } }
    /// Whether this is null.
    public var isNull: Bool { if case .null = self { true } else { false } }
}

extension Value: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// A string.
    public init(stringLiteral value: String) { self = .string(value) }
    /// An integer.
    public init(integerLiteral value: Int64) { self = .int(value) }
    /// A boolean.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// A list.
    public init(arrayLiteral elements: Value...) { self = .list(elements) }
    /// A map; of a key that stands twice, the last value is kept.
    public init(dictionaryLiteral elements: (String, Value)...) {
        var map = Map()
        for (key, value) in elements { map[key] = value }
        self = .map(map)
    }
}
