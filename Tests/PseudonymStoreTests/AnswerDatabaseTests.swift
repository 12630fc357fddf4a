import DumpIdentity
import Foundation
import GRDB
import TestSupport
import Testing

@testable import PseudonymStore

struct AnswerDatabaseTests {
    private static let day: Int64 = 1_767_225_600
    private static let short = [UInt8](repeating: 7, count: AnswerDatabase.commonLength)
    private static let long = [UInt8](repeating: 9, count: 65_576)

    private func name(_ number: UInt8) -> [UInt8] { [UInt8](repeating: number, count: 32) }

    @Test(arguments: [short, long]) func `an answer is kept, and replaced, under its name`(answer: [UInt8]) async throws
    {
        let folder = try TemporaryFolder()
        let path = folder.file("answers.sqlite")
        let end = Self.day + 2 * Day.seconds
        let database = try AnswerDatabase(path: path)
        try await database.keep(Self.short, under: name(1), until: end, today: Self.day)
        try await database.keep(answer, under: name(1), until: end, today: Self.day)
        #expect(try await database.answer(name(1)) == answer)
        #expect(try await database.answer(name(2)) == nil)
        #expect(try await AnswerDatabase(path: path).answer(name(1)) == answer)
        try await database.remove(name(1))
        #expect(try await database.answer(name(1)) == nil)
        #expect(try await database.rows().isEmpty)
    }

    // Threat: LIN-61
    @Test func `rows of answers have one length, and days for times`() async throws {
        let database = try AnswerDatabase(inMemory: ())
        let end = Self.day + 2 * Day.seconds
        try await database.keep(Self.short, under: name(1), until: end, today: Self.day)
        try await database.keep(Self.long, under: name(2), until: end, today: Self.day)
        let rows = try await database.rows()
        #expect(rows.count == 17)
        let tag = bigEndian(Int(end)) + [UInt8](repeating: 0, count: 24)
        #expect(rows.filter { $0.tag == tag }.count == 2)
        #expect(rows.filter { $0.tag.allSatisfy { $0 == 0 } }.count == 15)
        #expect(rows.allSatisfy { $0.length == AnswerDatabase.commonLength + 4 })
    }

    @Test func `answers go with their day, whole, and are in no file any more`() async throws {
        let folder = try TemporaryFolder()
        let database = try AnswerDatabase(path: folder.file("answers.sqlite"))
        let first = Self.day + Day.seconds
        try await database.keep(Self.long, under: name(1), until: first, today: Self.day)
        try await database.keep(Self.short, under: name(2), until: first + Day.seconds, today: Self.day)
        try await database.removeEnded(before: Self.day)
        #expect(try await database.rows().count == 17)
        try await database.removeEnded(before: first)
        #expect(try await database.answer(name(1)) == nil)
        #expect(try await database.answer(name(2)) == Self.short)
        #expect(try await database.rows().count == 1)
        let trace = Data(repeating: 9, count: 64)
        for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            // Not Data(contentsOf:), which leaks a page for an empty file.
            let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: folder.file(file)))
            let contents = try handle.readToEnd() ?? Data()
            try handle.close()
            #expect(contents.range(of: trace) == nil, "\(file)")
        }
    }

    @Test func `beyond its rows nothing is kept, until answers have gone`() async throws {
        let database = try AnswerDatabase(inMemory: (), maximumRows: 17)
        let end = Self.day + Day.seconds
        try await database.keep(Self.long, under: name(1), until: end, today: Self.day)
        try await database.keep(Self.short, under: name(2), until: end, today: Self.day)
        await #expect(throws: StoreError.busy) {
            try await database.keep(Self.short, under: name(3), until: end, today: Self.day)
        }
        #expect(try await database.answer(name(3)) == nil)
        // In place of one that is there it has room.
        try await database.keep(Self.short, under: name(2), until: end, today: Self.day)
        try await database.keep(Self.short, under: name(3), until: end + Day.seconds, today: end)
        #expect(try await database.answer(name(3)) == Self.short)
    }
}

extension AnswerDatabase {
    fileprivate struct StoredRow: Sendable {
        let tag: [UInt8]
        let length: Int
    }

    /// The rows that are not spare.
    fileprivate func rows() async throws -> [StoredRow] {
        try await writer.read { db in
            try Row.fetchAll(db, sql: "SELECT tag, piece FROM kept_answer WHERE spare = 0").map { row in
                StoredRow(tag: row.bytes("tag"), length: row.bytes("piece").count)
            }
        }
    }
}
