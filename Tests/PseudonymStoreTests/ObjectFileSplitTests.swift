import DumpIdentity
import Foundation
import GRDB
import IPLD
import TestSupport
import Testing

@testable import PseudonymStore

/// The one file of all modules that earlier versions kept is split, and nothing of it is lost.
struct ObjectFileSplitTests {
    private let folder: TemporaryFolder
    private let market: ModuleID
    private let travel: ModuleID
    private let library: ModuleID
    private let peer: NodeAddress
    /// A hundred objects of the market, three of travel, one of the library.
    private let objects: [ModuleObject]

    private var modules: [ModuleID] { [market, travel] }
    private var files: ObjectFiles { ObjectFiles(folder: folder.path, prefix: "objects") }

    init() throws {
        folder = try TemporaryFolder()
        market = try ModuleID("org.dump.market")
        travel = try ModuleID("org.dump.travel")
        library = try ModuleID("org.dump.library")
        peer = try NodeAddress("https://peer.example")
        objects =
            try (1...100).map { try ModuleObject.test($0) }
            + (1...3).map { try ModuleObject.test($0, module: "org.dump.travel") }
            + [ModuleObject.test(1, module: "org.dump.library")]
    }

    /// Makes a file as the first version of this program made it. Market objects have the numbers 1, 3, 5 and so on.
    private func makeOldFile(migration: String = "1 objects and peers") throws {
        let queue = try DatabaseQueue(path: folder.file("objects.sqlite"))
        try queue.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA journal_mode = WAL") }
        var migrator = DatabaseMigrator()
        migrator.registerMigration(migration) { db in
            try db.execute(
                sql: """
                    CREATE TABLE object (
                        module TEXT NOT NULL, sequence INTEGER NOT NULL, cid BLOB NOT NULL UNIQUE, bytes BLOB NOT NULL,
                        PRIMARY KEY (module, sequence)
                    ) STRICT, WITHOUT ROWID;
                    CREATE TABLE peer (
                        address TEXT NOT NULL, module TEXT NOT NULL, after INTEGER NOT NULL,
                        PRIMARY KEY (address, module)
                    ) STRICT, WITHOUT ROWID;
                    """)
        }
        try migrator.migrate(queue)
        try queue.write { db in
            for (number, object) in objects.enumerated() {
                try db.execute(
                    sql: "INSERT INTO object VALUES (?, ?, ?, ?)",
                    arguments: [
                        object.module.string, 2 * number + 1, Data(object.cid.bytes), Data(object.envelope.bytes),
                    ])
            }
            for (module, after) in [(market, 17), (travel, 4), (library, 1)] {
                try db.execute(
                    sql: "INSERT INTO peer VALUES (?, ?, ?)", arguments: [peer.string, module.string, after])
            }
        }
    }

    private func open() async throws -> ObjectDatabase {
        try await ObjectDatabase(folder: folder.path, modules: modules + [library])
    }

    /// Expects every object under its number, every position, and nothing left of the old file.
    private func isWhole(_ database: ObjectDatabase) async throws {
        var logged: [LoggedObject] = []
        for module in modules + [library] {
            logged += try await database.objects(of: module, after: 0, limit: 200)
        }
        #expect(logged.map(\.bytes) == objects.map(\.envelope.bytes))
        let numbers = objects.indices.map { Int64(2 * $0 + 1) }
        #expect(logged.map(\.sequence) == numbers)
        #expect(try await database.position(in: peer, module: market) == 17)
        #expect(try await database.position(in: peer, module: travel) == 4)
        #expect(try folder.names.filter { $0.hasPrefix("objects.sqlite") }.isEmpty)
    }

    @Test func `every object keeps its number, every peer its position, and the old file goes`() async throws {
        try makeOldFile()
        try await isWhole(open())
    }

    @Test func `a split that was cut short while it copied is finished`() async throws {
        try makeOldFile()
        let log = try ModuleLog(path: files.path(of: market))
        let copied = Array(objects.prefix(10))
        try await log.writer.write { db in
            for (number, object) in copied.enumerated() {
                try db.execute(
                    sql: "INSERT INTO object VALUES (?, ?, ?)",
                    arguments: [2 * number + 1, Data(object.cid.bytes), Data(object.envelope.bytes)])
            }
        }
        try await isWhole(open())
    }

    @Test func `a split that was cut short before the old file went is finished`() async throws {
        try makeOldFile()
        do {
            let old = try DatabaseQueue(path: folder.file("objects.sqlite"))
            try await ObjectFileSplit(files: files).copy(from: old)
            try await old.write { db in try db.execute(sql: "DELETE FROM object; DELETE FROM peer") }
        }
        try await isWhole(open())
    }

    @Test func `a second start changes nothing`() async throws {
        try makeOldFile()
        _ = try await open()
        try await isWhole(open())
    }

    @Test func `a module that the node runs no more is kept`() async throws {
        try makeOldFile()
        _ = try await ObjectDatabase(folder: folder.path, modules: [market])
        try await isWhole(open())
    }

    @Test func `an old file that is put back adds what is missing and takes no position back`() async throws {
        let first = try ModuleObject.test(1_000)
        do {
            let database = try await open()
            try await database.add([first], from: peer, module: market, upTo: 99)
        }
        try makeOldFile()
        let database = try await open()
        #expect(try await database.objects(of: market, after: 0, limit: 200).count == 101)
        #expect(try await database.object(objects[0].cid, module: market) != nil)
        #expect(try await database.object(first.cid, module: market) != nil)
        #expect(try await database.position(in: peer, module: market) == 99)
    }

    @Test func `an old file of a newer version is refused and stays`() async throws {
        try makeOldFile(migration: "9 from the future")
        let error = try await refusal { try await open() }
        #expect(error == .newerVersion(file: folder.file("objects.sqlite")))
        #expect(try folder.names.contains("objects.sqlite"))
    }

    @Test func `without an old file none is made`() async throws {
        _ = try await open()
        #expect(try !folder.names.contains("objects.sqlite"))
    }
}
