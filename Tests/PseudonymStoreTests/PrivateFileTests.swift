import Foundation
import PseudonymStore
import TestSupport
import Testing

struct PrivateFileTests {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.file("key")
    }

    private func setMode(_ mode: Int) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    @Test(arguments: [0, 1, 32, 64 * 1_024])
    func `what was written is read`(count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        try PrivateFile.write(bytes, to: path, replacing: false)
        #expect(try PrivateFile.read(path) == bytes)
    }

    @Test(arguments: [true, false])
    func `a file is made for its owner alone, and nothing else is left`(replacing: Bool) throws {
        try PrivateFile.write([1], to: path, replacing: replacing)
        #expect(try mode(of: path) == 0o600)
        #expect(try folder.names == ["key"])
    }

    @Test(arguments: [0o644, 0o640, 0o620, 0o604, 0o602, 0o610, 0o601, 0o666])
    func `a file that others may use is refused`(mode: Int) async throws {
        try PrivateFile.write([1], to: path, replacing: false)
        try setMode(mode)
        #expect(try await refusal { try PrivateFile.read(path) } == .openPermissions(file: path))
    }

    @Test(arguments: [0o600, 0o400, 0o700])
    func `a file that its owner alone may use is read`(mode: Int) throws {
        try PrivateFile.write([1], to: path, replacing: false)
        try setMode(mode)
        #expect(try PrivateFile.read(path) == [1])
    }

    @Test func `a missing file is not found`() async throws {
        #expect(try await refusal { try PrivateFile.read(path) } == .notFound)
    }

    @Test func `a symbolic link is refused`() async throws {
        try PrivateFile.write([1], to: folder.file("target"), replacing: false)
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: folder.file("target"))
        #expect(try await refusal { try PrivateFile.read(path) } == .system(file: path, code: ELOOP))
    }

    @Test func `a folder is refused`() async throws {
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        #expect(try await refusal { try PrivateFile.read(path) } == .malformedFile(file: path))
    }

    @Test func `a file up to the limit is read and a larger one is refused`() async throws {
        try PrivateFile.write([1, 2, 3], to: path, replacing: false)
        #expect(try PrivateFile.read(path, limit: 3) == [1, 2, 3])
        #expect(try await refusal { try PrivateFile.read(path, limit: 2) } == .malformedFile(file: path))
    }

    @Test func `a file that exists is not replaced unasked`() async throws {
        try PrivateFile.write([1], to: path, replacing: false)
        #expect(try await refusal { try PrivateFile.write([2], to: path, replacing: false) } == .alreadyExists)
        #expect(try PrivateFile.read(path) == [1])
        #expect(try folder.names == ["key"])
    }

    @Test func `a file is replaced where that is asked for`() throws {
        try PrivateFile.write([1], to: path, replacing: false)
        try setMode(0o644)
        try PrivateFile.write([2, 3], to: path, replacing: true)
        #expect(try PrivateFile.read(path) == [2, 3])
        #expect(try folder.names == ["key"])
    }

    @Test func `what an interrupted writing left behind does no harm`() throws {
        let isMade = FileManager.default.createFile(
            atPath: path + ".new", contents: Data([9]), attributes: [.posixPermissions: 0o644])
        #expect(isMade)
        try PrivateFile.write([1], to: path, replacing: false)
        #expect(try PrivateFile.read(path) == [1])
        #expect(try folder.names == ["key"])
    }

    @Test func `a symbolic link is replaced, not followed`() throws {
        try PrivateFile.write([1], to: folder.file("target"), replacing: false)
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: folder.file("target"))
        try PrivateFile.write([2], to: path, replacing: true)
        #expect(try PrivateFile.read(path) == [2])
        #expect(try PrivateFile.read(folder.file("target")) == [1])
    }

    @Test func `a folder that is not there cannot be written to`() async throws {
        let path = folder.file("none/key")
        let error = try await refusal { try PrivateFile.write([1], to: path, replacing: false) }
        #expect(error == .system(file: path, code: ENOENT))
    }
}
