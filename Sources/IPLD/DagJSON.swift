/// DAG-JSON: the text form of values, for people's files and for HTTP bodies.
///
/// Links are written `{"/": "bafy…"}`, bytes `{"/": {"bytes": "…"}}` in base64 without padding. Every other map that
/// has a key "/" with a string, or with a map that has a string under "bytes", is refused in both directions, wherever
/// the keys stand: readers disagree about which of those forms are reserved.
///
/// Source: DAG-JSON specification; RFC 8259.
public enum DagJSON {
    /// The text of a value: canonical, without white space and with keys in byte order; or indented, for people.
    ///
    /// Throws `notFinite` for NaN and infinities, `reservedKey` for a map that would be read as something else, and
    /// `tooDeep` beyond `DagCBOR.maxDepth`.
    public static func encode(_ value: Value, pretty: Bool = false) throws(IPLDError) -> String {
        var writer = JSONWriter(pretty: pretty)
        try writer.write(value, depth: 0)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// The value of one JSON text in UTF-8.
    ///
    /// White space and any order of keys are accepted, unless `strict`: then the bytes have to be those that `encode`
    /// gives, or `notCanonical` is thrown. Otherwise throws the `IPLDError` that names the first fault: duplicate keys,
    /// integers outside `Int64`, floats that overflow, lone surrogates, invalid UTF-8, malformed links or bytes, other
    /// uses of the reserved key "/", nesting deeper than `maxDepth`, anything after the text.
    ///
    /// A number without ".", "e" and "E" is an integer, and -0 is 0; any other number is a float.
    public static func decode(
        _ bytes: [UInt8], maxDepth: Int = DagCBOR.maxDepth, strict: Bool = false
    ) throws(IPLDError) -> Value {
        var reader = JSONReader(bytes, maxDepth: maxDepth)
        let value = try reader.document()
        if strict { try check(bytes, isCanonicalFor: value) }
        return value
    }

    /// The value of one JSON text; as `decode` of its bytes.
    public static func decode(
        _ text: String, maxDepth: Int = DagCBOR.maxDepth, strict: Bool = false
    ) throws(IPLDError) -> Value {
        try decode(Array(text.utf8), maxDepth: maxDepth, strict: strict)
    }

    private static func check(_ bytes: [UInt8], isCanonicalFor value: Value) throws(IPLDError) {
        let canonical = Array(try encode(value).utf8)
        guard bytes != canonical else { return }
        let common = zip(bytes, canonical).prefix { $0 == $1 }.count
        throw .notCanonical(at: common)
    }

    /// The key of the reserved namespace.
    static let reservedKey = "/"
    /// The key under which bytes stand inside the reserved namespace.
    static let bytesKey = "bytes"

    /// Whether a map has the shape of a link or of bytes, perhaps with more keys beside.
    static func isReserved(_ map: Map) -> Bool {
        switch map[reservedKey] {
        case .string: true
        case .map(let inner): inner[bytesKey]?.stringValue != nil
        default: false
        }
    }
}
