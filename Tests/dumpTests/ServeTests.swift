import Foundation
import Testing

/// What a node refuses to start with.
struct ServeTests {
    @Test func `a node needs a data folder`() async throws {
        try await Command.run("serve").isRefusal("--data", "DUMP_DATA", code: 2)
    }

    @Test(arguments: ["8080", "127.0.0.1", "127.0.0.1:", ":8080", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:http"])
    func `a listen address has a host and a port`(_ address: String) async throws {
        let scratch = try Scratch()
        try await Command.run("serve", "--data", scratch.path("node"), "--listen", address)
            .isRefusal("the listen address is HOST:PORT", code: 2)
        #expect(!FileManager.default.fileExists(atPath: scratch.path("node")))
    }

    @Test(arguments: [
        (["--public-url", "example.org"], "the public URL: "), (["--public-url", "https://a/?b"], "the public URL: "),
        (["--module", "market"], "a module: "), (["--module", "org.dump.market,org.dump.library"], "a module: "),
        (["--peer", "127.0.0.1:8001"], "a peer: "), (["--peer", ""], "a peer: "),
        (["--pull-interval", "0"], "the pull interval is 0.1 to 86400 seconds"),
        (["--pull-interval", "-1"], "pull-interval"), (["--pull-interval", "nan"], "the pull interval is"),
        (["--pull-interval", "1e9"], "the pull interval is"), (["--pull-interval", "often"], "pull-interval"),
    ]) func `a setting that cannot be is named, and nothing is made`(_ options: [String], _ words: String) async throws
    {
        let scratch = try Scratch()
        let outcome = try await Command.run(
            ["serve", "--data", scratch.path("node"), "--listen", "127.0.0.1:1"] + options)
        #expect(outcome.code == 1 || outcome.code == 2)
        #expect(outcome.error.contains(words), "\(outcome.error)")
        #expect(outcome.outputLines.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: scratch.path("node")))
    }

    /// How many files a process may have open at once. Source: proc(5), `limits`.
    private func openFiles(_ process: Int32) throws -> Int {
        let limits = try String(contentsOfFile: "/proc/\(process)/limits", encoding: .utf8)
        let line = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max open files") })
        return try #require(line.dropFirst(14).split(whereSeparator: \.isWhitespace).first.flatMap { Int($0) })
    }

    // Threat: STR-150
    @Test(arguments: [("ulimit -S -n 300", true), ("ulimit -n 300", false)])
    func `a node raises its limit of open files, or says that it has too few`(_ limit: String, _ canRaise: Bool)
        async throws
    {
        let scratch = try Scratch()
        let port = try await Loopback.freePort()
        let serve = ["serve", "--data", scratch.path("node"), "--listen", "127.0.0.1:\(port)"]
        let process = try RunningProcess(
            ["-c", "\(limit); exec \"$0\" \"$@\"", Executable.path] + serve, of: "/bin/sh")
        #expect(await process.output.first()?.hasSuffix("on port \(port).") == true)
        #expect(try (openFiles(process.identifier) > 300) == canRaise)
        process.signal(SIGTERM)
        let told = await process.outcome().errorLines.contains { $0.contains("Raise the nofile limit") }
        #expect(told || canRaise)
    }

    @Test func `a data folder is used by one node at a time`() async throws {
        try await Node.with { node, _ in
            let port = try await Loopback.freePort()
            try await Command.run("serve", "--data", node.folder, "--listen", "127.0.0.1:\(port)")
                .isRefusal("the data folder is in use by another dump process")
            #expect(try !Loopback.get("/.well-known/dump", port: node.port).isEmpty)
        }
    }

    // Threat: STR-61
    @Test func `a folder in use whose key is missing gets no other key`() async throws {
        try await Node.with { node, scratch in
            let steve = Person("steve", in: scratch)
            try await steve.join(node)
            await node.stop()
            let key = node.folder + "/node.key"
            try FileManager.default.moveItem(atPath: key, toPath: scratch.path("backup"))
            try await Command.run("serve", "--data", node.folder, "--listen", "127.0.0.1:\(node.port)")
                .isRefusal("node.key", "the node's key is missing; put it back from your backup")
            #expect(!FileManager.default.fileExists(atPath: key))
            try FileManager.default.moveItem(atPath: scratch.path("backup"), toPath: key)
            try await node.start()
        }
    }

    @Test func `a port is used by one node at a time`() async throws {
        try await Node.with { node, scratch in
            try await Command.run("serve", "--data", scratch.path("second"), "--listen", "127.0.0.1:\(node.port)")
                .isRefusal("127.0.0.1:\(node.port)", "the port is in use")
            #expect(try !Loopback.get("/.well-known/dump", port: node.port).isEmpty)
        }
    }

    @Test func `an address that is not this machine's cannot be listened on`() async throws {
        let scratch = try Scratch()
        // An address that is for documentation only (RFC 5737).
        try await Command.run("serve", "--data", scratch.path("node"), "--listen", "192.0.2.1:8080")
            .isRefusal("cannot listen on 192.0.2.1:8080")
    }

    @Test func `a data folder that is a file is refused by its name`() async throws {
        let scratch = try Scratch()
        let file = try scratch.write("", to: "file")
        try await Command.run("serve", "--data", file, "--listen", "127.0.0.1:1").isRefusal(file)
    }

    @Test(
        .enabled(if: Executable.other("sqlite3") != nil, "needs the sqlite3 command"),
        arguments: ["accounts", "pseudonyms", "objects-\(Node.module)"])
    func `a data folder of a newer version is refused by its name`(_ name: String) async throws {
        try await Node.with { node, _ in
            await node.stop()
            let file = node.folder + "/\(name).sqlite"
            let sql = "INSERT INTO grdb_migrations VALUES ('1000 from the future'); PRAGMA wal_checkpoint(TRUNCATE);"
            let sqlite = try #require(Executable.other("sqlite3"))
            #expect(try await RunningProcess([file, sql], of: sqlite).outcome().code == 0)
            let arguments = ["--data", node.folder, "--listen", "127.0.0.1:\(node.port)", "--module", Node.module]
            try await Command.run(["serve"] + arguments)
                .isRefusal(file, "was written by a newer version")
        }
    }

    @Test(arguments: ["accounts", "pseudonyms", "objects", "objects-\(Node.module)"])
    func `a database that is none is refused, and left as it is`(_ name: String) async throws {
        let scratch = try Scratch()
        let folder = scratch.path("node")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let rubbish = Data(repeating: 0x5a, count: 8_192)
        let file = try scratch.write(rubbish, to: "node/\(name).sqlite")
        try await Command.run("serve", "--data", folder, "--listen", "127.0.0.1:1", "--module", Node.module).isRefusal()
        #expect(try Scratch.read(file) == rubbish)
    }
}
