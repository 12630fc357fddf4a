extension DagCBOR {
    /// How many items one encoded item has, itself, keys and elements included, counted without memory for them; more
    /// than `limit` where there are more, then not all are looked at.
    ///
    /// For bytes of others: a value takes many times the memory of its encoding. It counts, and checks no more than it
    /// must for that: what is counted still has to be decoded. Throws the `IPLDError` that names the first fault seen.
    public static func itemCount(_ bytes: [UInt8], limit: Int) throws(IPLDError) -> Int {
        var reader = CBORReader(bytes[...])
        var (count, due) = (0, 1)
        while due > 0, count <= limit {
            due += try reader.skipHead() - 1
            count += 1
        }
        return count
    }
}

extension CBORReader {
    /// Moves behind one item, but not behind what stands in it, and gives how many items that is.
    mutating func skipHead() throws(IPLDError) -> Int {
        let start = position
        let first = try byte()
        let (major, info) = (first >> 5, first & 0x1F)
        if major == CBOR.simple {
            _ = try simple(first, at: start)
            return 0
        }
        let argument = try argument(major, info, at: start)
        switch major {
        case CBOR.byteString, CBOR.textString:
            _ = try content(argument)
            return 0
        case CBOR.array: return try count(argument, bytesEach: 1)
        case CBOR.map: return 2 * (try count(argument, bytesEach: 2))
        case CBOR.tag: return 1
        default: return 0
        }
    }
}
