/// Reads a map of fixed shape field by field, and refuses it where anything is left over.
///
/// Each field can be read once: a second read finds it missing. Field names are those of our schemas and appear in
/// errors; unknown keys come from the input and are only counted.
public struct MapReader {
    /// The entries that have not been read.
    private var rest: Map

    /// A reader of all entries of `map`.
    public init(_ map: Map) { rest = map }

    /// Throws `unknownFields` unless every entry has been read.
    public func finish() throws(IPLDError) {
        guard rest.isEmpty else { throw .unknownFields(count: rest.count) }
    }

    // MARK: Required fields: `missingField` where absent, `wrongKind` where null or of another kind

    /// Takes a required field of any kind, null included.
    public mutating func value(_ key: String) throws(IPLDError) -> Value { try required(key) { $0 } }
    /// Takes a required string.
    public mutating func string(_ key: String) throws(IPLDError) -> String { try required(key, \.stringValue) }
    /// Takes a required integer.
    public mutating func int(_ key: String) throws(IPLDError) -> Int64 { try required(key, \.intValue) }
    /// Takes a required boolean.
    public mutating func bool(_ key: String) throws(IPLDError) -> Bool { try required(key, \.boolValue) }
    /// Takes required bytes.
    public mutating func bytes(_ key: String) throws(IPLDError) -> [UInt8] { try required(key, \.bytesValue) }
    /// Takes a required list.
    public mutating func list(_ key: String) throws(IPLDError) -> [Value] { try required(key, \.listValue) }
    /// Takes a required map.
    public mutating func map(_ key: String) throws(IPLDError) -> Map { try required(key, \.mapValue) }
    /// Takes a required link.
    public mutating func link(_ key: String) throws(IPLDError) -> CID { try required(key, \.linkValue) }

    // MARK: Optional fields: `nil` where absent, `wrongKind` where null or of another kind

    /// Takes an optional field of any kind but null.
    public mutating func optionalValue(_ key: String) throws(IPLDError) -> Value? {
        try optional(key) { $0.isNull ? nil : $0 }
    }
    /// Takes an optional string.
    public mutating func optionalString(_ key: String) throws(IPLDError) -> String? { try optional(key, \.stringValue) }
    /// Takes an optional integer.
    public mutating func optionalInt(_ key: String) throws(IPLDError) -> Int64? { try optional(key, \.intValue) }
    /// Takes an optional boolean.
    public mutating func optionalBool(_ key: String) throws(IPLDError) -> Bool? { try optional(key, \.boolValue) }
    /// Takes optional bytes.
    public mutating func optionalBytes(_ key: String) throws(IPLDError) -> [UInt8]? { try optional(key, \.bytesValue) }
    /// Takes an optional list.
    public mutating func optionalList(_ key: String) throws(IPLDError) -> [Value]? { try optional(key, \.listValue) }
    /// Takes an optional map.
    public mutating func optionalMap(_ key: String) throws(IPLDError) -> Map? { try optional(key, \.mapValue) }
    /// Takes an optional link.
    public mutating func optionalLink(_ key: String) throws(IPLDError) -> CID? { try optional(key, \.linkValue) }

    // MARK: Nullable fields: `nil` where null, `missingField` where absent, `wrongKind` where of another kind

    /// Takes a string or null.
    public mutating func nullableString(_ key: String) throws(IPLDError) -> String? { try nullable(key, \.stringValue) }
    /// Takes an integer or null.
    public mutating func nullableInt(_ key: String) throws(IPLDError) -> Int64? { try nullable(key, \.intValue) }
    /// Takes bytes or null.
    public mutating func nullableBytes(_ key: String) throws(IPLDError) -> [UInt8]? { try nullable(key, \.bytesValue) }
    /// Takes a link or null.
    public mutating func nullableLink(_ key: String) throws(IPLDError) -> CID? { try nullable(key, \.linkValue) }

    // MARK: -

    private mutating func required<Kind>(_ key: String, _ kind: (Value) -> Kind?) throws(IPLDError) -> Kind {
        guard let found = try optional(key, kind) else { throw .missingField(key) }
        return found
    }

    private mutating func nullable<Kind>(_ key: String, _ kind: (Value) -> Kind?) throws(IPLDError) -> Kind? {
        if case .null? = rest[key] {
            rest[key] = nil
            return nil
        }
        return try required(key, kind)
    }

    private mutating func optional<Kind>(_ key: String, _ kind: (Value) -> Kind?) throws(IPLDError) -> Kind? {
        guard let value = rest[key] else { return nil }
        guard let found = kind(value) else { throw .wrongKind(field: key) }
        rest[key] = nil
        return found
    }
}
