public import IPLD

/// Who has revoked which delegation, as far as the one who verifies knows. It only grows: a revocation is never undone.
///
/// At most 64 bytes for each of many revocations, and a look-up reads a few neighbouring entries: an open table, of which
/// 8/15 to 4/5 is in use. Source: UCAN revocation specification (first draft), "Store".
public struct KnownRevocations: Sendable {
    /// How many there are.
    public private(set) var count = 0
    private var entries: ContiguousArray<Entry> = []
    /// A byte of each entry's hash, 0 where the place is free: what was not revoked is told from these alone, which are
    /// few enough to stay near the processor.
    private var marks: ContiguousArray<UInt8> = []

    /// None.
    public init() {}

    /// Whether there are none.
    public var isEmpty: Bool { count == 0 }

    /// Whether this principal revoked this delegation.
    public func contains(_ delegation: CID, by revoker: Principal) -> Bool {
        guard count > 0, let entry = Entry(delegation, revoker) else { return false }
        return marks[place(of: entry).index] != 0
    }

    /// Remembers that a principal revoked a delegation; repeating it changes nothing. A CID that is not of dag-cbor and
    /// sha2-256 names no delegation, and is not remembered.
    public mutating func insert(_ delegation: CID, by revoker: Principal) {
        guard let entry = Entry(delegation, revoker) else { return }
        insert(entry)
    }

    /// Takes over all that `other` knows.
    public mutating func formUnion(_ other: KnownRevocations) {
        // The room is made first: entries come in the order of their places, and a small table would fill from its front.
        let added = other.entries.count { !$0.isFree && !contains($0) }
        reserve(count + added)
        for entry in other.entries where !entry.isFree { insert(entry) }
    }
}

extension KnownRevocations {
    /// Half a digest and half a public key. To make another pair with the same halves takes 2^128 attempts, and would
    /// only have something refused.
    private struct Entry: Equatable, Sendable {
        /// What stands in a place that is not in use.
        static let free = Entry(delegation: (0, 0), revoker: (0, 0))

        let delegation: (UInt64, UInt64)
        let revoker: (UInt64, UInt64)

        private init(delegation: (UInt64, UInt64), revoker: (UInt64, UInt64)) {
            self.delegation = delegation
            self.revoker = revoker
        }

        init?(_ delegation: CID, _ revoker: Principal) {
            guard delegation.isDagCBORSHA256 else { return nil }
            // The bytes as they stand, without a copy of the digest, which is the end of the CID.
            let start = delegation.bytes.count - 32
            let first = Entry.word(delegation.bytes, at: start)
            // A digest that begins with 16 zeros is not to be taken for a free place.
            let second = Entry.word(delegation.bytes, at: start + 8)
            self.delegation = (first, first | second == 0 ? 1 : second)
            self.revoker = (revoker.words.0, revoker.words.1)
        }

        private static func word(_ bytes: [UInt8], at start: Int) -> UInt64 {
            var word: UInt64 = 0
            for index in start..<start + 8 { word = word << 8 | UInt64(bytes[index]) }
            return word
        }

        /// Whether the place is not in use.
        var isFree: Bool { delegation.0 | delegation.1 == 0 }

        static func == (left: Entry, right: Entry) -> Bool {
            left.delegation == right.delegation && left.revoker == right.revoker
        }

        /// A number under the key of this process: nobody can choose digests or keys that fall together. Of each half a
        /// half is enough, because more than a few digests that begin with the same 8 bytes cannot be made either.
        var hash: UInt64 {
            var hasher = Hasher()
            hasher.combine(delegation.0)
            hasher.combine(revoker.0)
            return UInt64(truncatingIfNeeded: hasher.finalize())
        }
    }

    /// How many entries a table holds before it grows.
    private static func bound(of places: Int) -> Int { places * 4 / 5 }

    private func contains(_ entry: Entry) -> Bool { count > 0 && marks[place(of: entry).index] != 0 }

    private mutating func insert(_ entry: Entry) {
        if count > 0 {
            let place = place(of: entry)
            if marks[place.index] != 0 { return }
            if count < KnownRevocations.bound(of: entries.count) { return put(entry, at: place) }
        }
        reserve(count + 1)
        put(entry, at: place(of: entry))
    }

    private mutating func put(_ entry: Entry, at place: (index: Int, mark: UInt8)) {
        entries[place.index] = entry
        marks[place.index] = place.mark
        count += 1
    }

    /// Where an entry stands, or would stand, and its mark. There is always a free place.
    private func place(of entry: Entry) -> (index: Int, mark: UInt8) {
        let hash = entry.hash
        let mark = max(1, UInt8(truncatingIfNeeded: hash))
        // The high half of the product spreads the hash over any number of places, not only over powers of two.
        var place = Int(truncatingIfNeeded: hash.multipliedFullWidth(by: UInt64(entries.count)).high)
        while marks[place] != 0, marks[place] != mark || entries[place] != entry {
            place += 1
            if place == entries.count { place = 0 }
        }
        return (place, mark)
    }

    /// Makes room for `total` entries: half as many places again, as often as needed.
    private mutating func reserve(_ total: Int) {
        var places = entries.count
        while KnownRevocations.bound(of: places) < total { places = max(8, places + places / 2) }
        guard places != entries.count else { return }
        let old = entries
        entries = ContiguousArray(repeating: Entry.free, count: places)
        marks = ContiguousArray(repeating: 0, count: places)
        count = 0
        for entry in old where !entry.isFree { put(entry, at: place(of: entry)) }
    }
}
