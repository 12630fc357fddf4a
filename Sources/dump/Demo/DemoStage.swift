internal import Foundation
internal import IPLD
internal import Subprocess
internal import SystemPackage

/// A node of the demo: a process of its own with a data folder of its own.
final class DemoNode {
    let name: String
    let port: Int
    let folder: String
    let peers: [String]
    private(set) var startSeconds = 0.0
    /// The largest resident memory that the process had, in KiB; kept over restarts.
    private(set) var peakMemory = 0
    private var process: Process?

    var address: String { "http://127.0.0.1:\(port)" }
    var processIdentifier: Int32 { process?.processIdentifier ?? 0 }

    init(name: String, port: Int, folder: String, peers: [String]) {
        self.name = name
        self.port = port
        self.folder = folder
        self.peers = peers
    }

    /// Starts the node and waits until it says that it listens.
    func start() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe")
        process.arguments =
            [
                "serve", "--data", folder, "--listen", "127.0.0.1:\(port)", "--module", DemoStory.module,
                "--pull-interval", "0.5", "--allow-loopback",
            ] + peers.flatMap { ["--peer", $0] }
        let output = Pipe()
        process.environment = DemoStage.environment
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = try log()
        let began = ContinuousClock.now
        do { try process.run() } catch { throw CommandError("node \(name) cannot be started") }
        // The first line comes when the node listens; the end of the output without a line, when it failed.
        guard !output.fileHandleForReading.availableData.isEmpty else {
            throw CommandError("node \(name) did not start; see \(folder).log")
        }
        startSeconds = DemoStage.number(ContinuousClock.now - began)
        self.process = process
    }

    /// Stops the node and waits until it has ended.
    func stop() {
        guard let process, process.isRunning else { return }
        measure()
        process.terminate()
        process.waitUntilExit()
        self.process = nil
    }

    /// Notes the largest resident memory so far. Source: proc(5), `VmHWM`.
    func measure() {
        guard let process,
            let status = try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
        else { return }
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        let number = line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int($0) }
        peakMemory = max(peakMemory, number ?? 0)
    }

    private func log() throws -> FileHandle {
        let path = folder + ".log"
        if !FileManager.default.fileExists(atPath: path) { try UserFile.write([], to: path) }
        guard let handle = FileHandle(forWritingAtPath: path) else {
            throw CommandError("\(path): it cannot be written")
        }
        handle.seekToEndOfFile()
        return handle
    }
}

/// What a command did.
struct Outcome {
    let code: Int32
    let output: String
    let error: String

    /// The JSON that the command printed.
    var json: Map { (try? DagJSON.decode(output))?.mapValue ?? Map() }
}

/// Nodes, folders and people of the demo, and a way to run commands as one of the people.
final class DemoStage {
    let folder: String
    let x: DemoNode
    let y: DemoNode
    var nodes: [DemoNode] { [x, y] }

    init() throws {
        // mkdtemp(3) puts a name that nobody else has in place of the six letters.
        var template = Array((NSTemporaryDirectory() + "dump-demo-" + String(repeating: "X", count: 6)).utf8CString)
        let isMade = unsafe template.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return false }
            return unsafe mkdtemp(base) != nil
        }
        guard isMade else { throw CommandError("no temporary folder can be made") }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        x = DemoNode(name: "X", port: try DemoStage.freePort(), folder: folder + "/x", peers: [])
        y = DemoNode(name: "Y", port: try DemoStage.freePort(), folder: folder + "/y", peers: [x.address])
    }

    /// The environment without settings that are meant for other nodes and people.
    static var environment: [String: String] {
        ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("DUMP_") }
    }

    /// The path of a file of the demo.
    func file(_ name: String) -> String { folder + "/" + name }

    /// Runs this program with arguments, as a person with a folder of its own.
    func run(as person: String, _ arguments: [String]) async throws -> Outcome {
        var variables = DemoStage.environment
        variables["DUMP_HOME"] = file(person)
        variables["DUMP_PASSPHRASE"] = "correct horse battery of \(person)"
        let environment = Environment.custom(
            Dictionary(uniqueKeysWithValues: variables.map { (Environment.Key(stringLiteral: $0), $1) }))
        let result = try await Subprocess.run(
            .path("/proc/self/exe"), arguments: Arguments(arguments), environment: environment,
            output: .string(limit: 4 << 20), error: .string(limit: 1 << 20))
        let code: Int32 = if case .exited(let code) = result.terminationStatus { code } else { -1 }
        return Outcome(code: code, output: result.standardOutput, error: result.standardError)
    }

    func stop() { for node in nodes { node.stop() } }

    func removeFolder() { try? FileManager.default.removeItem(atPath: folder) }

    func printHowToGoOn() {
        Output.line(
            """

            The nodes go on: X at \(x.address) (process \(x.processIdentifier)), Y at \(y.address) (process \(y.processIdentifier)).
            Be Steve:      export DUMP_HOME=\(file("steve")); dump grants; dump receipts
            Be Stephanie:  export DUMP_HOME=\(file("stephanie")); dump object list; dump requests
            End it:        kill \(x.processIdentifier) \(y.processIdentifier); rm -r \(folder)
            """)
    }

    static func number(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
    }

    static func seconds(_ duration: Duration) -> String { String(format: "%.2f s", number(duration)) }

    /// A port of the loopback interface that is free now.
    private static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                guard unsafe bind(descriptor, pointer, length) == 0 else { return Int32(-1) }
                return unsafe getsockname(descriptor, pointer, &length)
            }
        }
        guard status == 0 else { throw CommandError("no free port can be found") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
