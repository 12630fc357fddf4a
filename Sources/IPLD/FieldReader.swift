/// Reads a map of fixed shape in place: field by field, in canonical order, and refuses what is left over.
///
/// The schema's fields are asked for in canonical order of their keys (shorter first, then by bytes). Because DAG-CBOR
/// keeps the same order, a map with a key that is unknown, stands twice or stands elsewhere can never be read to its
/// end, and no key has to be compared with the one before. Source: DAG-CBOR specification, "Strictness".
public struct FieldReader {
    private var reader: CBORReader
    /// How many entries have not been taken.
    private var remaining: Int
    /// Where the key of the next entry stands; `nil` where it has not been read.
    private var key: Range<Int>?
    /// The principal that was read last, and its text: many a principal is named twice.
    private var last: (text: ArraySlice<UInt8>, principal: Principal)?
    /// How many lists and maps the values stand in.
    private let depth: Int

    /// Begins to read the map that comes next in `reader` and stands inside `depth` lists and maps; throws `syntax`
    /// where it is something else, and `tooDeep` where the reader allows no map there.
    public init(_ reader: CBORReader, depth: Int = 0) throws(IPLDError) {
        self.reader = reader
        self.depth = depth + 1
        remaining = try self.reader.mapCount()
        guard depth < reader.maxDepth else { throw .tooDeep(limit: reader.maxDepth) }
    }

    /// The reader, behind the map; throws `unknownFields` unless every entry has been taken.
    public consuming func finish() throws(IPLDError) -> CBORReader {
        guard remaining == 0 else { throw .unknownFields(count: remaining) }
        return reader
    }

    // MARK: Required fields: `missingField` where the next entry has another key, `wrongKind` for another kind or null

    /// Takes a required value of any kind, null included.
    public mutating func value(_ name: String) throws(IPLDError) -> Value {
        try require(name)
        return try reader.value(depth: depth)
    }

    /// Takes a required value of any kind, null included, without taking it apart.
    public mutating func item(_ name: String) throws(IPLDError) -> CBORItem {
        try require(name)
        return try reader.item(depth: depth)
    }

    /// Takes a required text as its UTF-8 bytes, which are not validated.
    public mutating func unvalidatedText(_ name: String) throws(IPLDError) -> ArraySlice<UInt8> {
        try require(name)
        try check(CBOR.textString, name)
        return try reader.unvalidatedText()
    }

    /// Takes a required did:key.
    public mutating func principal(_ name: String) throws(IPLDError) -> Principal {
        try require(name)
        return try principal(named: name)
    }

    /// Takes a required byte string.
    public mutating func bytes(_ name: String) throws(IPLDError) -> ArraySlice<UInt8> {
        try require(name)
        try check(CBOR.byteString, name)
        return try reader.byteString()
    }

    /// Takes a required map.
    public mutating func map(_ name: String) throws(IPLDError) -> Map {
        try require(name)
        guard case .map(let map) = try reader.value(depth: depth) else { throw .wrongKind(field: name) }
        return map
    }

    /// Takes a required list of at most `limit` links; throws `tooLarge` beyond.
    public mutating func links(_ name: String, limit: Int) throws(IPLDError) -> [CID] {
        try require(name)
        try check(CBOR.array, name)
        let count = try reader.listCount()
        guard depth < reader.maxDepth else { throw .tooDeep(limit: reader.maxDepth) }
        guard count <= limit else { throw .tooLarge(limit: limit) }
        var links: [CID] = []
        links.reserveCapacity(count)
        for _ in 0..<count {
            guard case .link(let link) = try reader.value(depth: depth + 1) else { throw .wrongKind(field: name) }
            links.append(link)
        }
        return links
    }

    // MARK: Nullable fields: `nil` where null, otherwise as the required ones

    /// Takes an integer or null.
    public mutating func nullableInt(_ name: String) throws(IPLDError) -> Int64? {
        try require(name)
        switch try reader.value(depth: depth) {
        case .int(let number): return number
        case .null: return nil
        default: throw .wrongKind(field: name)
        }
    }

    /// Takes a did:key or null.
    public mutating func nullablePrincipal(_ name: String) throws(IPLDError) -> Principal? {
        try require(name)
        return reader.takeNull() ? nil : try principal(named: name)
    }

    // MARK: Optional fields: `nil` where the next entry has another key, `wrongKind` where null or of another kind

    /// Takes an optional integer.
    public mutating func optionalInt(_ name: String) throws(IPLDError) -> Int64? {
        guard try take(name) else { return nil }
        guard case .int(let number) = try reader.value(depth: depth) else { throw .wrongKind(field: name) }
        return number
    }

    /// Takes an optional did:key.
    public mutating func optionalPrincipal(_ name: String) throws(IPLDError) -> Principal? {
        try take(name) ? try principal(named: name) : nil
    }

    /// Takes an optional link.
    public mutating func optionalLink(_ name: String) throws(IPLDError) -> CID? {
        guard try take(name) else { return nil }
        guard case .link(let link) = try reader.value(depth: depth) else { throw .wrongKind(field: name) }
        return link
    }

    /// Takes an optional map without taking it apart.
    public mutating func optionalMapItem(_ name: String) throws(IPLDError) -> CBORItem? {
        guard try take(name) else { return nil }
        try check(CBOR.map, name)
        return try reader.item(depth: depth)
    }

    // MARK: -

    private mutating func require(_ name: String) throws(IPLDError) {
        guard try take(name) else { throw .missingField(name) }
    }

    /// Takes the next key where it is `name`.
    private mutating func take(_ name: String) throws(IPLDError) -> Bool {
        guard remaining > 0 else { return false }
        let next: Range<Int>
        if let key { next = key } else { next = try reader.key(after: nil) }
        guard reader.isEqual(next, to: name) else {
            key = next
            return false
        }
        key = nil
        remaining -= 1
        return true
    }

    /// Throws `wrongKind` unless the next item is of a major type.
    private func check(_ major: UInt8, _ name: String) throws(IPLDError) {
        guard reader.nextMajor == major else { throw .wrongKind(field: name) }
    }

    private mutating func principal(named name: String) throws(IPLDError) -> Principal {
        try check(CBOR.textString, name)
        let text = try reader.unvalidatedText()
        if let last, last.text == text { return last.principal }
        let principal = try Principal(did: text)
        last = (text, principal)
        return principal
    }
}
