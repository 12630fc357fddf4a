/// Writes values in canonical DAG-CBOR.
struct CBORWriter {
    /// What has been written so far.
    private(set) var bytes: [UInt8] = []

    private let maxDepth: Int

    init(maxDepth: Int = DagCBOR.maxDepth) {
        self.maxDepth = maxDepth
        // What is signed here is mostly of this size.
        bytes.reserveCapacity(512)
    }

    /// Appends one value that stands inside `depth` lists and maps.
    mutating func write(_ value: Value, depth: Int) throws(IPLDError) {
        switch value {
        case .null: bytes.append(CBOR.nullByte)
        case .bool(let value): bytes.append(value ? CBOR.trueByte : CBOR.falseByte)
        case .int(let value) where value >= 0: head(CBOR.unsigned, UInt64(value))
        // A negative number n is stored as -1 - n, which is the complement of its bits.
        case .int(let value): head(CBOR.negative, ~UInt64(bitPattern: value))
        case .float(let value):
            guard value.isFinite else { throw .notFinite(at: bytes.count) }
            bytes.append(CBOR.doubleByte)
            bigEndian(value.bitPattern, count: 8)
        case .string(let value): string(value)
        case .bytes(let value):
            head(CBOR.byteString, UInt64(value.count))
            bytes.append(contentsOf: value)
        case .list(let elements):
            try enter(depth)
            head(CBOR.array, UInt64(elements.count))
            for element in elements { try write(element, depth: depth + 1) }
        case .map(let map):
            try enter(depth)
            head(CBOR.map, UInt64(map.count))
            for index in map.entries.indices {
                string(map.entries[index].key)
                try write(map.entries[index].value, depth: depth + 1)
            }
        case .link(let cid):
            head(CBOR.tag, CBOR.linkTag)
            head(CBOR.byteString, UInt64(cid.bytes.count + 1))
            bytes.append(CBOR.identityPrefix)
            bytes.append(contentsOf: cid.bytes)
        }
    }

    private func enter(_ depth: Int) throws(IPLDError) {
        guard depth < maxDepth else { throw .tooDeep(limit: maxDepth) }
    }

    private mutating func string(_ value: String) {
        head(CBOR.textString, UInt64(value.utf8.count))
        bytes.append(contentsOf: value.utf8)
    }

    /// The head of an item in its shortest form.
    private mutating func head(_ major: UInt8, _ argument: UInt64) {
        let type = major << 5
        switch argument {
        case 0..<24: bytes.append(type | UInt8(argument))
        case 24...0xFF:
            bytes.append(type | 24)
            bigEndian(argument, count: 1)
        case 0x100...0xFFFF:
            bytes.append(type | 25)
            bigEndian(argument, count: 2)
        case 0x1_0000...0xFFFF_FFFF:
            bytes.append(type | 26)
            bigEndian(argument, count: 4)
        default:
            bytes.append(type | 27)
            bigEndian(argument, count: 8)
        }
    }

    private mutating func bigEndian(_ number: UInt64, count: Int) {
        for index in (0..<count).reversed() {
            bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(8 * index)))
        }
    }
}
