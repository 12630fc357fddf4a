import Capabilities
import DumpIdentity
import Foundation
import GRDB
import Sodium
import TestSupport
import Testing

@testable import PseudonymStore

struct SQLiteFileTests {
    @Test(arguments: DatabaseFile.allCases)
    func `a file of a newer version is refused and stays as it is`(file: DatabaseFile) async throws {
        let folder = try TemporaryFolder()
        _ = try file.open(in: folder)
        let queue = try DatabaseQueue(path: file.path(in: folder))
        try await queue.write { db in try db.execute(sql: "INSERT INTO grdb_migrations VALUES ('9 from the future')") }
        let migrations = "SELECT count(*) FROM grdb_migrations"
        let before = try await queue.read { db in try Int.fetchOne(db, sql: migrations) }
        let error = try await refusal { try file.open(in: folder) }
        #expect(error == .newerVersion(file: file.path(in: folder)))
        #expect(try await queue.read { db in try Int.fetchOne(db, sql: migrations) } == before)
    }

    @Test(arguments: DatabaseFile.allCases)
    func `a file can be opened again`(file: DatabaseFile) async throws {
        let folder = try TemporaryFolder()
        _ = try file.open(in: folder)
        #expect(try await refusal { try file.open(in: folder) } == nil)
    }

    @Test(arguments: DatabaseFile.allCases)
    func `files are for their owner alone`(file: DatabaseFile) throws {
        let folder = try TemporaryFolder()
        let database = try file.open(in: folder)
        let names = try folder.names
        #expect(names.count >= 2, "the database and its log")
        for name in names { #expect(try mode(of: folder.file(name)) == 0o600, "\(name)") }
        withExtendedLifetime(database) {}
    }

    @Test func `a file that was open to others is closed to them`() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("pseudonyms.sqlite")
        let isMade = FileManager.default.createFile(
            atPath: path, contents: nil, attributes: [.posixPermissions: 0o644])
        #expect(isMade)
        _ = try PseudonymDatabase(path: path)
        #expect(try mode(of: path) == 0o600)
    }

    @Test func `what is no database is refused`() async throws {
        let folder = try TemporaryFolder()
        let text = String(repeating: "This is no database. ", count: 10)
        try PrivateFile.write(Array(text.utf8), to: folder.file("x"), replacing: false)
        // SQLITE_NOTADB
        #expect(try await refusal { try PseudonymDatabase(path: folder.file("x")) } == .database(code: 26))
    }

    @Test func `a path that cannot be opened is refused`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("none/x")
        #expect(try await refusal { try PseudonymDatabase(path: path) } == .system(file: path, code: ENOENT))
    }

    @Test func `an error of SQLite carries neither statement nor data`() {
        let error = DatabaseError(
            resultCode: .SQLITE_CONSTRAINT_UNIQUE, message: "secret", sql: "SELECT secret", arguments: ["secret"])
        #expect(SQLiteFile.failure(error) == .database(code: 2_067))
        #expect(!"\(SQLiteFile.failure(error))".contains("secret"))
    }

    @Test func `an unknown error carries nothing`() {
        struct Other: Error { let text = "secret" }
        #expect(SQLiteFile.failure(Other()) == .database(code: -1))
    }

    @Test func `connections overwrite what is deleted and write through to disk`() async throws {
        let folder = try TemporaryFolder()
        let file = try PseudonymDatabase(path: folder.file("pseudonyms.sqlite"))
        for database in [file, try PseudonymDatabase(inMemory: ())] {
            let settings = try await database.writer.write { db in
                try ["secure_delete", "synchronous", "temp_store", "trusted_schema", "foreign_keys"].map {
                    try Int.fetchOne(db, sql: "PRAGMA \($0)")
                }
            }
            #expect(settings == [1, 2, 2, 0, 1])
        }
        #expect(try await file.writer.read { db in try String.fetchOne(db, sql: "PRAGMA journal_mode") } == "wal")
    }

    @Test func `disclosed bytes are in no file after a revocation`() async throws {
        let folder = try TemporaryFolder()
        let database = try PseudonymDatabase(path: folder.file("pseudonyms.sqlite"))
        let sealed = [RandomSource.system.bytes(1_064), RandomSource.system.bytes(263_208)]
        let scene = try await GrantScene(database, sealed: sealed)
        // The middle of the large one is on overflow pages.
        let traces = sealed.map { Data($0[500..<540]) } + [Data(sealed[1][200_000..<200_040])]
        let before = try folder.contents()
        for trace in traces { #expect(before.range(of: trace) != nil) }

        try await database.revoke(scene.change())
        let after = try folder.contents()
        for trace in traces { #expect(after.range(of: trace) == nil) }
    }

    @Test func `no statement's arguments are told in errors`() async throws {
        let database = try PseudonymDatabase(inMemory: ())
        let isPublic = try await database.writer.read { $0.configuration.publicStatementArguments }
        #expect(!isPublic)
    }
}
