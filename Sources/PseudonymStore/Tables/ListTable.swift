internal import DumpIdentity
internal import GRDB
internal import Sodium

/// Lists of sealed values: the elements of a list are numbered from 0, and each lies under a hash of its list's name and
/// its number. There is no index, which would keep the order in which elements came; and who does not know a list's name
/// cannot tell which elements are its own.
struct ListTable: Sendable {
    private let entries: SealedTable

    /// Lists whose most common values, of `length` bytes, fit in one piece.
    init(_ name: String, length: Int, initialRows: Int) {
        entries = SealedTable(name, length: length, initialRows: initialRows)
    }

    func create(in db: Database) throws { try entries.table.create(in: db) }

    /// How many elements a list has: doubled until none is there, then halved in between.
    func count(_ list: [UInt8], in db: Database) throws -> Int {
        var beyond = 1
        while try has(list, beyond - 1, in: db) { beyond *= 2 }
        var (low, high) = (beyond / 2, beyond - 1)
        while low < high {
            let middle = (low + high) / 2
            if try has(list, middle, in: db) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// All elements, in no order that means anything.
    func all(_ list: [UInt8], in db: Database) throws -> [SealedTable.Entry] {
        var all: [SealedTable.Entry] = []
        while let entry = try entries.entry(key(list, all.count), in: db) { all.append(entry) }
        return all
    }

    /// The elements of all lists, in the order of their keys; where no element's tag is zero.
    func elements(in db: Database) throws -> [SealedTable.Entry] { try entries.all(in: db) }

    /// The tags of all elements.
    func tags(_ list: [UInt8], in db: Database) throws -> [[UInt8]] {
        var tags: [[UInt8]] = []
        while let tag = try entries.tag(key(list, tags.count), in: db) { tags.append(tag) }
        return tags
    }

    /// The element with a tag, or `nil`.
    func first(_ list: [UInt8], tag: [UInt8], in db: Database) throws -> SealedTable.Entry? {
        guard let number = try tags(list, in: db).firstIndex(of: tag) else { return nil }
        return try entries.entry(key(list, number), in: db)
    }

    /// Adds an element at a random place: the one that stood there goes to the end.
    func append(_ entry: SealedTable.Entry, to list: [UInt8], in db: Database) throws {
        let count = try count(list, in: db)
        let place = Int.random(in: 0...count)
        if place < count, let displaced = try entries.entry(key(list, place), in: db) {
            try entries.put(key(list, count), displaced, in: db)
        }
        try entries.put(key(list, place), entry, in: db)
    }

    /// Stores an element in place of the one with its tag, or adds it.
    func put(_ entry: SealedTable.Entry, in list: [UInt8], _ db: Database) throws {
        guard let number = try tags(list, in: db).firstIndex(of: entry.tag) else {
            return try append(entry, to: list, in: db)
        }
        try entries.put(key(list, number), entry, in: db)
    }

    /// Removes the element with a tag, and says whether it was there: the last element takes its number.
    @discardableResult
    func remove(tag: [UInt8], from list: [UInt8], in db: Database) throws -> Bool {
        let tags = try tags(list, in: db)
        guard let number = tags.firstIndex(of: tag) else { return false }
        let last = tags.count - 1
        if number < last, let moved = try entries.entry(key(list, last), in: db) {
            try entries.put(key(list, number), moved, in: db)
        }
        return try entries.remove(key(list, last), in: db)
    }

    /// Removes a whole list.
    func removeAll(_ list: [UInt8], in db: Database) throws {
        for number in 0..<(try count(list, in: db)) { try entries.remove(key(list, number), in: db) }
    }

    private func has(_ list: [UInt8], _ number: Int, in db: Database) throws -> Bool {
        try entries.table.has(key(list, number), in: db)
    }

    private func key(_ list: [UInt8], _ number: Int) -> [UInt8] {
        ListTable.key(list, number, table: entries.table.name)
    }

    /// The key of an element of a list in a table.
    static func key(_ list: [UInt8], _ number: Int, table: String) -> [UInt8] {
        Hashing.blake2b(Derivation.message("dump/v1/list/" + table, context: list + bigEndian(number)))
    }
}
