import Foundation
import Testing

/// Accounts, passphrases, and where they come from.
@Suite(.oneNode, .timeLimit(.minutes(10))) struct LogInTests {
    @Test func `a wrong passphrase and an unknown account are told the same`() async throws {
        let stage = try Stage.current
        let home = stage.scratch.path("home-stranger")
        let environment = ["DUMP_HOME": home, "DUMP_PASSPHRASE": "not the right one"]
        var answers: Set<String> = []
        for handle in ["steve", "nobody"] {
            let outcome = try await Command.run(
                ["login", handle, "--node", stage.x.address], environment: environment)
            outcome.isRefusal("Handle and passphrase do not belong together")
            answers.insert(outcome.error)
        }
        #expect(answers.count == 1)
        #expect(!FileManager.default.fileExists(atPath: home))
    }

    @Test func `a failed log-in leaves the one before as it was`() async throws {
        let stage = try Stage.current
        let file = stage.steve.home + "/session.json"
        let before = try Scratch.read(file)
        try await Command.run(
            ["login", "steve", "--node", stage.x.address],
            environment: ["DUMP_HOME": stage.steve.home, "DUMP_PASSPHRASE": "not the right one"]
        ).isRefusal("do not belong together")
        #expect(try Scratch.read(file) == before)
        #expect(try Scratch.mode(of: file) == 0o600)
        #expect(try Scratch.mode(of: stage.steve.home) == 0o700)
    }

    @Test(arguments: [
        ("s", "a handle has 2 to 32"), ("Steve", "lower-case"), ("ste ve", "a handle has"), ("stév", "a handle has"),
        ("../steve", "a handle has"), (String(repeating: "s", count: 33), "a handle has"),
    ]) func `a handle is short and plain`(_ handle: String, _ words: String) async throws {
        let stage = try Stage.current
        try await stage.steve.run("account", "create", handle, "--node", stage.x.address).isRefusal(
            "handle", words, code: 2)
    }

    @Test func `a handle is taken once, and a passphrase is not short`() async throws {
        let stage = try Stage.current
        let environment = ["DUMP_HOME": stage.scratch.path("home-second"), "DUMP_NODE": stage.x.address]
        try await Command.run(
            ["account", "create", "steve"],
            environment: environment.merging(["DUMP_PASSPHRASE": "long enough for this"]) { $1 }
        ).isRefusal("the handle is taken")
        try await Command.run(
            ["account", "create", "second"], environment: environment.merging(["DUMP_PASSPHRASE": "short"]) { $1 }
        ).isRefusal("a passphrase has 10 to 1024 bytes")
    }

    @Test(arguments: [
        "127.0.0.1:8080", "ftp://127.0.0.1", "http://", "http://a@b", "http://host?x=1", "http://h:99999",
    ])
    func `a node's address is a plain URL`(_ address: String) async throws {
        try await Command.run("login", "steve", "--node", address, environment: ["DUMP_PASSPHRASE": "long enough"])
            .isRefusal("--node", "an address is an absolute http or https URL", code: 2)
    }

    @Test func `a node that cannot be reached is told of with exit code 3`() async throws {
        let address = "http://127.0.0.1:\(try await Loopback.freePort())"
        for command in [["account", "create", "steve"], ["login", "steve"]] {
            try await Command.run(command + ["--node", address], environment: ["DUMP_PASSPHRASE": "long enough"])
                .isRefusal(address, "cannot be reached", code: 3)
        }
    }

    @Test(arguments: [
        ["inbox"], ["grants"], ["receipts"], ["requests"], ["profile", "show"], ["profile", "set", "name=S"],
        ["object", "list"], ["logout"], ["withdraw", "abcdefgh"], ["revoke", "abcdefgh"],
    ]) func `who is not logged in is told how to`(_ command: [String]) async throws {
        let scratch = try Scratch()
        try await Command.run(command, environment: ["DUMP_HOME": scratch.folder])
            .isRefusal("you are not logged in; use: dump login")
    }

    @Test func `a log-in that was ended counts no more, even where its file was kept`() async throws {
        let stage = try Stage.current
        let home = stage.scratch.path("home-leaver")
        let file = home + "/session.json"
        let environment = ["DUMP_HOME": home, "DUMP_PASSPHRASE": stage.stephanie.passphrase]
        _ = try await Command.run(["login", "stephanie", "--node", stage.x.address], environment: environment)
        let kept = try Scratch.read(file)
        #expect(try await Command.run(["logout"], environment: environment).output == "You are logged out.")
        #expect(!FileManager.default.fileExists(atPath: file))
        try kept.write(to: URL(fileURLWithPath: file))
        try Scratch.setMode(0o600, of: file)
        try await Command.run(["inbox"], environment: environment).isRefusal("your log-in has ended; use: dump login")
        // Her other log-in goes on.
        try await stage.stephanie.text("inbox")
    }
}
