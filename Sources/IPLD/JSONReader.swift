/// Reads DAG-JSON text into values: the grammar around strings and numbers, links and bytes.
struct JSONReader {
    private var scanner: JSONScanner
    private let maxDepth: Int
    /// The deepest nesting of the text so far.
    private var deepest = 0

    /// Bytes are two maps in the text and no nesting in the value.
    private static let wrapperDepth = 2

    init(_ bytes: [UInt8], maxDepth: Int) {
        scanner = JSONScanner(bytes)
        self.maxDepth = maxDepth
    }

    /// Reads the one value that the text consists of.
    mutating func document() throws(IPLDError) -> Value {
        scanner.skipSpace()
        let value = try value(depth: 0)
        scanner.skipSpace()
        guard scanner.isAtEnd else { throw .trailingBytes(at: scanner.position) }
        // Where the text is deeper than allowed, that may be links and bytes at the lowest level.
        if deepest > maxDepth, value.depth > maxDepth { throw .tooDeep(limit: maxDepth) }
        return value
    }

    private mutating func value(depth: Int) throws(IPLDError) -> Value {
        switch try scanner.peek() {
        case UInt8(ascii: "{"): return try map(depth: depth)
        case UInt8(ascii: "["): return .list(try list(depth: depth))
        case UInt8(ascii: "\""): return .string(try scanner.string())
        case UInt8(ascii: "t"):
            try scanner.literal("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try scanner.literal("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try scanner.literal("null")
            return .null
        default: return try scanner.number()
        }
    }

    private mutating func list(depth: Int) throws(IPLDError) -> [Value] {
        try enter(depth)
        var elements: [Value] = []
        var more = try scanner.open(closing: UInt8(ascii: "]"))
        while more {
            elements.append(try value(depth: depth + 1))
            more = try scanner.separator(closing: UInt8(ascii: "]"))
        }
        return elements
    }

    private mutating func map(depth: Int) throws(IPLDError) -> Value {
        let start = scanner.position
        try enter(depth)
        var entries: [Map.Entry] = []
        var more = try scanner.open(closing: UInt8(ascii: "}"))
        while more {
            let key = try scanner.key()
            entries.append(Map.Entry(key: key, value: try value(depth: depth + 1)))
            more = try scanner.separator(closing: UInt8(ascii: "}"))
        }
        guard let map = Map(unsorted: entries) else { throw .duplicateKey(at: start) }
        return try unwrapped(map, at: start)
    }

    /// The link or the bytes that a map stands for, or the map itself.
    private func unwrapped(_ map: Map, at start: Int) throws(IPLDError) -> Value {
        guard DagJSON.isReserved(map) else { return .map(map) }
        guard map.count == 1 else { throw .reservedKey(at: start) }
        switch map[DagJSON.reservedKey] {
        case .string(let text):
            return .link(try CID(text))
        case .map(let inner):
            guard inner.count == 1, let text = inner[DagJSON.bytesKey]?.stringValue else {
                throw .reservedKey(at: start)
            }
            return .bytes(try Base64.decode(text))
        default: throw .reservedKey(at: start)
        }
    }

    private mutating func enter(_ depth: Int) throws(IPLDError) {
        guard depth < maxDepth + JSONReader.wrapperDepth else { throw .tooDeep(limit: maxDepth) }
        deepest = max(deepest, depth + 1)
    }
}

extension Value {
    /// How many lists and maps are nested in this value, itself included. Recursive: for values of bounded depth.
    fileprivate var depth: Int {
        switch self {
        case .list(let elements): 1 + (elements.map(\.depth).max() ?? 0)
        case .map(let map): 1 + (map.entries.map(\.value.depth).max() ?? 0)
        default: 0
        }
    }
}
