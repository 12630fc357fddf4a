/// DAG-CBOR: the binary form in which everything that is signed or hashed is written.
///
/// Each value has exactly one accepted encoding, so the bytes that were verified and the value that was read from them
/// cannot drift apart.
///
/// Source: DAG-CBOR specification, "Strictness"; RFC 8949, sections 3 and 4.2.
public enum DagCBOR {
    /// How deep lists and maps may nest unless the caller says otherwise; a list of numbers has depth 1.
    public static let maxDepth = 64

    /// The one encoding of a value.
    ///
    /// Throws `notFinite` for a float that is NaN or infinite, and `tooDeep` for a value that `decode` would refuse for
    /// its depth, unless the caller says otherwise.
    public static func encode(_ value: Value, maxDepth: Int = DagCBOR.maxDepth) throws(IPLDError) -> [UInt8] {
        var writer = CBORWriter(maxDepth: maxDepth)
        try writer.write(value, depth: 0)
        return writer.bytes
    }

    /// The value of exactly one encoded item.
    ///
    /// Throws the `IPLDError` that names the first fault: anything but the one canonical encoding is refused, as are
    /// integers outside `Int64` and nesting deeper than `maxDepth`. Memory is taken only for items that are there.
    public static func decode(_ bytes: [UInt8], maxDepth: Int = DagCBOR.maxDepth) throws(IPLDError) -> Value {
        try decode(bytes[...], maxDepth: maxDepth)
    }

    /// The value of exactly one encoded item that fills the slice; throws as `decode` of an array does, with positions
    /// counted from the start of the slice.
    public static func decode(_ bytes: ArraySlice<UInt8>, maxDepth: Int = DagCBOR.maxDepth) throws(IPLDError) -> Value {
        var reader = CBORReader(bytes, maxDepth: maxDepth)
        let value = try reader.value(depth: 0)
        try reader.finish()
        return value
    }
}

/// CBOR's major types and the few fixed bytes that DAG-CBOR leaves.
///
/// Source: RFC 8949, sections 3.1 and 3.3.
enum CBOR {
    static let unsigned: UInt8 = 0
    static let negative: UInt8 = 1
    static let byteString: UInt8 = 2
    static let textString: UInt8 = 3
    static let array: UInt8 = 4
    static let map: UInt8 = 5
    static let tag: UInt8 = 6
    static let simple: UInt8 = 7

    static let falseByte: UInt8 = 0xF4
    static let trueByte: UInt8 = 0xF5
    static let nullByte: UInt8 = 0xF6
    static let doubleByte: UInt8 = 0xFB
    /// The tag for links.
    static let linkTag: UInt64 = 42
    /// Stands before a CID in a link: the identity prefix of multibase, for historical reasons.
    static let identityPrefix: UInt8 = 0x00
}
