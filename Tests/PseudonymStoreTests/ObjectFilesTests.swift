import DumpIdentity
import Foundation
import IPLD
import TestSupport
import Testing

@testable import PseudonymStore

/// Each module has a file of its own, which tells nothing of the others.
struct ObjectFilesTests {
    private let market: ModuleID
    private let travel: ModuleID

    init() throws {
        market = try ModuleID("org.dump.market")
        travel = try ModuleID("org.dump.travel")
    }

    /// Adds objects of two modules in an order, and gives the files as they are after the end.
    private func files(after order: [ModuleObject]) async throws -> [String: Data] {
        let folder = try TemporaryFolder()
        do {
            let database = try await ObjectDatabase(folder: folder.path, modules: [market, travel])
            for object in order { try await database.add(object) }
        }
        return try folder.names.reduce(into: [:]) {
            $0[$1] = try Data(contentsOf: URL(fileURLWithPath: folder.file($1)))
        }
    }

    @Test func `every module has a file, which is named for it and private`() async throws {
        let folder = try TemporaryFolder()
        let database = try await ObjectDatabase(folder: folder.path, modules: [market, travel])
        for module in [market, travel] {
            #expect(try mode(of: folder.file("objects-\(module).sqlite")) == 0o600)
        }
        withExtendedLifetime(database) {}
    }

    @Test func `no file tells how the objects of two modules came between each other`() async throws {
        let first = try (1...40).map { try ModuleObject.test($0, size: 300) }
        let second = try (1...40).map { try ModuleObject.test($0, module: travel.string, size: 300) }
        let oneByOne = zip(first, second).flatMap { [$0, $1] }
        let files = try await files(after: oneByOne)
        #expect(files.count == 2)
        #expect(try await self.files(after: second + first) == files)
    }

    @Test func `a module's file has nothing of another module`() async throws {
        let object = try ModuleObject.test(1, module: travel.string, size: 1_000)
        let files = try await files(after: [.test(1), object])
        let file = try #require(files["objects-org.dump.market.sqlite"])
        #expect(file.range(of: Data(object.cid.bytes)) == nil)
        #expect(file.range(of: Data(travel.string.utf8)) == nil)
        #expect(file.range(of: Data(object.envelope.bytes.suffix(64))) == nil)
    }

    @Test func `objects and positions are there after a restart`() async throws {
        let folder = try TemporaryFolder()
        let peer = try NodeAddress("https://peer.example")
        let object = try ModuleObject.test(1)
        do {
            let database = try await ObjectDatabase(folder: folder.path, modules: [market])
            try await database.add([object], from: peer, module: market, upTo: 7)
        }
        let again = try await ObjectDatabase(folder: folder.path, modules: [market, travel])
        #expect(try await again.object(object.cid, module: market) == object.envelope.bytes)
        #expect(try await again.position(in: peer, module: market) == 7)
    }

    @Test func `the longest name of a module is a name for a file`() async throws {
        let label = String(repeating: "a", count: 63)
        let longest = try ModuleID("\(label).\(label)")
        let folder = try TemporaryFolder()
        let database = try await ObjectDatabase(folder: folder.path, modules: [longest])
        try await database.add(.test(1, module: longest.string))
        #expect(try await database.objects(of: longest, after: 0, limit: 9).count == 1)
    }
}
