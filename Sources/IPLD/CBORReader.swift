/// Reads canonical DAG-CBOR in one pass and refuses everything else.
struct CBORReader {
    private let bytes: ArraySlice<UInt8>
    private let maxDepth: Int
    /// The index of the next byte.
    private var index: Int

    /// The most entries for which memory is taken ahead. A count within the input can still be a lie, told again on each
    /// level of nesting.
    private static let maxReserved = 256

    init(_ bytes: ArraySlice<UInt8>, maxDepth: Int) {
        self.bytes = bytes
        self.maxDepth = maxDepth
        index = bytes.startIndex
    }

    /// Throws `trailingBytes` unless everything has been read.
    func finish() throws(IPLDError) {
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
            return .bytes(Array(try content(argument)))
        case CBOR.textString:
            let content = try content(argument)
            return .string(try text(content, at: start))
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
        var previous: ArraySlice<UInt8>?
        for _ in 0..<count {
            let start = position
            let key = try key()
            if let previous, !CBORReader.precedes(previous, key) {
                throw previous == key ? .duplicateKey(at: start) : .keysOutOfOrder(at: start)
            }
            previous = key
            let name = try text(key, at: start)
            entries.append(Map.Entry(key: name, value: try value(depth: depth + 1)))
        }
        return Map(ordered: entries)
    }

    /// Reads the content of a map key.
    private mutating func key() throws(IPLDError) -> ArraySlice<UInt8> {
        let start = position
        let first = try byte()
        guard first >> 5 == CBOR.textString else { throw .keyNotString(at: start) }
        return try content(try argument(CBOR.textString, first & 0x1F, at: start))
    }

    /// Reads what follows a link's tag: a byte string that holds the identity prefix and a CID.
    private mutating func link() throws(IPLDError) -> CID {
        let start = position
        let first = try byte()
        guard first >> 5 == CBOR.byteString else { throw .invalidCID }
        let content = try content(try argument(CBOR.byteString, first & 0x1F, at: start))
        guard content.first == CBOR.identityPrefix else { throw .invalidCID }
        return try CID(bytes: content.dropFirst())
    }

    /// Reads what is left of an item of major type 7.
    private mutating func simple(_ first: UInt8, at start: Int) throws(IPLDError) -> Value {
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
    private mutating func argument(_ major: UInt8, _ info: UInt8, at start: Int) throws(IPLDError) -> UInt64 {
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

    /// Reads as many bytes as a head promised.
    private mutating func content(_ argument: UInt64) throws(IPLDError) -> ArraySlice<UInt8> {
        let count = try count(argument, bytesEach: 1)
        defer { index += count }
        return bytes[index..<index + count]
    }

    private func text(_ content: ArraySlice<UInt8>, at start: Int) throws(IPLDError) -> String {
        guard let text = String(validating: content, as: UTF8.self) else { throw .invalidUTF8(at: start) }
        return text
    }

    /// A count of things of at least `bytesEach` bytes, checked against what is left of the input.
    private func count(_ argument: UInt64, bytesEach: Int) throws(IPLDError) -> Int {
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

    private mutating func byte() throws(IPLDError) -> UInt8 {
        guard index < bytes.endIndex else { throw .truncated(at: bytes.count) }
        defer { index += 1 }
        return bytes[index]
    }

    private var remaining: Int { bytes.endIndex - index }
    private var position: Int { index - bytes.startIndex }

    /// Canonical order of keys: shorter first, then by bytes.
    private static func precedes(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> Bool {
        left.count == right.count ? left.lexicographicallyPrecedes(right) : left.count < right.count
    }
}
