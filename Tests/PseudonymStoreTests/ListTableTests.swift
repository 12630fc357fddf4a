import GRDB
import Sodium
import Testing

@testable import PseudonymStore

struct ListTableTests {
    private static let lists = ListTable("element", length: 10, initialRows: 16)

    private func queue() throws -> DatabaseQueue {
        let queue = try DatabaseQueue()
        try queue.write { db in
            try Room.createTable(in: db)
            try ListTableTests.lists.create(in: db)
        }
        return queue
    }

    private func entry(_ number: Int, length: Int = 10) -> SealedTable.Entry {
        SealedTable.Entry(
            tag: Hashing.blake2b(bigEndian(number)), value: [UInt8](repeating: UInt8(number), count: length))
    }

    private func values(_ list: [UInt8], _ db: Database) throws -> Set<[UInt8]> {
        Set(try ListTableTests.lists.all(list, in: db).map(\.value))
    }

    @Test(arguments: [0, 1, 2, 3, 7, 8, 9, 33])
    func `a list counts its elements and has them all`(count: Int) throws {
        try queue().write { db in
            for number in 0..<count { try ListTableTests.lists.append(entry(number), to: name(1), in: db) }
            try ListTableTests.lists.append(entry(200), to: name(2), in: db)
            #expect(try ListTableTests.lists.count(name(1), in: db) == count)
            #expect(try values(name(1), db) == Set((0..<count).map { entry($0).value }))
            #expect(try values(name(2), db) == [entry(200).value])
        }
    }

    @Test func `elements stand in no order of arrival`() throws {
        try queue().write { db in
            for number in 0..<60 { try ListTableTests.lists.append(entry(number), to: name(1), in: db) }
            let order = try ListTableTests.lists.all(name(1), in: db).compactMap(\.value.first).map { Int($0) }
            #expect(order != order.sorted())
            let inOrder = zip(order, order.dropFirst()).count { $0 < $1 }
            #expect((15...45).contains(inOrder))
        }
    }

    @Test(arguments: [0, 3, 6])
    func `an element that is removed is gone, and the others stay`(number: Int) throws {
        try queue().write { db in
            for number in 0..<7 { try ListTableTests.lists.append(entry(number), to: name(1), in: db) }
            #expect(try ListTableTests.lists.remove(tag: entry(number).tag, from: name(1), in: db))
            #expect(try ListTableTests.lists.remove(tag: entry(number).tag, from: name(1), in: db) == false)
            #expect(try ListTableTests.lists.count(name(1), in: db) == 6)
            #expect(try values(name(1), db) == Set((0..<7).filter { $0 != number }.map { entry($0).value }))
        }
    }

    @Test(arguments: [0, 5, 10, 11, 300])
    func `a value of any length comes back, also in place of a longer or shorter one`(length: Int) throws {
        try queue().write { db in
            for old in [300, 10, 0] {
                try ListTableTests.lists.removeAll(name(1), in: db)
                try ListTableTests.lists.append(entry(1, length: old), to: name(1), in: db)
                try ListTableTests.lists.put(entry(1, length: length), in: name(1), db)
                #expect(try ListTableTests.lists.all(name(1), in: db) == [entry(1, length: length)])
                let rows = try Int.fetchOne(db, sql: "SELECT count(*) FROM element WHERE spare = 0")
                #expect(rows == (length + 4 + 13) / 14)
            }
        }
    }

    @Test func `a value with a missing piece is refused`() throws {
        try queue().write { db in
            try ListTableTests.lists.append(entry(1, length: 30), to: name(1), in: db)
            try db.execute(sql: "UPDATE element SET spare = 1 WHERE tag = zeroblob(32) AND spare = 0")
            #expect(throws: StoreError.malformedFile(file: "element")) {
                try ListTableTests.lists.all(name(1), in: db)
            }
        }
    }
}
