import DumpIdentity
import Foundation
import GRDB
import TestSupport
import Testing

@testable import PseudonymStore

/// A database file of a node, by name.
enum DatabaseFile: String, CaseIterable, Sendable {
    case accounts
    case pseudonyms
    case answers
    case objects = "objects-org.dump.market"

    /// Makes the file, or opens it.
    func open(in folder: TemporaryFolder) throws -> any Sendable {
        switch self {
        case .accounts: try AccountDatabase(path: path(in: folder))
        case .pseudonyms: try PseudonymDatabase(path: path(in: folder))
        case .answers: try AnswerDatabase(path: path(in: folder))
        case .objects: try ModuleLog(path: path(in: folder))
        }
    }

    func path(in folder: TemporaryFolder) -> String { folder.file(rawValue + ".sqlite") }

    /// Our tables in the file.
    func tables(_ db: Database) throws -> [Row] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT name, wr, strict FROM pragma_table_list
                WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'grdb_migrations'
                """)
    }
}

/// What `docs/spec.md`, "Storage", says of the columns of a file.
private enum SpecifiedColumns {
    /// The columns in the table under the heading of a file, as `table.column`: one that begins with a point is of the
    /// table that was named last.
    static func of(_ file: DatabaseFile) throws -> Set<String> {
        let text = try Project.text("docs/spec.md")
        let section =
            text.components(separatedBy: file == .objects ? "### `objects-`" : "### `\(file.rawValue).sqlite`")
            .dropFirst().first ?? ""
        let rows = section.prefix(upTo: section.range(of: "\n##")?.lowerBound ?? section.endIndex)
            .split(separator: "\n").filter { $0.hasPrefix("| `") }
        return Set(rows.flatMap { columns(in: $0.split(separator: "|").first ?? "") })
    }

    private static func columns(in cell: Substring) -> [String] {
        var table = ""
        // Every second part stands between two backticks.
        return cell.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }
            .map { _, name in
                if name.hasPrefix(".") { return table + name }
                table = String(name.prefix { $0 != "." })
                return String(name)
            }
    }
}

struct SchemaTests {
    // Threat: LIN-05
    @Test(arguments: DatabaseFile.allCases)
    func `every column stands in the specification, and no other does`(file: DatabaseFile) throws {
        let folder = try TemporaryFolder()
        _ = try file.open(in: folder)
        let columns = try DatabaseQueue(path: file.path(in: folder)).read { db in
            try file.tables(db).flatMap { row in
                let table: String = row["name"]
                return try db.columns(in: table).map { "\(table).\($0.name)" }
            }
        }
        let specified = try SpecifiedColumns.of(file)
        #expect(Set(columns).subtracting(specified) == [], "columns that the specification lacks")
        #expect(specified.subtracting(columns) == [], "columns that are not there")
    }

    @Test(arguments: DatabaseFile.allCases)
    func `every table is strict, and without row ids that are not slots`(file: DatabaseFile) throws {
        let folder = try TemporaryFolder()
        _ = try file.open(in: folder)
        let queue = try DatabaseQueue(path: file.path(in: folder))
        let tables = try queue.read { db in try file.tables(db) }
        #expect(tables.count >= 2)
        for table in tables {
            #expect(table["strict"] == 1, "\(table)")
            if table["wr"] == 1 { continue }
            // Slots are there before any row is, from 0 on without a gap.
            let slots = try queue.read { db in
                try Int.fetchAll(db, sql: "SELECT slot FROM \(table["name"] as String) ORDER BY slot")
            }
            #expect(slots.count >= Room.bucketLength && slots == Array(0..<slots.count), "\(table)")
        }
    }

    @Test(
        arguments: [
            (.pseudonyms, ["account", "handle", "profile", "name", "mail", "time", "created"]),
            (.accounts, ["pseudonym", "module", "grant", "request", "time", "created"]),
            (.answers, ["account", "handle", "session", "pseudonym", "module", "method", "path", "time", "created"]),
            (.objects, ["account", "handle", "profile", "time", "created"]),
        ] as [(DatabaseFile, [String])])
    func `no column joins what must stay apart`(file: DatabaseFile, forbidden: [String]) throws {
        let folder = try TemporaryFolder()
        _ = try file.open(in: folder)
        let columns = try DatabaseQueue(path: file.path(in: folder)).read { db in
            try file.tables(db).flatMap { try db.columns(in: $0["name"]).map(\.name) }
        }
        #expect(!columns.isEmpty)
        for column in columns {
            #expect(!forbidden.contains { column.contains($0) }, "\(column)")
        }
    }

    @Test(arguments: DatabaseFile.allCases)
    func `no table counts its rows`(file: DatabaseFile) throws {
        let folder = try TemporaryFolder()
        _ = try file.open(in: folder)
        let hasSequences = try DatabaseQueue(path: file.path(in: folder)).read { db in
            try db.tableExists("sqlite_sequence")
        }
        #expect(!hasSequences)
    }
}
