import Foundation
import GRDB
import Sodium
import TestSupport
import Testing

@testable import PseudonymStore

/// A database file as bytes, without what stands in the rows of one table: where its cells lie, how long they are, and
/// all that belongs to no row. After the file format at sqlite.org/fileformat2.html.
private struct Frame: Equatable {
    private static let pageSize = 4_096
    private(set) var bytes: [UInt8]
    /// How many cells of the table there are.
    private(set) var cells = 0

    // `root` is the table's first page, `passing` are pages that are left out.
    init(_ path: String, root: Int, passing: Set<Int>) throws {
        bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        let file = bytes
        blank(tree: root, of: file)
        for page in passing { clear((page - 1) * Frame.pageSize, Frame.pageSize) }
    }

    private mutating func blank(tree number: Int, of file: [UInt8]) {
        let page = (number - 1) * Frame.pageSize
        let isLeaf = file[page] == 13
        for index in 0..<Frame.integer(file, page + 3, 2) {
            let pointer = page + (isLeaf ? 8 : 12) + 2 * index
            let cell = page + Frame.integer(file, pointer, 2)
            if isLeaf {
                blank(cell: cell, of: file)
            } else {
                blank(tree: Frame.integer(file, cell, 4), of: file)
            }
        }
        if !isLeaf { blank(tree: Frame.integer(file, page + 8, 4), of: file) }
    }

    /// A cell of a leaf: length and row id stay, and so do the numbers of overflow pages.
    private mutating func blank(cell: Int, of file: [UInt8]) {
        cells += 1
        var at = cell
        let length = Frame.varint(file, &at)
        _ = Frame.varint(file, &at)
        var local = length
        if length > Frame.pageSize - 35 {
            let least = (Frame.pageSize - 12) * 32 / 255 - 23
            let fitting = least + (length - least) % (Frame.pageSize - 4)
            local = fitting <= Frame.pageSize - 35 ? fitting : least
        }
        clear(at, local)
        guard local < length else { return }
        var (left, next) = (length - local, Frame.integer(file, at + local, 4))
        while left > 0, next > 0 {
            let page = (next - 1) * Frame.pageSize
            clear(page + 4, min(left, Frame.pageSize - 4))
            (left, next) = (left - (Frame.pageSize - 4), Frame.integer(file, page, 4))
        }
    }

    private mutating func clear(_ start: Int, _ count: Int) {
        bytes.replaceSubrange(start..<(start + count), with: repeatElement(0, count: count))
    }

    private static func integer(_ file: [UInt8], _ at: Int, _ count: Int) -> Int {
        file[at..<(at + count)].reduce(0) { $0 << 8 | Int($1) }
    }

    private static func varint(_ file: [UInt8], _ at: inout Int) -> Int {
        var value = 0
        while file[at] >= 0x80 {
            value = value << 7 | Int(file[at] & 0x7F)
            at += 1
        }
        at += 1
        return value << 7 | Int(file[at - 1])
    }
}

/// Rows within a page, and rows with overflow pages.
@Suite(.serialized)
struct UnmovedRowTests {
    private struct Scene {
        let table: UniformTable
        let folder: TemporaryFolder
        let path: String
        let writer: any DatabaseWriter

        init(length: Int) throws {
            let table = UniformTable(
                name: "row", columns: [.init("tag", 32), .init("piece", length)], initialRows: 256)
            var migrator = DatabaseMigrator()
            migrator.registerMigration("1") { db in
                try Room.createTable(in: db)
                try table.create(in: db)
            }
            self.table = table
            folder = try TemporaryFolder()
            path = folder.file("x.sqlite")
            writer = try SQLiteFile.open(path, migrator: migrator)
        }

        static func values(of table: UniformTable) -> [[UInt8]] {
            table.columns.map { RandomSource.system.bytes($0.length) }
        }

        /// The file without what stands in the rows. The first page has SQLite's counters of changes; in the table of
        /// rooms the number of spare rows changes.
        func frame() async throws -> Frame {
            let roots = try await writer.look { db in
                try ["row", "room"].compactMap {
                    try Int.fetchOne(db, sql: "SELECT rootpage FROM sqlite_schema WHERE name = ?", arguments: [$0])
                }
            }
            return try Frame(path, root: roots[0], passing: [1, roots[1]])
        }
    }

    // Threat: LIN-07
    @Test(arguments: [100, 2_100, 4_180, 8_236])
    func `whatever is written, updated and removed, no row changes its place or its size`(length: Int) async throws {
        let scene = try Scene(length: length)
        let before = try await scene.frame()
        #expect(before.cells == 256)
        let content = try scene.folder.contents()
        var keys: [[UInt8]] = []
        for _ in 0..<12 {
            let (table, old) = (scene.table, keys)
            keys = try await scene.writer.transaction { db in
                var keys = old
                for step in 0..<60 {
                    if keys.count > 100 || (step % 3 == 2 && !keys.isEmpty) {
                        try table.remove(keys.remove(at: Int.random(in: keys.indices)), in: db)
                    } else if step % 3 == 1, let key = keys.randomElement() {
                        try table.update(key, Scene.values(of: table), in: db)
                    } else {
                        keys.append(RandomSource.system.bytes(32))
                        try table.insert(keys[keys.count - 1], Scene.values(of: table), in: db)
                    }
                }
                return keys
            }
            #expect(try await scene.frame() == before)
        }
        #expect(try scene.folder.contents() != content)
    }

    @Test(arguments: [100, 2_100, 4_180, 8_236])
    func `rows that are deleted and inserted instead change their places`(length: Int) async throws {
        let scene = try Scene(length: length)
        let before = try await scene.frame()
        try await scene.writer.transaction { db in
            let rows = try [5, 3, 8, 4, 7, 6].compactMap {
                try Row.fetchOne(db, sql: "SELECT * FROM row WHERE slot = ?", arguments: [$0])
            }
            try db.execute(sql: "DELETE FROM row WHERE slot BETWEEN 3 AND 8")
            for row in rows {
                let values = StatementArguments(row.databaseValues)
                try db.execute(sql: "INSERT INTO row VALUES (?, ?, ?, ?, ?)", arguments: values)
            }
        }
        #expect(try await scene.frame() != before)
    }
}
