import Foundation
import TestSupport
import Testing

/// Planted secrets are searched for in all that a node's process shows: its files, what it says, its arguments.
@Suite(.serialized, .oneNode, .timeLimit(.minutes(10))) struct CanaryTests {
    private static let fields = [
        "name": "Fulvia Canary 4711", "email": "fulvia.4711@canary.example", "address": "Canary Lane 4711",
    ]
    private static let purpose = "to see canary 4711"

    /// The tokens of both people, as their folders keep them.
    private func tokens(_ stage: Stage) throws -> [Canary] {
        try [stage.steve, stage.stephanie].map { person in
            let file = try JSONSerialization.jsonObject(with: Scratch.read(person.home + "/session.json"))
            let text = JSONObject(file).text("token").replacing("-", with: "+").replacing("_", with: "/")
            return Canary("\(person.handle)'s token", bytes: [UInt8](try #require(Data(base64Encoded: text + "="))))
        }
    }

    /// All that was planted.
    private func canaries(_ stage: Stage) throws -> [Canary] {
        let texts = Self.fields.map { Canary($0.key, $0.value) } + [Canary("purpose", Self.purpose)]
        let people = [stage.steve, stage.stephanie].map { Canary("\($0.handle)'s passphrase", $0.passphrase) }
        return try texts + people + tokens(stage)
    }

    /// Plays the story of a grant with what was planted.
    private func play(_ stage: Stage) async throws {
        for field in Self.fields { try await stage.steve.text("profile", "set", "\(field.key)=\(field.value)") }
        let object = try await stage.publish("Small red car")
        let request = try await stage.stephanie.json(
            "request", short(object), "--fields", "name,email", "--purpose", Self.purpose, "--days", "30"
        ).text("id")
        try await stage.approve(request)
        try await stage.stephanie.text("read", short(request), "--fields", "name,email")
    }

    // Threat: STR-35, STR-37
    @Test func `nothing that was planted is in a node's files, words, arguments or environment`() async throws {
        let stage = try Stage.current
        try await play(stage)
        let canaries = try canaries(stage)
        let process = try await stage.x.process
        #expect(try canaries.found(inProcess: process.identifier).isEmpty)
        #expect(try canaries.found(below: stage.x.folder).isEmpty, "while the node runs")
        await stage.x.stop()
        #expect(try canaries.found(below: stage.x.folder).isEmpty, "after it has ended")
        let said = await process.output.whole() + process.error.whole()
        #expect(!said.isEmpty && canaries.found(in: said.joined(separator: "\n")).isEmpty)
        try await stage.x.start()
    }

    // Threat: STR-39
    @Test func `a worker that hashes a passphrase has it neither in its arguments nor in its environment`() async throws
    {
        let stage = try Stage.current
        let canaries = [Canary("passphrase", stage.steve.passphrase)]
        let node = try await stage.x.process.identifier
        let command = Task {
            try await stage.steve.run("login", "steve", "--node", stage.x.address)
        }
        // The hashing takes most of a second: it cannot be missed.
        var worker: Int32?
        while worker == nil {
            worker = ProcessTable.read().first { $0.parent == node }?.identifier
            if worker == nil { await Task.yield() }
        }
        #expect(try canaries.found(inProcess: #require(worker)).isEmpty)
        #expect(try canaries.found(inProcess: node).isEmpty)
        #expect(try await command.value.code == 0)
    }

    @Test(.timeLimit(.minutes(5)))
    func `a secret in a process's arguments or environment is found`() async throws {
        let canary = [Canary("planted", Self.purpose)]
        let sleep = try #require(Executable.other("sleep"))
        let shell = try #require(Executable.other("sh"))
        let arguments = try RunningProcess(["-c", "\(sleep) 60; : \(Self.purpose)"], of: shell)
        let environment = try RunningProcess(["60"], of: sleep, environment: ["PLANTED": Self.purpose])
        for (process, place) in [(arguments, "cmdline"), (environment, "environ")] {
            // Until it has become its program, a process shows what started it.
            var found: [String] = []
            while found.isEmpty {
                found = try canary.found(inProcess: process.identifier)
                if found.isEmpty { await Task.yield() }
            }
            #expect(found == ["planted, clear, in \(place)"])
        }
        for process in [arguments, environment] { process.signal(SIGKILL) }
    }

    @Test func `a secret in a file of the data folder is found`() async throws {
        let stage = try Stage.current
        let file = stage.x.folder + "/planted"
        try Data("behind \(Self.purpose) before".utf8).write(to: URL(fileURLWithPath: file))
        defer { try? FileManager.default.removeItem(atPath: file) }
        #expect(try canaries(stage).found(below: stage.x.folder) == ["purpose, clear, in planted"])
    }
}
