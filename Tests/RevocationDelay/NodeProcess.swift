import AuthAPI
import DumpIdentity
import Foundation
import IPLD

/// Something did not go as it should; the text is for people.
struct DelayFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// `dump serve` as a process of its own, in a folder that goes with it.
final class NodeProcess {
    let address: NodeAddress
    private let folder: URL
    private let process = Process()

    /// Starts the `dump` beside this program on a port of the loopback interface.
    init(port: Int) throws {
        address = try NodeAddress("http://127.0.0.1:\(port)")
        folder = FileManager.default.temporaryDirectory.appending(path: "revocation-delay-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let here = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        process.executableURL = here.appending(path: "dump")
        process.arguments = [
            "serve", "--data", folder.appending(path: "node").path, "--listen", "127.0.0.1:\(port)", "--module",
            DelayScene.module, "--argon2-operations", "1", "--argon2-memory", "8", "--allow-loopback",
            // One viewer asks for all of them.
            "--requests-per-source", "100000", "--requests-per-viewer", "100000", "--requests-per-mailbox", "100000",
        ]
        process.standardOutput = FileHandle.nullDevice
        try process.run()
    }

    /// Waits until it answers, and gives its key.
    func principal(_ client: PeerClient) async throws -> Principal {
        while process.isRunning {
            let answer = try? await client.send(
                "GET", "/.well-known/dump", at: address, accept: "application/json", limit: 1 << 20)
            if let answer, let map = try DagJSON.decode(String(decoding: answer.body, as: UTF8.self)).mapValue {
                return try Principal(did: map["node"]?.stringValue ?? "")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw DelayFailure("the node has ended")
    }

    /// Ends it, and removes what it kept.
    func end() {
        process.terminate()
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
    }
}
