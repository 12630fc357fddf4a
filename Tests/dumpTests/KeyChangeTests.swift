import Foundation
import Testing

/// A node that gets another key, and the files and grants of before.
@Suite(.timeLimit(.minutes(10))) struct KeyChangeTests {
    /// The verification, with the statements of the node's former keys.
    private func verification(_ copies: Copies, _ successions: String) -> [String] {
        copies.verification + ["--successions", successions]
    }

    @Test func `a grant of before is read, verified and revoked after the node's key was changed`() async throws {
        try await Stage.with(nodes: 2) { stage in
            let object = try await stage.publish("Old clock")
            let request = try await stage.ask(object)
            let grant = try await stage.approve(request)
            var copies = try await stage.saveCopies(object: object, request: request)
            #expect(try await Command.run(copies.verification).code == 0)

            await stage.x.stop()
            let change = try await Command.run("node", "rotate-key", "--data", stage.x.folder)
            try #require(change.code == 0, "\(change.error)")
            #expect(change.output.contains("did:key:z6Mk"))
            try await stage.x.start()

            // Online, and offline by the list of before, until it expires.
            let fields = try await stage.stephanie.json("read", short(request), "--fields", "name").object("fields")
            #expect(fields.text("name") == "Steve Example")
            #expect(try await Command.run(copies.verification).code == 0)
            let later = Int(Date().timeIntervalSince1970) + 3_601
            try await Command.run(copies.verification + ["--at", "\(later)"]).isRefusal("Expired")

            // By the list of the next key: not without the statement.
            copies.statusList = stage.scratch.path("next.jwt")
            let fetch = ["status-list", "--allow-loopback", "--grant", copies.grant, "--save", copies.statusList]
            let told = try await Command.run(fetch)
            #expect(told.code == 0 && told.output.contains("--successions"))
            try await Command.run(copies.verification).isRefusal("InvalidSignature")
            let successions = stage.scratch.path("x.successions")
            let silent = try await Command.run(fetch + ["--successions", successions])
            #expect(silent.code == 0 && silent.outputLines.count == 2)
            #expect(try await Command.run(verification(copies, successions)).code == 0)

            try await stage.steve.text("revoke", short(grant))
            #expect(try await Command.run(fetch + ["--successions", successions]).code == 0)
            try await Command.run(verification(copies, successions)).isRefusal("Revoked")
            try await stage.stephanie.run("read", short(request), "--fields", "name").isRefusal()
        }
    }

    @Test func `statements that are altered or none are refused`() async throws {
        try await Stage.with(nodes: 1) { stage in
            let object = try await stage.publish("Old clock")
            let request = try await stage.ask(object)
            try await stage.approve(request)
            let copies = try await stage.saveCopies(object: object, request: request)
            await stage.x.stop()
            #expect(try await Command.run("node", "rotate-key", "--data", stage.x.folder).code == 0)
            var statements = try Scratch.read(stage.x.folder + "/node.successions")
            #expect(try await Command.run(verification(copies, stage.x.folder + "/node.successions")).code == 0)
            statements[20] ^= 1
            let altered = try stage.scratch.write(statements, to: "altered")
            try await Command.run(verification(copies, altered)).isRefusal("altered")
            let empty = try stage.scratch.write("", to: "empty")
            try await Command.run(verification(copies, empty)).isRefusal("empty")
            try await Command.run(verification(copies, stage.scratch.path("none"))).isRefusal("cannot be read")
        }
    }

    @Test func `the key of a node that runs is not changed`() async throws {
        try await Node.with { node, _ in
            let key = try Scratch.read(node.folder + "/node.key")
            try await Command.run("node", "rotate-key", "--data", node.folder).isRefusal("in use")
            #expect(try Scratch.read(node.folder + "/node.key") == key)
        }
    }

    @Test func `a folder without a key is refused, and not made`() async throws {
        let scratch = try Scratch()
        try await Command.run("node", "rotate-key", "--data", scratch.path("none")).isRefusal("no node's key")
        #expect(!FileManager.default.fileExists(atPath: scratch.path("none")))
        try await Command.run("node", "rotate-key").isUsageError("--data")
    }

    @Test func `a node with its former key put back does not start`() async throws {
        let scratch = try Scratch()
        let node = try await Node(folder: scratch.path("node"))
        try await node.start()
        await node.stop()
        let former = try Scratch.read(node.folder + "/node.key")
        #expect(try await Command.run("node", "rotate-key", "--data", node.folder).code == 0)
        #expect(try Scratch.mode(of: node.folder + "/node.key") == 0o600)
        try scratch.write(former, to: "node/node.key")
        let again = try RunningProcess([
            "serve", "--data", node.folder, "--module", Node.module, "--listen", "127.0.0.1:\(node.port)",
        ])
        // A node that starts all the same has to be ended, or the test would wait for it.
        if await again.output.first() != nil { again.signal(SIGTERM) }
        await again.outcome().isRefusal("node.successions")
    }

    @Test func `no key is printed, and no other file is left`() async throws {
        let scratch = try Scratch()
        let node = try await Node(folder: scratch.path("node"))
        try await node.start()
        await node.stop()
        let before = try FileManager.default.contentsOfDirectory(atPath: node.folder)
        let change = try await Command.run("node", "rotate-key", "--data", node.folder)
        let key = String(decoding: try Scratch.read(node.folder + "/node.key"), as: UTF8.self)
        #expect(!(change.output + change.error).contains(key.dropLast()))
        let after = try FileManager.default.contentsOfDirectory(atPath: node.folder)
        #expect(Set(after) == Set(before).union(["node.successions"]))
    }
}
