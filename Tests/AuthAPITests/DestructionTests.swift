import AuthAPI
import Capabilities
import DumpIdentity
import Foundation
import GRDB
import IPLD
import TestSupport
import Testing

@testable import PseudonymStore

/// Destroyed means destroyed: what was in a row, and is in none any more, is in no file of the data folder, while the node
/// runs.
@Suite(.serialized)
struct DestructionTests {
    /// What an act of the owner's or the viewer's must destroy.
    enum Act: String, CaseIterable, Sendable {
        case decision, edit, withdrawal, revocation, logOut, deletion
    }

    /// An owner with a picture, one approved request and one that waits, on a node with files.
    private struct Scene {
        let folder: TemporaryFolder
        let owner: Person
        let viewer: Person
        let object: String
        let waiting: String
        let grant: String

        init(_ node: TestNode, _ folder: TemporaryFolder) async throws {
            self.folder = folder
            owner = try await node.account("steve")
            viewer = try await node.account("stephanie")
            try await owner.setProfile()
            // A picture in as many pieces as there can be.
            let picture = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] + [UInt8](repeating: 5, count: 262_000)
            try await owner.setProfile(["picture": ["type": "image/png", "data": .bytes(picture)]])
            object = try await owner.publish()
            let first = try await viewer.request(object, fields: ["name", "picture"])
            grant = try await owner.approve(first, fields: ["name", "picture"])
            #expect(try await viewer.read(first, ["name", "picture"]).status == 200)
            waiting = try await viewer.request(object)
        }

        func perform(_ act: Act) async throws {
            switch act {
            case .decision: _ = try await owner.done("POST", "/v1/inbox/\(waiting)/deny")
            case .edit: try await owner.setProfile(["name": "S. Example", "picture": .null])
            case .withdrawal: _ = try await viewer.done("DELETE", "/v1/requests/\(waiting)")
            case .revocation: _ = try await owner.done("DELETE", "/v1/grants/\(grant)")
            case .logOut: _ = try await viewer.done("DELETE", "/v1/session")
            case .deletion:
                _ = try await owner.done("DELETE", "/v1/account", ["passphrase": .string(Person.passphrase)])
            }
        }
    }

    /// Every value of 16 bytes and more that stands in a row of a file.
    private func values(_ writers: [any DatabaseWriter]) async throws -> Set<Data> {
        var values: Set<Data> = []
        for writer in writers {
            let found = try await writer.read { db in
                let tables = try String.fetchAll(db, sql: "SELECT name FROM sqlite_master WHERE type = 'table'")
                return try tables.filter { try db.columns(in: $0).contains { $0.name == "spare" } }.flatMap { table in
                    try Row.fetchAll(db, sql: "SELECT * FROM \(table) WHERE spare = 0").flatMap { row in
                        row.databaseValues.compactMap { Data.fromDatabaseValue($0) }
                    }
                }
            }
            values.formUnion(found.filter { $0.count >= 16 && $0.contains { $0 != 0 } })
        }
        return values
    }

    @Test(arguments: Act.allCases)
    func `what goes is in no file any more`(act: Act) async throws {
        let folder = try TemporaryFolder()
        try await withClient { client in
            try await TestNode(in: (folder, "x"), client: client).serving { node in
                let scene = try await Scene(node, folder)
                let writers = [node.node.accounts.writer, node.node.pseudonyms.writer]
                let before = try await values(writers)
                let disk = try folder.contents()
                // What is looked for is there, where it is there.
                let sample = try #require(before.first { $0.count == 72 })
                #expect(disk.range(of: sample) != nil)

                try await scene.perform(act)

                let gone = try await before.subtracting(values(writers))
                #expect(!gone.isEmpty)
                let after = try folder.contents()
                for value in gone {
                    // From the inside: a row that went leaves four bytes of its key, and long rows lie on several pages.
                    let middle = value.count / 2
                    let trace = value[(value.startIndex + middle - 6)..<(value.startIndex + middle + 6)]
                    if trace.allSatisfy({ $0 == 0 }) { continue }
                    #expect(after.range(of: trace) == nil, "a value of \(value.count) bytes")
                }
            }
        }
    }

    @Test func `a revocation destroys every piece of what it opened`() async throws {
        let folder = try TemporaryFolder()
        try await withClient { client in
            try await TestNode(in: (folder, "x"), client: client).serving { node in
                let scene = try await Scene(node, folder)
                #expect(try await node.footprint()["disclosed_field"] ?? 0 > 200)
                try await scene.perform(.revocation)
                #expect(try await node.footprint()["disclosed_field"] == 0)
            }
        }
    }
}
