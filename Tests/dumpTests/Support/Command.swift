import Foundation

/// A process that was started, and what it says.
final class RunningProcess: Sendable {
    let identifier: Int32
    let output: Transcript
    let error: Transcript
    private let ending: Task<Int32, Never>

    /// Starts a program.
    init(
        _ arguments: [String], of path: String = Executable.path, environment: [String: String] = [:],
        input: FileHandle = .nullDevice
    ) throws {
        let (endings, continuation) = AsyncStream<Int32>.makeStream()
        let process = Process()
        let outputPipe = Pipe()
        let errorPipe = Pipe()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.environment = Executable.environment(environment)
        process.standardInput = input
        process.standardOutput = outputPipe
        process.standardError = errorPipe
        process.terminationHandler = { process in
            let status = process.terminationStatus
            continuation.yield(process.terminationReason == .exit ? status : -status)
            continuation.finish()
        }
        try process.run()
        identifier = process.processIdentifier
        output = Transcript(outputPipe)
        error = Transcript(errorPipe)
        ending = Task {
            for await code in endings { return code }
            return Int32.min
        }
    }

    /// Sends a signal to this process alone.
    func signal(_ number: Int32) { kill(identifier, number) }

    /// Waits for the end: the exit code, or the negative number of the signal.
    func ended() async -> Int32 { await ending.value }

    /// Waits for the end, and gives all that was said.
    func outcome() async -> Outcome {
        let code = await ended()
        return Outcome(code: code, outputLines: await output.whole(), errorLines: await error.whole())
    }
}

/// What a command did.
struct Outcome: Sendable {
    let code: Int32
    let outputLines: [String]
    let errorLines: [String]

    var output: String { outputLines.joined(separator: "\n") }
    var error: String { errorLines.joined(separator: "\n") }

    /// The JSON that the command printed.
    var json: JSONObject { JSONObject((try? JSONSerialization.jsonObject(with: Data(output.utf8))) ?? [:]) }
}

/// A JSON object, of which only what is expected is read.
struct JSONObject {
    private let members: [String: Any]

    init(_ value: Any) { members = value as? [String: Any] ?? [:] }

    var count: Int { members.count }
    func text(_ key: String) -> String { members[key] as? String ?? "" }
    func number(_ key: String) -> Int { members[key] as? Int ?? 0 }
    func flag(_ key: String) -> Bool? { members[key] as? Bool }
    func texts(_ key: String) -> [String] { members[key] as? [String] ?? [] }
    func object(_ key: String) -> JSONObject { JSONObject(members[key] ?? [:]) }
    func objects(_ key: String) -> [JSONObject] { (members[key] as? [Any] ?? []).map(JSONObject.init) }
}

/// Runs commands, a few at a time: more would only wait for each other.
enum Command {
    private static let gate = Gate(width: 4)

    static func run(
        _ arguments: [String], environment: [String: String] = [:], input: FileHandle = .nullDevice
    ) async throws -> Outcome {
        await gate.enter()
        do {
            let outcome = try await RunningProcess(arguments, environment: environment, input: input).outcome()
            await gate.leave()
            return outcome
        } catch {
            await gate.leave()
            throw error
        }
    }

    static func run(_ arguments: String..., environment: [String: String] = [:]) async throws -> Outcome {
        try await run(arguments, environment: environment)
    }
}

/// Lets a number of tasks through at a time; the others wait in order.
private actor Gate {
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(width: Int) { free = width }

    func enter() async {
        if free > 0 { free -= 1 } else { await withCheckedContinuation { waiting.append($0) } }
    }

    func leave() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
}
