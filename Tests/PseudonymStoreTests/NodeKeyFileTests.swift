import DumpIdentity
import Foundation
import IPLD
import Sodium
import TestSupport
import Testing

@testable import PseudonymStore

/// Changing the key of a node, and what is found after an interruption.
struct NodeKeyFileTests {
    private let parent: TemporaryFolder
    private let folder: DataFolder
    private let first: Principal

    init() throws {
        parent = try TemporaryFolder()
        folder = try DataFolder(parent.file("node"))
        try PrivateFile.createKey(folder.file("node.key"))
        first = try PrivateFile.readKey(folder.file("node.key")).principal()
    }

    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    private func open() throws -> Principal { try NodeKeyFile.open(in: folder).principal() }

    private func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.file(name))))
    }

    /// Changes the key and breaks off behind a step.
    private func breakOff(after step: NodeKeyFile.Step) async throws {
        let broken = StoreError.system(file: "broken off", code: EIO)
        let error = try await refusal {
            _ = try NodeKeyFile.rotate(in: folder, time: testTime) { done throws(StoreError) in
                if done == step { throw broken }
            }
        }
        #expect(error == broken)
    }

    @Test func `the node has another key, and a statement of both`() throws {
        let statement = try NodeKeyFile.rotate(in: folder, time: testTime + 5)
        #expect(statement.former == first)
        #expect(statement.day == testTime)
        #expect(try open() == statement.next)
        #expect(try NodeKeyFile.successions(in: folder, to: statement.next).all == [statement])
        #expect(try names() == ["lock", "node.key", "node.successions"])
        for name in ["node.key", "node.successions"] { #expect(try mode(of: folder.file(name)) == 0o600) }
    }

    @Test func `the former key is overwritten`() throws {
        let path = parent.file("link")
        let former = try bytes("node.key")
        #expect(unsafe link(folder.file("node.key"), path) == 0)
        _ = try NodeKeyFile.rotate(in: folder, time: testTime)
        let left = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        #expect(left == [UInt8](repeating: 0, count: former.count))
    }

    @Test func `a key that was changed several times is followed from each`() throws {
        var keys = [first]
        for day in 0..<16 {
            keys.append(try NodeKeyFile.rotate(in: folder, time: testTime + Int64(day) * Day.seconds).next)
        }
        let statements = try NodeKeyFile.successions(in: folder, to: open())
        #expect(statements.chain(from: first) == keys)
    }

    @Test func `a seventeenth change within 401 days is refused, and a later one forgets the oldest`() async throws {
        for _ in 0..<16 { _ = try NodeKeyFile.rotate(in: folder, time: testTime) }
        let last = try open()
        let retention = NodeKeyFile.retention
        let error = try await refusal { _ = try NodeKeyFile.rotate(in: folder, time: testTime + retention) }
        #expect(error == .full)
        #expect(try open() == last)
        let statement = try NodeKeyFile.rotate(in: folder, time: testTime + retention + Day.seconds)
        #expect(try NodeKeyFile.successions(in: folder, to: statement.next).all == [statement])
    }

    @Test func `with its next key written alone, the node keeps its key`() async throws {
        try await breakOff(after: .nextKeyWritten)
        #expect(try names() == ["lock", "node.key", "node.key.next"])
        #expect(try open() == first)
        #expect(try NodeKeyFile.successions(in: folder, to: first).isEmpty)
        #expect(try names() == ["lock", "node.key"])
    }

    @Test func `with the statement written, the change is completed`() async throws {
        try await breakOff(after: .statementWritten)
        let path = parent.file("link")
        #expect(unsafe link(folder.file("node.key"), path) == 0)
        let next = try PrivateFile.readKey(folder.file("node.key.next")).principal()
        #expect(try open() == next)
        #expect(try NodeKeyFile.successions(in: folder, to: next).chain(from: first) == [first, next])
        #expect(try names() == ["lock", "node.key", "node.successions"])
        #expect([UInt8](try Data(contentsOf: URL(fileURLWithPath: path))).allSatisfy { $0 == 0 })
    }

    @Test func `with the key replaced, the node starts with the next`() async throws {
        try await breakOff(after: .keyReplaced)
        let next = try open()
        #expect(next != first)
        #expect(try NodeKeyFile.successions(in: folder, to: next).chain(from: first) == [first, next])
        #expect(try names() == ["lock", "node.key", "node.successions"])
    }

    @Test(arguments: NodeKeyFile.Step.allCases)
    func `after an interruption the key can be changed again`(step: NodeKeyFile.Step) async throws {
        try await breakOff(after: step)
        let statement = try NodeKeyFile.rotate(in: folder, time: testTime)
        #expect(try open() == statement.next)
        let chain = try NodeKeyFile.successions(in: folder, to: statement.next).chain(from: first)
        #expect(chain.last == statement.next)
        #expect(chain.count == (step == .nextKeyWritten ? 2 : 3))
    }

    @Test func `a piece of a key that was being written is removed`() throws {
        try PrivateFile.write([1, 2], to: folder.file("node.key.next.new"), replacing: false)
        #expect(try open() == first)
        #expect(try names() == ["lock", "node.key"])
    }

    @Test func `a former key that was put back does not start`() async throws {
        let former = try bytes("node.key")
        let next = try NodeKeyFile.rotate(in: folder, time: testTime).next
        try PrivateFile.write(former, to: folder.file("node.key"), replacing: true)
        #expect(try open() == first)
        let path = folder.file("node.successions")
        #expect(
            try await refusal { _ = try NodeKeyFile.successions(in: folder, to: first) } == .malformedFile(file: path))
        #expect(
            try await refusal { _ = try NodeKeyFile.rotate(in: folder, time: testTime) } == .malformedFile(file: path))
        #expect(throws: Never.self) { try NodeKeyFile.successions(in: folder, to: next) }
    }

    @Test func `statements that are altered or another's are refused`() async throws {
        let statement = try NodeKeyFile.rotate(in: folder, time: testTime)
        let path = folder.file("node.successions")
        let altered = try bytes("node.successions").altered(at: 20)
        try PrivateFile.write(altered, to: path, replacing: true)
        #expect(
            try await refusal { _ = try NodeKeyFile.successions(in: folder, to: statement.next) }
                == .malformedFile(file: path))
        var foreign = Successions()
        let former = try Party.owner.key()
        let next = try Party.viewer.key()
        try foreign.insert(statement)
        try foreign.insert(Succession.sign(from: former, to: next, time: testTime))
        try PrivateFile.write(foreign.encoded(), to: path, replacing: true)
        #expect(
            try await refusal { _ = try NodeKeyFile.successions(in: folder, to: statement.next) }
                == .malformedFile(file: path))
    }

    @Test func `without a key nothing is changed`() async throws {
        try FileManager.default.removeItem(atPath: folder.file("node.key"))
        #expect(try await refusal { _ = try NodeKeyFile.rotate(in: folder, time: testTime) } == .notFound)
        #expect(try names() == ["lock"])
    }

    @Test func `what is no key is refused`() async throws {
        let path = folder.file("node.key")
        try PrivateFile.write(Array("no key\n".utf8), to: path, replacing: true)
        #expect(try await refusal { _ = try NodeKeyFile.open(in: folder) } == .notAKey(file: path))
    }
}
