/// Reads canonical DAG-CBOR in one pass, in place, and refuses everything else.
///
/// What it gives as slices shares the memory of the input. Source: DAG-CBOR specification, "Strictness".
public struct CBORReader {
    let bytes: ArraySlice<UInt8>
    let maxDepth: Int
    /// The index of the next byte.
    var index: Int

    /// The most entries for which memory is taken ahead. A count within the input can still be a lie, told again on each
    /// level of nesting.
    private static let maxReserved = 256

    /// A reader of the items that fill the slice; lists and maps may nest `maxDepth` deep.
    public init(_ bytes: ArraySlice<UInt8>, maxDepth: Int = DagCBOR.maxDepth) {
        self.bytes = bytes
        self.maxDepth = maxDepth
        index = bytes.startIndex
    }

    /// Throws `trailingBytes` unless everything has been read.
    public func finish() throws(IPLDError) {
        guard remaining == 0 else { throw .trailingBytes(at: position) }
    }

    /// Reads one item that stands inside `depth` lists and maps.
    mutating func value(depth: Int) throws(IPLDError) -> Value {
        let start = position
        let first = try byte()
        let (major, info) = (first >> 5, first & 0x1F)
        if major == CBOR.simple { return try simple(first, at: start) }
        let argument = try argument(major, info, at: start)
        switch major {
        case CBOR.unsigned:
            guard let value = Int64(exactly: argument) else { throw .integerOutOfRange(at: start) }
            return .int(value)
        case CBOR.negative:
            guard let value = Int64(exactly: argument) else { throw .integerOutOfRange(at: start) }
            return .int(~value)  // -1 - value
        case CBOR.byteString:
            let place = try content(argument)
            return .bytes(Array(bytes[place]))
        case CBOR.textString:
            let place = try content(argument)
            return .string(try text(place, at: start))
        case CBOR.array:
            return .list(try list(argument, depth: depth))
        case CBOR.map:
            return .map(try map(argument, depth: depth))
        default:
            guard argument == CBOR.linkTag else { throw .unsupportedTag(at: start) }
            return .link(try link())
        }
    }

    // MARK: Items

    private mutating func list(_ argument: UInt64, depth: Int) throws(IPLDError) -> [Value] {
        guard depth < maxDepth else { throw .tooDeep(limit: maxDepth) }
        let count = try count(argument, bytesEach: 1)
        var elements: [Value] = []
        elements.reserveCapacity(min(count, CBORReader.maxReserved))
        for _ in 0..<count { elements.append(try value(depth: depth + 1)) }
        return elements
    }

    private mutating func map(_ argument: UInt64, depth: Int) throws(IPLDError) -> Map {
        guard depth < maxDepth else { throw .tooDeep(limit: maxDepth) }
        let count = try count(argument, bytesEach: 2)
        var entries: [Map.Entry] = []
        entries.reserveCapacity(min(count, CBORReader.maxReserved))
        var previous: Range<Int>?
        for _ in 0..<count {
            let start = position
            let key = try key(after: previous)
            previous = key
            let name = try text(key, at: start)
            entries.append(Map.Entry(key: name, value: try value(depth: depth + 1)))
        }
        return Map(ordered: entries)
    }

    /// Reads a map key, which has to stand behind the `previous` in canonical order; gives where its content stands.
    mutating func key(after previous: Range<Int>?) throws(IPLDError) -> Range<Int> {
        let start = position
        let first = try byte()
        guard first >> 5 == CBOR.textString else { throw .keyNotString(at: start) }
        let key = try content(try argument(CBOR.textString, first & 0x1F, at: start))
        if let previous, !precedes(previous, key) {
            throw bytes[previous] == bytes[key] ? .duplicateKey(at: start) : .keysOutOfOrder(at: start)
        }
        return key
    }

