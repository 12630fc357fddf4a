import Foundation
import Testing

/// A node: a process with a data folder and a port, which can be ended and started again.
actor Node {
    static let module = "org.dump.market"

    nonisolated let port: Int
    nonisolated let folder: String
    private let arguments: [String]
    private var running: RunningProcess?

    nonisolated var address: String { "http://127.0.0.1:\(port)" }

    init(
        folder: String, modules: [String] = [Node.module], peers: [String] = [], port: Int? = nil,
        settings: [String] = []
    ) async throws {
        self.folder = folder
        self.port = if let port { port } else { try await Loopback.freePort() }
        arguments =
            [
                "serve", "--data", folder, "--listen", "127.0.0.1:\(self.port)", "--pull-interval", "0.1",
                "--allow-loopback",
            ]
            + modules.flatMap { ["--module", $0] } + peers.flatMap { ["--peer", $0] } + settings
    }

    /// The process, which must have been started.
    var process: RunningProcess { get throws { try #require(running) } }

    /// Starts the node and waits until it says that it listens.
    func start() async throws {
        let process = try RunningProcess(arguments)
        running = process
        let line = await process.output.first()
        let error = line == nil ? await process.error.whole().joined(separator: "\n") : ""
        try #require(line?.hasSuffix("on port \(port).") == true, "the node did not start: \(error)")
    }

    /// Asks the node to end, and waits: its exit code.
    @discardableResult
    func stop() async -> Int32? {
        guard let process = running else { return nil }
        running = nil
        process.signal(SIGTERM)
        return await process.ended()
    }

    /// Ends the node without asking, and waits.
    func crash() async {
        running?.signal(SIGKILL)
        _ = await running?.ended()
        running = nil
    }

    /// The largest resident memory that the process had, in KiB. Source: proc(5), `VmHWM`.
    func peakMemory() throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(process.identifier)/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        return try #require(line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) })
    }

    /// Starts a node of its own for `body`, and ends it after.
    static func with(
        peers: [String] = [], modules: [String] = [Node.module], settings: [String] = [],
        _ body: (Node, Scratch) async throws -> Void
    ) async throws {
        let scratch = try Scratch()
        let node = try await Node(folder: scratch.path("node"), modules: modules, peers: peers, settings: settings)
        do {
            try await node.start()
            try await body(node, scratch)
        } catch {
            await node.stop()
            throw error
        }
        await node.stop()
    }
}
