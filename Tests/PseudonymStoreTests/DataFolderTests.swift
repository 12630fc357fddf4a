import Foundation
import PseudonymStore
import TestSupport
import Testing

struct DataFolderTests {
    @Test func `a folder is made for its owner alone`() async throws {
        let parent = try TemporaryFolder()
        let folder = try DataFolder(parent.file("a/b"))
        #expect(try mode(of: parent.file("a/b")) == 0o700)
        #expect(try mode(of: folder.file("lock")) == 0o600)
    }

    @Test func `a folder that was open to others is closed to them`() async throws {
        let parent = try TemporaryFolder()
        try FileManager.default.createDirectory(
            atPath: parent.file("a"), withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
        let folder = try DataFolder(parent.file("a"))
        #expect(try mode(of: folder.path) == 0o700)
    }

    @Test func `a folder in use is refused`() async throws {
        let parent = try TemporaryFolder()
        let folder = try DataFolder(parent.file("a"))
        #expect(try await refusal { try DataFolder(parent.file("a")) } == .inUse)
        withExtendedLifetime(folder) {}
    }

    @Test func `a folder is free again when its holder is gone`() async throws {
        let parent = try TemporaryFolder()
        var folder: DataFolder? = try DataFolder(parent.file("a"))
        #expect(folder != nil)
        folder = nil
        #expect(try await refusal { try DataFolder(parent.file("a")) } == nil)
    }

    @Test func `a refused opening does not free the folder`() async throws {
        let parent = try TemporaryFolder()
        let folder = try DataFolder(parent.file("a"))
        _ = try await refusal { try DataFolder(parent.file("a")) }
        #expect(try await refusal { try DataFolder(parent.file("a")) } == .inUse)
        withExtendedLifetime(folder) {}
    }

    @Test func `two folders are independent`() async throws {
        let parent = try TemporaryFolder()
        let first = try DataFolder(parent.file("a"))
        #expect(try await refusal { try DataFolder(parent.file("b")) } == nil)
        withExtendedLifetime(first) {}
    }

    @Test func `a file in the place of the folder is refused`() async throws {
        let parent = try TemporaryFolder()
        #expect(FileManager.default.createFile(atPath: parent.file("a"), contents: nil))
        let error = try await refusal { try DataFolder(parent.file("a")) }
        guard case .system(let file, let code) = error else {
            Issue.record("refused with \(String(describing: error))")
            return
        }
        #expect(file == parent.file("a"))
        #expect(code != 0)
    }

    @Test func `the path of a file is in the folder`() throws {
        let parent = try TemporaryFolder()
        #expect(try DataFolder(parent.file("a")).file("x") == parent.file("a/x"))
    }
}
