/// A map from strings to values, kept in DAG-CBOR's canonical key order: shorter keys first, then by bytes.
///
/// Keys are told apart by their UTF-8 bytes. A Swift `Dictionary` would hold "é" and "e" + accent for one key.
///
/// Source: DAG-CBOR specification, "Strictness" (RFC 7049, section 3.9).
public struct Map: Sendable, Equatable {
    /// One key with its value.
    public struct Entry: Sendable, Equatable {
        /// The key, told from others by its UTF-8 bytes.
        public let key: String
        /// What the key stands for.
        public let value: Value

        /// An entry; its key is compared by its UTF-8 bytes.
        public init(key: String, value: Value) {
            self.key = key
            self.value = value
        }

        /// Whether both keys have the same bytes and both values are equal.
        public static func == (left: Entry, right: Entry) -> Bool {
            left.key.hasSameBytes(as: right.key) && left.value == right.value
        }
    }

    /// All entries in canonical order, no key twice.
    public private(set) var entries: [Entry]

    /// An empty map.
    public init() { entries = [] }

    /// A map of entries that already stand in canonical order; `nil` where they do not, or where a key stands twice.
    public init?(canonical entries: [Entry]) {
        for index in entries.indices.dropFirst()
        where !Map.precedes(entries[index - 1].key, entries[index].key) {
            return nil
        }
        self.entries = entries
    }

    /// A map of entries whose order the caller has just checked: the CBOR reader compares raw keys as it goes.
    init(ordered entries: [Entry]) { self.entries = entries }

    /// A map of entries in any order; `nil` where a key stands twice.
    public init?(unsorted entries: [Entry]) {
        self.init(canonical: entries.sorted { Map.precedes($0.key, $1.key) })
    }

    /// The number of entries.
    public var count: Int { entries.count }
    /// Whether there are no entries.
    public var isEmpty: Bool { entries.isEmpty }
    /// The keys in canonical order.
    public var keys: [String] { entries.map(\.key) }
    /// The values in the canonical order of their keys.
    public var values: [Value] { entries.map(\.value) }

    /// The value of a key; setting `nil` removes the key.
    public subscript(key: String) -> Value? {
        get {
            let index = position(of: key)
            guard index < entries.count, entries[index].key.hasSameBytes(as: key) else { return nil }
            return entries[index].value
        }
        set {
            let index = position(of: key)
            let present = index < entries.count && entries[index].key.hasSameBytes(as: key)
            switch (newValue, present) {
            case (let value?, true): entries[index] = Entry(key: key, value: value)
            case (let value?, false): entries.insert(Entry(key: key, value: value), at: index)
            case (nil, true): entries.remove(at: index)
            case (nil, false): break
            }
        }
    }

    /// Whether `left` stands strictly before `right` in canonical order.
    public static func precedes(_ left: String, _ right: String) -> Bool {
        let (left, right) = (left.utf8Span.span, right.utf8Span.span)
        guard left.count == right.count else { return left.count < right.count }
        for index in left.indices where left[index] != right[index] { return left[index] < right[index] }
        return false
    }

    /// Where `key` stands, or would be inserted.
    private func position(of key: String) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if Map.precedes(entries[middle].key, key) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
