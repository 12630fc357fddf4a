import Foundation
import Testing

/// The life of an account, by hand.
@Suite(.serialized, .twoNodes, .timeLimit(.minutes(10))) struct CustodyLifecycleTests {
    private static var code: Regex<(Substring, Substring)> {
        /[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){5}-[0-9A-HJKMNP-TV-Z]{2}[0-9]{2}/
    }

    /// Runs a command as someone, with further secrets in the environment.
    private func run(_ person: Person, _ arguments: [String], _ secrets: [String: String] = [:]) async throws -> Outcome
    {
        let environment = ["DUMP_HOME": person.home, "DUMP_PASSPHRASE": person.passphrase]
        return try await Command.run(arguments, environment: environment.merging(secrets) { $1 })
    }

    /// Someone with an account of their own on a node.
    private func newcomer(_ handle: String, _ node: Node) async throws -> (person: Person, code: String) {
        let person = Person(handle, in: try Stage.current.scratch)
        let code = try await person.json("account", "create", handle, "--node", node.address).text("recovery")
        try #require(code.wholeMatch(of: CustodyLifecycleTests.code) != nil)
        return (person, code)
    }

    @Test func `who lost the passphrase goes on at another node, from an export and the code`() async throws {
        let stage = try Stage.current
        let (adam, _) = try await newcomer("adam", stage.x)
        try await adam.text("profile", "set", "name=Adam Example")
        // What Steve was granted, and what he granted.
        let bicycle = try await adam.publish("Bicycle", in: stage.scratch)
        let asked = try await stage.steve.json(
            "request", short(bicycle), "--fields", "name", "--purpose", "to ride", "--days", "30"
        ).text("id")
        try await adam.text("approve", short(asked), "--fields", "name", "--days", "7")
        try await stage.steve.text("requests", "show", short(asked))
        let given = try await stage.ask(try await stage.publish("Grey boat"))
        let grant = try await stage.approve(given)
        let code = try await stage.steve.json("account", "recovery-code").text("recovery")
        let file = stage.scratch.path("steve.dump")
        let export = try await run(
            stage.steve, ["account", "export", file], ["DUMP_FILE_PASSPHRASE": "kept in a drawer"])
        #expect(export.code == 0, "\(export.error)")
        #expect(try Scratch.mode(of: file) == 0o600)

        // Nothing is left but the file and the code.
        let moved = Person("moved", in: stage.scratch)
        let secrets = ["DUMP_RECOVERY_CODE": code.lowercased(), "DUMP_NEW_PASSPHRASE": moved.passphrase]
        let outcome = try await run(
            moved, ["account", "import", file, "moved", "--node", stage.y.address, "--by-code"], secrets)
        #expect(outcome.code == 0, "\(outcome.error)")
        let next = try #require(outcome.output.firstMatch(of: CustodyLifecycleTests.code)).output.0
        #expect(next != code && outcome.output.contains("You are logged in"))

        #expect(try await moved.text("profile", "show").contains("Steve Example"))
        #expect(try await moved.text("read", short(asked), "--fields", "name").contains("Adam Example"))
        #expect(try await moved.text("grants").contains("\(short(grant))  elsewhere"))
        #expect(try await stage.steve.text("grants").contains("\(short(grant))  active"))
        try await stage.stephanie.text("read", short(given), "--fields", "name")
        #expect(try await moved.text("revoke", short(grant)) == "Revoked.")
        try await stage.stephanie.run("read", short(given), "--fields", "name").isRefusal("was not accepted")
    }

    @Test func `a file is opened by its passphrase, and by no other`() async throws {
        let stage = try Stage.current
        let (adam, _) = try await newcomer("adam2", stage.x)
        let file = stage.scratch.path("adam.dump")
        let secrets = ["DUMP_FILE_PASSPHRASE": "kept in a drawer", "DUMP_NEW_PASSPHRASE": "of the other node"]
        #expect(try await run(adam, ["account", "export", file], secrets).code == 0)
        let moved = Person("adam3", in: stage.scratch)
        let command = ["account", "import", file, "adam3", "--node", stage.y.address]
        try await run(moved, command, secrets.merging(["DUMP_FILE_PASSPHRASE": "not in a drawer"]) { $1 })
            .isRefusal("not the right one")
        #expect(!FileManager.default.fileExists(atPath: moved.home))
        #expect(try await run(moved, command, secrets).code == 0)
        let other = try stage.scratch.write("no export", to: "other.dump")
        try await run(moved, ["account", "import", other, "adam4", "--node", stage.y.address], secrets)
            .isRefusal("other.dump")
    }

    @Test func `a code sets a new passphrase, and comes from a private file`() async throws {
        let stage = try Stage.current
        let (adam, code) = try await newcomer("forgetful", stage.x)
        let command = ["account", "recover", "forgetful", "--node", stage.x.address, "--recovery-file"]
        let new = ["DUMP_NEW_PASSPHRASE": "a second passphrase"]
        let open = try stage.scratch.write(code + "\n", to: "open-code", mode: 0o644)
        try await run(adam, command + [open], new).isRefusal("open-code", "can be read by others")
        let file = try stage.scratch.write(code + "\n", to: "code")
        let outcome = try await run(adam, command + [file, "--json"], new)
        #expect(outcome.code == 0, "\(outcome.error)")
        #expect(outcome.json.text("recovery") != code)
        let logIn = ["login", "forgetful", "--node", stage.x.address]
        try await run(adam, logIn).isRefusal("do not belong together")
        #expect(try await run(adam, logIn, ["DUMP_PASSPHRASE": "a second passphrase"]).code == 0)
        try await run(adam, command + [file], new).isRefusal("not the right one")
    }

    @Test func `a code is written into a private file instead of being shown, and never with the log-in`() async throws
    {
        let stage = try Stage.current
        let adam = Person("careful", in: stage.scratch)
        let file = stage.scratch.path("careful-code")
        let create = ["account", "create", "careful", "--node", stage.x.address, "--save-recovery", file]
        let outcome = try await run(adam, create)
        #expect(outcome.code == 0, "\(outcome.error)")
        #expect(outcome.output.firstMatch(of: CustodyLifecycleTests.code) == nil)
        let saved = String(decoding: try Scratch.read(file), as: UTF8.self)
        #expect(saved.dropLast().wholeMatch(of: CustodyLifecycleTests.code) != nil)
        #expect(try Scratch.mode(of: file) == 0o600)
        let session = String(decoding: try Scratch.read(adam.home + "/session.json"), as: UTF8.self)
        #expect(!session.contains(saved.dropLast()))
        // A file that is there may hold another code: nothing is done.
        try await run(adam, ["account", "recovery-code", "--save-recovery", file]).isRefusal("it exists already")
        #expect(String(decoding: try Scratch.read(file), as: UTF8.self) == saved)
    }

    @Test func `a passphrase is changed, and other log-ins end`() async throws {
        let stage = try Stage.current
        let (adam, _) = try await newcomer("changing", stage.x)
        let home = stage.scratch.path("home-second")
        let logIn = ["login", "changing", "--node", stage.x.address]
        #expect(try await run(adam, logIn, ["DUMP_HOME": home]).code == 0)
        let change = try await run(
            adam, ["account", "passphrase"], ["DUMP_NEW_PASSPHRASE": "a second passphrase"])
        #expect(change.code == 0, "\(change.error)")
        #expect(try await adam.text("account", "show").contains(/sessions +1/))
        try await run(adam, ["profile", "show"], ["DUMP_HOME": home]).isRefusal("your log-in has ended")
        try await run(adam, logIn).isRefusal("do not belong together")
    }

    @Test func `logging out everywhere ends all log-ins`() async throws {
        let stage = try Stage.current
        let (adam, _) = try await newcomer("leaving", stage.x)
        let home = stage.scratch.path("home-elsewhere")
        let logIn = ["login", "leaving", "--node", stage.x.address]
        #expect(try await run(adam, logIn, ["DUMP_HOME": home]).code == 0)
        #expect(try await adam.text("logout", "--everywhere") == "You are logged out everywhere.")
        try await run(adam, ["profile", "show"], ["DUMP_HOME": home]).isRefusal("your log-in has ended")
        #expect(!FileManager.default.fileExists(atPath: adam.home + "/session.json"))
    }

    @Test func `an account gets a new key, and is deleted`() async throws {
        let stage = try Stage.current
        let (adam, code) = try await newcomer("ending", stage.x)
        try await adam.text("profile", "set", "name=Adam Example")
        let object = try await adam.publish("Ladder", in: stage.scratch)
        try await run(adam, ["account", "rotate"]).isRefusal("--yes", code: 2)
        let rotated = try await run(adam, ["account", "rotate", "--yes"])
        #expect(rotated.code == 0 && rotated.output.contains("object \(short(object)) in org.dump.market"))
        let next = try #require(rotated.output.firstMatch(of: CustodyLifecycleTests.code)).output.0
        #expect(next != code)
        #expect(try await adam.text("profile", "show").contains("Adam Example"))

        try await run(adam, ["account", "delete"]).isRefusal("--yes", code: 2)
        try await run(adam, ["account", "delete", "--yes"], ["DUMP_PASSPHRASE": "not the right one"])
            .isRefusal("not the right one")
        #expect(try await adam.text("account", "delete", "--yes").contains("Your account is deleted."))
        #expect(!FileManager.default.fileExists(atPath: adam.home + "/session.json"))
        try await run(adam, ["login", "ending", "--node", stage.x.address]).isRefusal("do not belong together")
    }

    @Test func `too many guesses are told with the time to wait`() async throws {
        let stage = try Stage.current
        let guess = ["login", "guessed", "--node", stage.y.address, "--home", stage.scratch.path("home-guess")]
        let wrong = ["DUMP_PASSPHRASE": "not the right one"]
        for _ in 0..<10 {
            try await Command.run(guess, environment: wrong).isRefusal("do not belong together")
        }
        try await Command.run(guess, environment: wrong).isRefusal("too many wrong guesses", "seconds")
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
    func `a terminal shows again what is typed, however the question ends`(number: Int32) async throws {
        let stage = try Stage.current
        let terminal = try Terminal()
        let process = try RunningProcess(
            ["login", "steve", "--node", stage.x.address, "--home", stage.scratch.path("home-interrupted")],
            input: terminal.device)
        await process.error.untilSaid("Passphrase: ")
        await terminal.untilSilent()
        process.signal(number)
        #expect(await process.ended() == -number)
        #expect(terminal.isEchoing)
    }
}

/// Settings of a node that concern accounts.
struct CustodySettingsTests {
    /// What an account of a node costs that is started so.
    private func shown(_ arguments: [String], _ environment: [String: String], _ file: String? = nil) async throws
        -> String
    {
        let scratch = try Scratch()
        let port = try await Loopback.freePort()
        var arguments = ["serve", "--data", scratch.path("node"), "--listen", "127.0.0.1:\(port)"] + arguments
        if let file { arguments += ["--config", try scratch.write(file, to: "settings.json")] }
        let process = try RunningProcess(arguments, environment: environment)
        defer { process.signal(SIGTERM) }
        let line = await process.output.first()
        let error = line == nil ? await process.error.whole().joined() : ""
        try #require(line != nil, "\(error)")
        let steve = Person("steve", in: scratch)
        try await steve.text("account", "create", "steve", "--node", "http://127.0.0.1:\(port)")
        let text = try await steve.text("account", "show")
        process.signal(SIGTERM)
        _ = await process.ended()
        return text
    }

    @Test func `what a passphrase costs comes from a flag, the environment or a file, in this order`() async throws {
        let file = #"{"argon2Operations": 2, "argon2Memory": 1}"#
        #expect(try await shown([], [:], file).contains("2 passes over 1024 KiB"))
        let environment = ["DUMP_ARGON2_OPERATIONS": "4", "DUMP_ARGON2_MEMORY": "2"]
        #expect(try await shown([], environment, file).contains("4 passes over 2048 KiB"))
        let flags = ["--argon2-operations", "5", "--argon2-memory", "3"]
        #expect(try await shown(flags, environment, file).contains("5 passes over 3072 KiB"))
    }

    @Test func `without a setting a passphrase costs 3 passes over 256 MiB`() async throws {
        #expect(try await shown([], [:]).contains("3 passes over 262144 KiB"))
    }

    @Test(
        arguments: [
            ["--argon2-operations", "0"], ["--argon2-operations", "65"], ["--argon2-memory", "0"],
            ["--argon2-memory", "4097"], ["--session-days", "0"], ["--session-days", "401"],
            ["--session-idle-days", "0"], ["--accounts-per-source", "0"],
        ])
    func `a setting out of bounds is refused`(arguments: [String]) async throws {
        let scratch = try Scratch()
        let outcome = try await Command.run(["serve", "--data", scratch.path("node")] + arguments)
        #expect(outcome.code == 2)
        #expect(!FileManager.default.fileExists(atPath: scratch.path("node")))
    }
}
