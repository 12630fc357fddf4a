import Foundation
import Testing

/// A passphrase comes from a private file, the environment or a terminal, and goes nowhere else.
@Suite(.serialized, .oneNode, .timeLimit(.minutes(10))) struct PassphraseTests {
    private func logIn(
        _ arguments: [String] = [], environment: [String: String] = [:], input: FileHandle = .nullDevice
    ) async throws -> Outcome {
        let stage = try Stage.current
        return try await Command.run(
            ["login", "steve", "--node", stage.x.address, "--home", stage.scratch.path("home-again")] + arguments,
            environment: environment, input: input)
    }

    @Test(arguments: ["", "\n", "\r\n", "\nsecond line\n"])
    func `a private file gives its first line`(_ end: String) async throws {
        let stage = try Stage.current
        let file = try stage.scratch.write(stage.steve.passphrase + end, to: "passphrase")
        let outcome = try await logIn(["--passphrase-file", file])
        #expect(outcome.code == 0, "\(outcome.error)")
    }

    @Test func `the environment gives it, and a file wins over the environment`() async throws {
        let stage = try Stage.current
        let right = ["DUMP_PASSPHRASE": stage.steve.passphrase]
        #expect(try await logIn(environment: right).code == 0)
        let file = try stage.scratch.write("a wrong one, in a file", to: "wrong")
        try await logIn(["--passphrase-file", file], environment: right).isRefusal("do not belong together")
    }

    @Test func `without a terminal, a file or the environment there is none`() async throws {
        try await logIn().isRefusal("--passphrase-file", "DUMP_PASSPHRASE", code: 2)
    }

    @Test func `a file that is not there, or is not text, is refused by its name`() async throws {
        try await logIn(["--passphrase-file", "no-such-file"]).isRefusal("no-such-file")
        let file = try Stage.current.scratch.write(Data([0xff, 0xfe, 0xfd]), to: "binary")
        try await logIn(["--passphrase-file", file]).isRefusal(file, "not text")
    }

    /// Starts a command at a terminal, types each line once it is asked for, and gives what came of it.
    private func atTerminal(
        _ arguments: [String], typing lines: [(prompt: String, text: String)]
    ) async throws -> (outcome: Outcome, shown: String) {
        let terminal = try Terminal()
        let process = try RunningProcess(arguments, input: terminal.device)
        #expect(terminal.isEchoing)
        for line in lines {
            // A prompt does not end its line: what is awaited is that the terminal shows nothing.
            await process.error.untilSaid(line.prompt)
            await terminal.untilSilent()
            try terminal.type(line.text + "\n")
        }
        let outcome = await process.outcome()
        #expect(terminal.isEchoing)
        return (outcome, terminal.shown())
    }

    @Test func `a person is asked on the terminal, which does not show the answer`() async throws {
        let stage = try Stage.current
        let (outcome, shown) = try await atTerminal(
            ["login", "steve", "--node", stage.x.address, "--home", stage.scratch.path("home-terminal")],
            typing: [("Passphrase: ", stage.steve.passphrase)])
        #expect(outcome.code == 0, "\(outcome.error)")
        #expect(outcome.output.contains("You are logged in"))
        #expect(!shown.contains(stage.steve.passphrase.prefix(7)))
        #expect(!(outcome.output + outcome.error).contains(stage.steve.passphrase))
    }

    @Test func `who makes an account is asked twice`() async throws {
        let stage = try Stage.current
        let create = { (handle: String) in
            ["account", "create", handle, "--node", stage.x.address, "--home", stage.scratch.path("home-\(handle)")]
        }
        let first = ("Passphrase: ", "typed with care")
        let (outcome, shown) = try await atTerminal(
            create("typist"), typing: [first, ("The same again: ", "typed with care")])
        #expect(outcome.code == 0, "\(outcome.error)")
        #expect(!shown.contains("care"))

        let (differing, _) = try await atTerminal(
            create("mistaken"), typing: [first, ("The same again: ", "typed with cars")])
        #expect(differing.code == 1 && differing.error.contains("the two passphrases differ"))
        #expect(!FileManager.default.fileExists(atPath: stage.scratch.path("home-mistaken")))
    }

    @Test func `it is in no process's arguments, and only in the environment that gave it`() async throws {
        let stage = try Stage.current
        let passphrase = stage.steve.passphrase
        let command = Task { try await logIn(environment: ["DUMP_PASSPHRASE": passphrase]) }
        let node = try await stage.x.process.identifier
        // The node hashes it in a process of its own, which takes most of a second: it cannot be missed.
        var worker: ProcessTable.Entry?
        while worker == nil {
            let processes = ProcessTable.read()
            #expect(!processes.contains { $0.arguments.contains(passphrase) })
            worker = processes.first { $0.parent == node }
            if worker == nil { await Task.yield() }
        }
        let seen = try #require(worker)
        #expect(!seen.environment.contains(passphrase))
        #expect(seen.arguments.split(separator: "\0").count == 2)
        let outcome = try await command.value
        #expect(outcome.code == 0)
        #expect(!(outcome.output + outcome.error).contains(passphrase))
    }
}

/// The processes of this machine. Source: proc(5).
enum ProcessTable {
    struct Entry {
        let identifier: Int32
        let parent: Int32
        let arguments: String
        let environment: String
    }

    static func read() -> [Entry] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { name in
            guard let identifier = Int32(name), let status = text("\(name)/stat") else { return nil }
            // The name of the program stands in parentheses and may hold anything; state and parent follow it.
            let words = status.suffix(from: status.lastIndex(of: ")") ?? status.startIndex).split(separator: " ")
            guard words.count > 2, let parent = Int32(words[2]), let arguments = text("\(name)/cmdline") else {
                return nil
            }
            return Entry(
                identifier: identifier, parent: parent, arguments: arguments, environment: text("\(name)/environ") ?? ""
            )
        }
    }

    private static func text(_ name: String) -> String? {
        guard let handle = FileHandle(forReadingAtPath: "/proc/\(name)") else { return nil }
        defer { try? handle.close() }
        return (try? handle.readToEnd()).flatMap { $0.map { String(decoding: $0, as: UTF8.self) } }
    }
}
