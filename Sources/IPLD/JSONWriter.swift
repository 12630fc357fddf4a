/// Writes values as DAG-JSON.
struct JSONWriter {
    private let pretty: Bool
    /// What has been written so far.
    private(set) var bytes: [UInt8] = []

    init(pretty: Bool) { self.pretty = pretty }

    /// Appends one value that stands inside `depth` lists and maps.
    mutating func write(_ value: Value, depth: Int) throws(IPLDError) {
        switch value {
        case .null: append("null")
        case .bool(let value): append(value ? "true" : "false")
        case .int(let value): append(String(value))
        case .float(let value):
            guard value.isFinite else { throw .notFinite(at: bytes.count) }
            // The shortest text that reads back as the same number; always with a point or an exponent.
            append(value.description)
        case .string(let value): string(value)
        case .bytes(let value):
            wrapper(DagJSON.reservedKey) { writer in
                writer.wrapper(DagJSON.bytesKey) { $0.string(Base64.encode(value)) }
            }
        case .list(let elements): try list(elements, depth: depth)
        case .map(let entries): try map(entries, depth: depth)
        case .link(let cid): wrapper(DagJSON.reservedKey) { $0.string(cid.description) }
        }
    }

    // MARK: Lists and maps

    private mutating func list(_ elements: [Value], depth: Int) throws(IPLDError) {
        try enter(depth)
        append("[")
        for (index, element) in elements.enumerated() {
            separator(index, depth: depth + 1)
            try write(element, depth: depth + 1)
        }
        close("]", isEmpty: elements.isEmpty, depth: depth)
    }

    private mutating func map(_ map: Map, depth: Int) throws(IPLDError) {
        try enter(depth)
        guard !DagJSON.isReserved(map) else { throw .reservedKey(at: bytes.count) }
        append("{")
        // Unlike DAG-CBOR, DAG-JSON sorts keys by their bytes alone.
        let entries = map.entries.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        for (index, entry) in entries.enumerated() {
            separator(index, depth: depth + 1)
            key(entry.key)
            try write(entry.value, depth: depth + 1)
        }
        close("}", isEmpty: entries.isEmpty, depth: depth)
    }

    /// A map with one key on one line.
    private mutating func wrapper(_ name: String, _ content: (inout JSONWriter) -> Void) {
        append("{")
        key(name)
        content(&self)
        append("}")
    }

    private func enter(_ depth: Int) throws(IPLDError) {
        guard depth < DagCBOR.maxDepth else { throw .tooDeep(limit: DagCBOR.maxDepth) }
    }

    private mutating func key(_ name: String) {
        string(name)
        append(pretty ? ": " : ":")
    }

    private mutating func separator(_ index: Int, depth: Int) {
        if index > 0 { append(",") }
        newLine(depth)
    }

    private mutating func close(_ bracket: String, isEmpty: Bool, depth: Int) {
        if !isEmpty { newLine(depth) }
        append(bracket)
    }

    private mutating func newLine(_ depth: Int) {
        guard pretty else { return }
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * depth))
    }

    // MARK: Strings

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    /// A string with the escapes that JSON requires, in the form that ECMAScript's `JSON.stringify` gives them: the
    /// DAG-JSON specification leaves this open.
    private mutating func string(_ value: String) {
        append("\"")
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "\""): append("\\\"")
            case UInt8(ascii: "\\"): append("\\\\")
            case 0x08: append("\\b")
            case 0x09: append("\\t")
            case 0x0A: append("\\n")
            case 0x0C: append("\\f")
            case 0x0D: append("\\r")
            case 0..<0x20: append((byte < 0x10 ? "\\u000" : "\\u00") + String(byte, radix: 16))
            default: bytes.append(byte)
            }
        }
        append("\"")
    }
}
