public import AuthAPI
public import DumpIdentity
internal import Foundation
public import IPLD

/// Something in a measurement did not go as it should; the text is for people.
public struct LiveFailure: Error, CustomStringConvertible, Sendable {
    /// What it was.
    public let description: String

    /// A failure in words.
    public init(_ description: String) { self.description = description }
}

/// `dump serve` as a process of its own, in a folder that goes with it.
public final class NodeProcess: Sendable {
    /// Where it answers.
    public let address: NodeAddress
    /// The port of that.
    public let port: Int
    /// The process.
    public let identifier: Int32
    private let folder: URL
    private let process = Process()

    /// Starts the `dump` beside this program on a port of the loopback interface, with further flags.
    ///
    /// - Throws: ``IdentityError``, and what starting throws.
    public init(port: Int, module: String, flags: [String] = []) throws {
        self.port = port
        address = try NodeAddress("http://127.0.0.1:\(port)")
        folder = FileManager.default.temporaryDirectory.appending(path: "live-node-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let here = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        process.executableURL = here.appending(path: "dump")
        process.arguments =
            [
                "serve", "--data", folder.appending(path: "node").path, "--listen", "127.0.0.1:\(port)", "--module",
                module, "--argon2-operations", "1", "--argon2-memory", "8", "--accounts-per-source", "1000",
                "--allow-loopback",
            ] + flags
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        identifier = process.processIdentifier
    }

    /// Starts one, and ends it after the body, however that ends.
    ///
    /// - Throws: what starting throws, and the body.
    public static func serving<Result: Sendable>(
        port: Int, module: String, flags: [String] = [], _ body: @Sendable (NodeProcess) async throws -> Result
    ) async throws -> Result {
        let node = try NodeProcess(port: port, module: module, flags: flags)
        defer { node.end() }
        return try await body(node)
    }

    /// Waits until it answers, and gives its key.
    ///
    /// - Throws: ``LiveFailure`` where it has ended.
    public func principal(_ client: PeerClient) async throws -> Principal {
        while process.isRunning {
            let answer = try? await client.send(
                "GET", "/.well-known/dump", at: address, accept: "application/json", limit: 1 << 20)
            if let answer, let map = try DagJSON.decode(String(decoding: answer.body, as: UTF8.self)).mapValue {
                return try Principal(did: map["node"]?.stringValue ?? "")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw LiveFailure("the node has ended")
    }

    /// Ends it, and removes what it kept.
    public func end() {
        process.terminate()
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
    }
}
