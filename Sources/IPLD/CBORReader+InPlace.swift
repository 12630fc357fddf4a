/// Reading item by item, for those who know what should come next. Nothing is copied that is not asked for.
extension CBORReader {
    /// Reads one item of any kind.
    ///
    /// Throws the `IPLDError` that names the first fault.
    public mutating func value() throws(IPLDError) -> Value { try value(depth: 0) }

    /// Reads one item of any kind without taking it apart. It is checked as strictly as one that is.
    public mutating func item() throws(IPLDError) -> CBORItem { try item(depth: 0) }

    /// Reads one item that stands inside `depth` lists and maps without taking it apart.
    mutating func item(depth: Int) throws(IPLDError) -> CBORItem {
        let start = index
        try skip(depth: depth)
        return CBORItem(checked: bytes[start..<index])
    }

    /// The major type of the next item; `nil` at the end.
    var nextMajor: UInt8? { index < bytes.endIndex ? bytes[index] >> 5 : nil }

    /// Moves behind a null where there is one.
    mutating func takeNull() -> Bool {
        guard index < bytes.endIndex, bytes[index] == CBOR.nullByte else { return false }
        index += 1
        return true
    }

    /// Moves behind bytes that have to come next; `false`, and nothing else, where others do.
    public mutating func take(_ expected: [UInt8]) -> Bool {
        guard remaining >= expected.count else { return false }
        for offset in expected.indices where bytes[index + offset] != expected[offset] { return false }
        index += expected.count
        return true
    }

    /// Moves behind `count` bytes, whatever they are; `false`, and nothing else, where there are fewer.
    public mutating func skip(bytes count: Int) -> Bool {
        guard remaining >= count else { return false }
        index += count
        return true
    }

    /// Reads a byte string; throws `syntax` for an item of another kind.
    public mutating func byteString() throws(IPLDError) -> ArraySlice<UInt8> {
        // In steps: a reader that is read from while it moves on would have to be copied.
        let place = try content(try head(CBOR.byteString))
        return bytes[place]
    }

    /// Reads a text string as its UTF-8 bytes, which are not validated: the caller compares them with what it knows, or
    /// reads them as what has to be ASCII. Throws `syntax` for an item of another kind.
    public mutating func unvalidatedText() throws(IPLDError) -> ArraySlice<UInt8> {
        let place = try content(try head(CBOR.textString))
        return bytes[place]
    }

    /// Reads the head of a list and gives the number of its elements; throws `syntax` for an item of another kind.
    public mutating func listCount() throws(IPLDError) -> Int {
        let argument = try head(CBOR.array)
        return try count(argument, bytesEach: 1)
    }

    /// Reads the head of a map and gives the number of its entries; throws `syntax` for an item of another kind.
    public mutating func mapCount() throws(IPLDError) -> Int {
        let argument = try head(CBOR.map)
        return try count(argument, bytesEach: 2)
    }

    /// Whether the bytes at a place are those of a text.
    func isEqual(_ range: Range<Int>, to text: String) -> Bool {
        let text = text.utf8Span.span
        guard text.count == range.count else { return false }
        for index in text.indices where bytes[range.lowerBound + index] != text[index] { return false }
        return true
    }

    /// Whether the next item is a map.
    public var isAtMap: Bool { nextMajor == CBOR.map }

    /// Reads the number in the head of an item that has to be of one major type.
    private mutating func head(_ major: UInt8) throws(IPLDError) -> UInt64 {
        let start = position
        let first = try byte()
        guard first >> 5 == major else { throw .syntax(at: start) }
        return try argument(major, first & 0x1F, at: start)
    }

    /// Moves behind one item that stands inside `depth` lists and maps.
    private mutating func skip(depth: Int) throws(IPLDError) {
        let start = position
        let first = try byte()
        let (major, info) = (first >> 5, first & 0x1F)
        if major == CBOR.simple {
            _ = try simple(first, at: start)
            return
        }
        let argument = try argument(major, info, at: start)
        switch major {
        case CBOR.unsigned, CBOR.negative:
            guard Int64(exactly: argument) != nil else { throw .integerOutOfRange(at: start) }
        case CBOR.byteString: _ = try content(argument)
        case CBOR.textString:
            let place = try content(argument)
            try check(text: place, at: start)
        case CBOR.array:
            guard depth < maxDepth else { throw .tooDeep(limit: maxDepth) }
            for _ in 0..<(try count(argument, bytesEach: 1)) { try skip(depth: depth + 1) }
        case CBOR.map: try skipMap(argument, depth: depth)
        default:
            guard argument == CBOR.linkTag else { throw .unsupportedTag(at: start) }
            _ = try link()
        }
    }

    private mutating func skipMap(_ argument: UInt64, depth: Int) throws(IPLDError) {
        guard depth < maxDepth else { throw .tooDeep(limit: maxDepth) }
        var previous: Range<Int>?
        for _ in 0..<(try count(argument, bytesEach: 2)) {
            let start = position
            let key = try key(after: previous)
            try check(text: key, at: start)
            previous = key
            try skip(depth: depth + 1)
        }
    }
}

/// One item of canonical DAG-CBOR that was checked but not taken apart: a slice of the bytes that it came in.
public struct CBORItem: Sendable, Equatable {
    /// The bytes of the item.
    public let bytes: ArraySlice<UInt8>

    /// An item that a reader has just checked.
    init(checked bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    /// The item, taken apart.
    public var value: Value {
        // It was checked by the same rules, with at least as little room for nesting.
        (try? DagCBOR.decode(bytes)) ?? .null
    }
}
