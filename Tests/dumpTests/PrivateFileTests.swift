import Foundation
import Testing

/// Files that hold secrets are refused where others could read them.
struct PrivateFileTests {
    private static let modes = [0o644, 0o640, 0o604, 0o620, 0o666]

    @Test(arguments: modes) func `a log-in that others can read or write is refused`(_ mode: Int) async throws {
        let scratch = try Scratch()
        let file = try scratch.write("{}", to: "session.json", mode: mode)
        try await Command.run("inbox", environment: ["DUMP_HOME": scratch.folder]).isRefusal(file, "chmod 600")
    }

    @Test(arguments: modes) func `a key that others can read or write is refused`(_ mode: Int) async throws {
        let scratch = try Scratch()
        let file = scratch.path("component.key")
        #expect(try await Command.run("key", "create", file).code == 0)
        #expect(try Scratch.mode(of: file) == 0o600)
        try Scratch.setMode(mode, of: file)
        try await Command.run("key", "show", file).isRefusal(file, "chmod 600")
    }

    @Test(arguments: modes) func `a passphrase that others can read or write is refused`(_ mode: Int) async throws {
        let scratch = try Scratch()
        let file = try scratch.write("correct horse battery\n", to: "passphrase", mode: mode)
        try await Command.run("login", "steve", "--node", "http://127.0.0.1:1", "--passphrase-file", file)
            .isRefusal(file, "chmod 600")
    }

    @Test(arguments: [0o640, 0o644]) func `a node whose key others can read or write does not start`(_ mode: Int)
        async throws
    {
        try await Node.with { node, _ in
            await node.stop()
            let key = node.folder + "/node.key"
            #expect(try Scratch.mode(of: key) == 0o600)
            try Scratch.setMode(mode, of: key)
            try await Command.run("serve", "--data", node.folder, "--listen", "127.0.0.1:\(node.port)")
                .isRefusal(key, "chmod 600")
        }
    }

    @Test func `a key is never written over a file that is there`() async throws {
        let scratch = try Scratch()
        let file = try scratch.write("something dear", to: "file")
        try await Command.run("key", "create", file).isRefusal(file, "exists already")
        #expect(try Scratch.read(file) == Data("something dear".utf8))
    }

    @Test func `a key whose folder is not there is not written`() async throws {
        let scratch = try Scratch()
        try await Command.run("key", "create", scratch.path("no/key")).isRefusal(scratch.path("no/key"))
    }

    @Test(arguments: ["", "not a key", "AAAA", String(repeating: "A", count: 44), String(repeating: "A", count: 2_000)])
    func `a file that is no key is refused by its name`(_ content: String) async throws {
        let file = try Scratch()
        let path = try file.write(content, to: "wrong.key")
        try await Command.run("key", "show", path).isRefusal(path)
    }

    @Test(arguments: ["", "{", "[]", "{}", #"{"node": "x", "handle": "steve", "token": "t"}"#])
    func `a log-in that cannot be read is refused by its name`(_ content: String) async throws {
        let scratch = try Scratch()
        let file = try scratch.write(content, to: "session.json")
        try await Command.run("inbox", environment: ["DUMP_HOME": scratch.folder]).isRefusal(file)
    }

    @Test func `a private file is not followed through a link`() async throws {
        let scratch = try Scratch()
        let file = scratch.path("component.key")
        _ = try await Command.run("key", "create", file)
        let link = scratch.path("link.key")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: file)
        try await Command.run("key", "show", link).isRefusal(link)
    }

    @Test func `everything in a data folder is private`() async throws {
        try await Node.with { node, scratch in
            try await Person("steve", in: scratch).join(node)
            #expect(try Scratch.mode(of: node.folder) == 0o700)
            let names = try FileManager.default.contentsOfDirectory(atPath: node.folder)
            #expect(names.contains("node.key") && names.contains("accounts.sqlite"))
            for name in names {
                let mode = try #require(try Scratch.mode(of: node.folder + "/" + name))
                #expect(mode & 0o077 == 0, "\(name)")
            }
        }
    }
}
