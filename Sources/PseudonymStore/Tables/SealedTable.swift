internal import DumpIdentity
internal import Foundation
internal import GRDB
internal import Sodium

/// Values of several lengths in rows of one length: each value in as many pieces as it needs, the first under the value's
/// own key and the others under keys that follow from it.
struct SealedTable: Sendable {
    /// A value, and what stands beside it in clear.
    struct Entry: Equatable {
        let tag: [UInt8]
        let value: [UInt8]
    }

    private static let tagLength = 32

    /// The rows: a tag of 32 bytes (zero in all but the first piece), and a piece.
    let table: UniformTable
    private let pieceLength: Int

    /// A table whose most common values, of `length` bytes, fit in one piece.
    init(_ name: String, length: Int, initialRows: Int) {
        pieceLength = length + 4
        table = UniformTable(
            name: name, columns: [.init("tag", SealedTable.tagLength), .init("piece", length + 4)],
            initialRows: initialRows)
    }

    /// The entry of a key, or `nil`.
    ///
    /// - Throws: ``StoreError/malformedFile(file:)`` where pieces are missing.
    func entry(_ id: [UInt8], in db: Database) throws -> Entry? {
        guard let first = try table.row(id, in: db) else { return nil }
        var bytes = first.bytes("piece")
        let length = bytes[..<4].reduce(0) { $0 << 8 | Int($1) }
        for number in pieces(length).dropFirst() {
            guard let piece = try table.column("piece", of: SealedTable.key(id, number), in: db) else {
                throw StoreError.malformedFile(file: table.name)
            }
            bytes += piece
        }
        return Entry(tag: first.bytes("tag"), value: Array(bytes[4..<(4 + length)]))
    }

    /// All entries, in the order of their keys; where no entry's tag is zero, as that of a further piece is.
    func all(in db: Database) throws -> [Entry] {
        let zero = [UInt8](repeating: 0, count: SealedTable.tagLength)
        let sql = "SELECT id FROM \(table.name) WHERE spare = 0 AND tag <> ? ORDER BY id"
        return try Row.fetchAll(db, sql: sql, arguments: [zero.blob]).compactMap { row in
            try entry(row.bytes("id"), in: db)
        }
    }

    /// The tag of a key, or `nil`.
    func tag(_ id: [UInt8], in db: Database) throws -> [UInt8]? {
        try table.column("tag", of: id, in: db)
    }

    /// Whether there is an entry with a tag.
    func hasAny(in db: Database) throws -> Bool {
        try Row.fetchOne(db, sql: "SELECT 1 FROM \(table.name) WHERE spare = 0 AND tag <> zeroblob(32)") != nil
    }

    /// All entries with a tag, in the order of their keys.
    func all(in db: Database) throws -> [(id: [UInt8], entry: Entry)] {
        let sql = "SELECT id FROM \(table.name) WHERE spare = 0 AND tag <> zeroblob(32) ORDER BY id"
        return try Row.fetchAll(db, sql: sql).compactMap { row in
            let id = row.bytes("id")
            return try entry(id, in: db).map { (id, $0) }
        }
    }

    /// Stores an entry, in place of one of the same key.
    func put(_ id: [UInt8], _ entry: Entry, in db: Database) throws {
        let new = SealedTable.rows(of: entry, length: pieceLength)
        let old = try oldPieces(id, in: db)
        for (number, values) in new.enumerated() {
            if old.contains(number) {
                try table.update(SealedTable.key(id, number), values, in: db)
            } else {
                try table.insert(SealedTable.key(id, number), values, in: db)
            }
        }
        for number in old.dropFirst(new.count) { try table.remove(SealedTable.key(id, number), in: db) }
    }

    /// Overwrites an entry with spare rows, and says whether it was there.
    @discardableResult
    func remove(_ id: [UInt8], in db: Database) throws -> Bool {
        let pieces = try oldPieces(id, in: db)
        for number in pieces { try table.remove(SealedTable.key(id, number), in: db) }
        return !pieces.isEmpty
    }

    /// How many rows a value of `length` bytes takes.
    func rowCount(of length: Int) -> Int { pieces(length).count }

    /// How many rows the entry of a key takes.
    func rowCount(_ id: [UInt8], in db: Database) throws -> Int { try oldPieces(id, in: db).count }

    private func oldPieces(_ id: [UInt8], in db: Database) throws -> Range<Int> {
        guard let first = try table.row(id, in: db) else { return 0..<0 }
        return pieces(first.bytes("piece")[..<4].reduce(0) { $0 << 8 | Int($1) })
    }

    /// The numbers of the pieces of a value of `length` bytes.
    private func pieces(_ length: Int) -> Range<Int> { 0..<((length + 4 + pieceLength - 1) / pieceLength) }

    /// Tag and piece of each row that an entry takes, in pieces of `length` bytes.
    static func rows(of entry: Entry, length: Int) -> [[[UInt8]]] {
        let count = entry.value.count
        var bytes = (0..<4).map { UInt8(truncatingIfNeeded: count >> (24 - 8 * $0)) } + entry.value
        let number = (bytes.count + length - 1) / length
        bytes += [UInt8](repeating: 0, count: number * length - bytes.count)
        return (0..<number).map { number in
            let tag = number == 0 ? entry.tag : [UInt8](repeating: 0, count: tagLength)
            return [tag, Array(bytes[(number * length)..<((number + 1) * length)])]
        }
    }

    /// The key of a piece of a value.
    static func key(_ id: [UInt8], _ number: Int) -> [UInt8] {
        number == 0 ? id : Hashing.blake2b(Derivation.message("dump/v1/piece", context: id + bigEndian(number)))
    }
}

/// A number as 8 bytes, the most significant first.
func bigEndian(_ number: Int) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) } }
