import Foundation
import Testing

/// Settings come from flags, else from the environment, else from a file.
struct SettingsTests {
    /// Starts a node with settings, and gives what it tells of itself over HTTP at `port`.
    private func metadata(
        _ arguments: [String], environment: [String: String], port: Int
    ) async throws -> JSONObject {
        let process = try RunningProcess(["serve"] + arguments, environment: environment)
        let line = await process.output.first()
        defer { process.signal(SIGTERM) }
        let error = line == nil ? await process.error.whole().joined(separator: "\n") : ""
        try #require(line?.hasSuffix("on port \(port).") == true, "\(error)")
        let answer = try Loopback.get("/.well-known/dump", port: port)
        process.signal(SIGTERM)
        #expect(await process.ended() == 0)
        return JSONObject(try JSONSerialization.jsonObject(with: answer))
    }

    @Test func `a node starts with settings of the environment alone`() async throws {
        let scratch = try Scratch()
        let port = try await Loopback.freePort()
        let shown = try await metadata(
            [],
            environment: [
                "DUMP_DATA": scratch.path("node"), "DUMP_LISTEN": "127.0.0.1:\(port)",
                "DUMP_PUBLIC_URL": "https://node.example/dump", "DUMP_MODULES": "org.dump.market,org.dump.library",
                "DUMP_PULL_INTERVAL": "5", "DUMP_FRESH_DELAY": "60", "DUMP_PEERS": "https://peer.example",
            ], port: port)
        #expect(shown.text("url") == "https://node.example/dump")
        #expect(shown.texts("modules") == ["org.dump.market", "org.dump.library"])
    }

    @Test func `a node starts with settings of a file alone`() async throws {
        let scratch = try Scratch()
        let port = try await Loopback.freePort()
        let file = try scratch.write(
            """
            {"data": "\(scratch.path("node"))", "listen": "127.0.0.1:\(port)", "publicUrl": "https://file.example",
             "modules": ["org.dump.market", "org.dump.library"], "peers": [], "pullInterval": 2.5, "freshDelay": 0.5}
            """, to: "settings.json")
        let shown = try await metadata(["--config", file], environment: [:], port: port)
        #expect(shown.text("url") == "https://file.example")
        #expect(shown.texts("modules") == ["org.dump.market", "org.dump.library"])
    }

    @Test func `flags win over the environment, and the environment over the file`() async throws {
        let scratch = try Scratch()
        let port = try await Loopback.freePort()
        let file = try scratch.write(
            """
            {"data": "\(scratch.path("of-file"))", "listen": "127.0.0.1:1", "publicUrl": "https://file.example",
             "modules": ["org.dump.file"]}
            """, to: "settings.json")
        let shown = try await metadata(
            ["--config", file, "--listen", "127.0.0.1:\(port)", "--module", "org.dump.flag"],
            environment: [
                "DUMP_LISTEN": "127.0.0.1:2", "DUMP_DATA": scratch.path("of-environment"),
                "DUMP_MODULES": "org.dump.environment", "DUMP_PUBLIC_URL": "https://environment.example",
            ], port: port)
        #expect(shown.texts("modules") == ["org.dump.flag"])
        #expect(shown.text("url") == "https://environment.example")
        #expect(FileManager.default.fileExists(atPath: scratch.path("of-environment/node.key")))
        #expect(!FileManager.default.fileExists(atPath: scratch.path("of-file")))
    }

    @Test func `an IPv6 address is written into a URL in brackets`() async throws {
        let scratch = try Scratch()
        let port = try await Loopback.freePort()
        let process = try RunningProcess(["serve", "--data", scratch.path("node"), "--listen", "[::1]:\(port)"])
        let line = await process.output.first()
        process.signal(SIGTERM)
        _ = await process.ended()
        let error = await process.error.whole().joined(separator: "\n")
        // A machine without IPv6 says so.
        let isRight = line?.hasSuffix("serves http://[::1]:\(port) on port \(port).") == true
        #expect(isRight || error.contains("cannot listen on"), "\(error)")
    }

    @Test(arguments: [
        #""modules": "org.dump.market""#, #""peers": "http://127.0.0.1:1""#, #""pullInterval": "often""#,
        #""freshDelay": "later""#, #""freshDelay": -1"#, #""freshDelay": 604801"#,
        #""publicUrl": 8080"#, #""moduls": ["org.dump.market"]"#,
    ]) func `a setting of the wrong kind or name is refused`(_ setting: String) async throws {
        let scratch = try Scratch()
        let port = try await Loopback.freePort()
        let file = try scratch.write(
            #"{"data": "\#(scratch.path("node"))", "listen": "127.0.0.1:\#(port)", \#(setting)}"#, to: "settings.json")
        let process = try RunningProcess(["serve", "--config", file])
        let line = await process.output.first()
        process.signal(SIGTERM)
        let outcome = await process.outcome()
        #expect(line == nil && outcome.code != 0)
    }

    @Test func `a number that is none in the environment is refused`() async throws {
        let scratch = try Scratch()
        let port = try await Loopback.freePort()
        let process = try RunningProcess(
            ["serve", "--data", scratch.path("node"), "--listen", "127.0.0.1:\(port)"],
            environment: ["DUMP_PULL_INTERVAL": "often"])
        let line = await process.output.first()
        process.signal(SIGTERM)
        let outcome = await process.outcome()
        #expect(line == nil && outcome.code != 0)
    }

    @Test(arguments: ["", "{", "[]", "data: x"])
    func `a file of settings that is no JSON object is refused by its name`(
        _ content: String
    ) async throws {
        let scratch = try Scratch()
        let file = try scratch.write(content, to: "settings.json")
        try await Command.run("serve", "--data", scratch.path("node"), "--config", file).isRefusal(file, code: 2)
        #expect(!FileManager.default.fileExists(atPath: scratch.path("node")))
    }

    @Test func `a file of settings that is not there is refused by its name`() async throws {
        try await Command.run("serve", "--config", "no-such.json").isRefusal("no-such.json")
    }
}