    /// Reads what follows a link's tag: a byte string that holds the identity prefix and a CID.
    mutating func link() throws(IPLDError) -> CID {
        let start = position
        let first = try byte()
        guard first >> 5 == CBOR.byteString else { throw .invalidCID }
        let place = try content(try argument(CBOR.byteString, first & 0x1F, at: start))
        let content = bytes[place]
        guard content.first == CBOR.identityPrefix else { throw .invalidCID }
        return try CID(bytes: content.dropFirst())
    }

    /// Reads what is left of an item of major type 7.
    mutating func simple(_ first: UInt8, at start: Int) throws(IPLDError) -> Value {
        switch first {
        case CBOR.falseByte: return .bool(false)
        case CBOR.trueByte: return .bool(true)
        case CBOR.nullByte: return .null
        case CBOR.doubleByte:
            let value = Double(bitPattern: try bigEndian(8))
            guard value.isFinite else { throw .notFinite(at: start) }
            return .float(value)
        case 0xF9, 0xFA: throw .floatWidth(at: start)
        case 0xFC...0xFE: throw .syntax(at: start)
        case 0xFF: throw .indefiniteLength(at: start)
        default: throw .unsupportedSimple(at: start)
        }
    }

    // MARK: Heads and content

    /// Reads the number in the head of an item, whose first byte is read already, and holds it to its shortest form.
    mutating func argument(_ major: UInt8, _ info: UInt8, at start: Int) throws(IPLDError) -> UInt64 {
        let (value, least): (UInt64, UInt64)
        switch info {
        case 0..<24: return UInt64(info)
        case 24: (value, least) = (try bigEndian(1), 24)
        case 25: (value, least) = (try bigEndian(2), 0x100)
        case 26: (value, least) = (try bigEndian(4), 0x1_0000)
        case 27: (value, least) = (try bigEndian(8), 0x1_0000_0000)
        case 31 where (CBOR.byteString...CBOR.map).contains(major): throw .indefiniteLength(at: start)
        default: throw .syntax(at: start)
        }
        guard value >= least else { throw .notCanonical(at: start) }
        return value
    }

    /// Moves behind as many bytes as a head promised, and gives where they stand.
    mutating func content(_ argument: UInt64) throws(IPLDError) -> Range<Int> {
        let count = try count(argument, bytesEach: 1)
        defer { index += count }
        return index..<index + count
    }

    private func text(_ content: Range<Int>, at start: Int) throws(IPLDError) -> String {
        do { return String(copying: try UTF8Span(validating: bytes[content].span)) } catch {
            throw .invalidUTF8(at: start)
        }
    }

    /// Throws `invalidUTF8` unless the bytes are UTF-8.
    func check(text content: Range<Int>, at start: Int) throws(IPLDError) {
        for index in content where bytes[index] >= 0x80 {
            do { _ = try UTF8Span(validating: bytes[content].span) } catch { throw .invalidUTF8(at: start) }
            return
        }
    }

    /// A count of things of at least `bytesEach` bytes, checked against what is left of the input.
    func count(_ argument: UInt64, bytesEach: Int) throws(IPLDError) -> Int {
        guard argument <= UInt64(remaining / bytesEach) else { throw .truncated(at: bytes.count) }
        return Int(argument)
    }

    private mutating func bigEndian(_ count: Int) throws(IPLDError) -> UInt64 {
        guard count <= remaining else { throw .truncated(at: bytes.count) }
        var value: UInt64 = 0
        for _ in 0..<count {
            value = value << 8 | UInt64(bytes[index])
            index += 1
        }
        return value
    }

    mutating func byte() throws(IPLDError) -> UInt8 {
        guard index < bytes.endIndex else { throw .truncated(at: bytes.count) }
        defer { index += 1 }
        return bytes[index]
    }

    var remaining: Int { bytes.endIndex - index }
    /// How many bytes have been read.
    public var position: Int { index - bytes.startIndex }

    /// Whether two keys stand in canonical order: shorter first, then by bytes.
    private func precedes(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
        guard left.count == right.count else { return left.count < right.count }
        for (left, right) in zip(left, right) where bytes[left] != bytes[right] { return bytes[left] < bytes[right] }
        return false
    }
}
