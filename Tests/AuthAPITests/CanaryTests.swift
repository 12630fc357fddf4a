import Foundation
import IPLD
import Logging
import TestSupport
import Testing

@testable import AuthAPI

/// Planted secrets are searched for in every place where they must not be.
struct CanaryTests {
    /// What is planted where, and how the search fares.
    private static let planted = Canary("planted", CanaryScene.text("purpose"))

    /// What of the planted may stand in the files of a node: nothing but a handle, in the file of the accounts.
    private func isAllowed(_ finding: String) -> Bool {
        finding.contains("handle, clear") && finding.contains("-accounts.sqlite")
    }

    // MARK: The search

    @Test(arguments: planted.forms.map(\.name), [[0x7f], [0x7f, 0x20], [0x7f, 0x20, 0x41], []] as [[UInt8]])
    func `whatever form is written into a file is found there`(form: String, before: [UInt8]) throws {
        let folder = try TemporaryFolder()
        let bytes = try #require(Self.planted.forms.first { $0.name == form }?.bytes)
        try Data(before + bytes + before).write(to: URL(fileURLWithPath: folder.file("file.sqlite-wal")))
        #expect(try [Self.planted].found(below: folder.path).contains("planted, \(form), in file.sqlite-wal"))
    }

    @Test(arguments: [[], [1], [1, 2], [1, 2, 3]] as [[UInt8]], [[], [9], [9, 9]] as [[UInt8]])
    func `bytes are found in base64, wherever they stand in it`(before: [UInt8], after: [UInt8]) {
        let secret = Array("a secret ÿþý of many bytes".utf8)
        let canary = [Canary("secret", bytes: secret)]
        #expect(!canary.found(in: Base64.encode(before + secret + after)).isEmpty)
        #expect(!canary.found(in: Base64URL.encode(before + secret + after)).isEmpty)
        #expect(canary.found(in: Base64.encode(before + secret.dropLast() + after)).isEmpty)
    }

    @Test(arguments: [String.Encoding.utf16LittleEndian, .utf16BigEndian])
    func `a text is found in either order of UTF-16`(encoding: String.Encoding) throws {
        let data = try #require(CanaryScene.text("purpose").data(using: encoding))
        #expect([Self.planted].found(in: [1, 2, 3] + data + [4]) == ["planted, UTF-16"])
    }

    @Test func `what is planted in a log or the name of a file is found`() throws {
        let log = LogCollector()
        log.logger.trace("A message", metadata: ["key": "\(CanaryScene.text("purpose"))"])
        #expect([Self.planted].found(in: log.text) == ["planted, clear"])
        let folder = try TemporaryFolder()
        try Data().write(to: URL(fileURLWithPath: folder.file(CanaryScene.text("purpose"))))
        #expect(try [Self.planted].found(below: folder.path).count == 1)
    }

    @Test func `what an answer tells to whom it is not meant for is found`() async throws {
        try await withTwoNodes { x, y in
            let scene = try await CanaryScene(x, y)
            _ = try await scene.done(
                scene.steve, "PATCH", "/v1/profile", ["fields": CanaryScene.profile],
                meant: ["name", "email", "phone", "address", "website"])
            let reply = try await scene.steve.call("GET", "/v1/profile")
            #expect(scene.leaks(reply, meant: ["name", "email", "phone", "address"]) == ["website, clear"])
        }
    }

    // MARK: The places

    // Threat: STR-35
    @Test func `nothing that was planted is in a file of the data folder, while it runs and after`() async throws {
        let folder = try TemporaryFolder()
        let canaries = try await withTwoNodes(in: folder) { x, y in
            let scene = try await CanaryScene(x, y)
            _ = try await scene.story()
            let found = try scene.canaries.found(below: folder.path).filter { !isAllowed($0) }
            #expect(found.isEmpty, "while the nodes run")
            return scene.canaries
        }
        let found = try canaries.found(below: folder.path).filter { !isAllowed($0) }
        #expect(found.isEmpty, "after they have ended")
    }

    // Threat: STR-37
    @Test func `no answer holds what was planted and is not meant for the caller, and no log holds any of it`()
        async throws
    {
        try await withTwoNodes { x, y in
            let scene = try await CanaryScene(x, y)
            let (_, request) = try await scene.story()
            let grants = try await scene.done(scene.steve, "GET", "/v1/grants", meant: ["purpose"]).maps("grants")
            let grant = try #require(grants.first).text("id")
            #expect(try await scene.steve.call("DELETE", "/v1/grants/\(grant)").body.isEmpty)
            let refused = try await scene.stephanie.read(request, ["name"])
            #expect(refused.problem == "refused" && scene.leaks(refused, meant: []).isEmpty)
            #expect(try await scene.steve.call("DELETE", "/v1/session").status == 204)
            let log = x.log.text + y.log.text
            #expect(log.contains("trace") && log.contains("debug"), "the log is one of the lowest level")
            #expect(scene.canaries.found(in: log).isEmpty)
        }
    }

    /// Bodies that are wrong in one way each, and hold a text.
    private static func wrongBodies(_ text: String) -> [(bytes: [UInt8], type: String)] {
        let json = [
            "{\"\(text)\": 1}", "{\"handle\": \"\(text)\"}", "{\"passphrase\": {\"\(text)\": null}}", "\"\(text)\"",
            "\(text)", "{\"fields\": \"\(text)\"}", "{\"fields\": {\"\(text)\": \"\(text)\"}}",
            "{\"fields\": {\"email\": \"\(text)\"}}", "{\"fields\": [\"\(text)\"], \"duration\": 1}",
            "{\"handle\": \"\(text)\", \"passphrase\": \"\(text)\"}", "{\"\(text)\": 1, \"\(text)\": 2}",
            "{\"module\": \"\(text)\", \"object\": \"\(text)\", \"fields\": [], \"purpose\": \"\(text)\", \"duration\": 0}",
            "{\"to\": \"\(text)\", \"fields\": [\"name\"], \"duration\": 1}", "{\"delegation\": {\"/\": \"\(text)\"}}",
        ]
        let bytes = json.map { (bytes: Array($0.utf8), type: "application/json") }
        let others = ["application/vnd.ipld.dag-cbor", "application/vnd.ucan.container", text]
        return bytes + others.map { (bytes: Array(text.utf8), type: $0) }
    }

    private static let takers = [
        ("POST", "/v1/accounts"), ("POST", "/v1/session"), ("PATCH", "/v1/profile"), ("POST", "/v1/invocations"),
        ("POST", "/v1/modules/\(TestNode.market)/objects"), ("POST", "/v1/requests"), ("POST", "/v1/inbox/ID/approve"),
        ("POST", "/v1/inbox/ID/deny"), ("POST", "/v1/requests/ID/read"), ("POST", "/v1/requests/ID/delegate"),
        ("POST", "/v1/requests/ID/revoke"),
    ]

    // Threat: STR-37, STR-38
    @Test func `a wrong body is told of without a word of it, and so it is logged`() async throws {
        try await withTwoNodes { x, y in
            let scene = try await CanaryScene(x, y)
            let (_, request) = try await scene.story()
            let path = { (path: String) in path.replacing("ID", with: request) }
            for body in Self.wrongBodies(CanaryScene.text("Steve's passphrase")) {
                for (method, route) in Self.takers {
                    let reply = try await scene.stephanie.send(method, path(route), body)
                    // To deny needs no body, and passes over one.
                    if reply.status == 204 { continue }
                    #expect(reply.problem != nil, "\(method) \(route): \(reply.status)")
                    #expect(scene.leaks(reply, meant: []).isEmpty, "\(method) \(route)")
                }
            }
            #expect(scene.canaries.found(in: x.log.text + y.log.text).isEmpty)
        }
    }

    // Threat: STR-38
    @Test func `a wrong path, query or token is told of without a word of it, and so it is logged`() async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            let word = "canary-4711-in-a-path"
            let canary = [Canary("path", word)]
            let paths = [
                "/\(word)", "/v1/\(word)", "/v1/modules/\(word)/objects",
                "/v1/modules/\(TestNode.market)/objects/\(word)",
                "/v1/modules/\(TestNode.market)/objects?after=\(word)", "/v1/status-lists/\(word)",
                "/v1/requests/\(word)",
            ]
            var replies: [Reply] = []
            for path in paths { replies.append(try await steve.call("GET", path)) }
            for path in ["/v1/grants/\(word)", "/v1/requests/\(word)"] {
                replies.append(try await steve.call("DELETE", path))
            }
            for path in ["/v1/inbox/\(word)/approve", "/v1/requests/\(word)/read"] {
                replies.append(try await steve.call("POST", path, ["fields": ["name"], "duration": .int(1)]))
            }
            for token in [word, "Bearer \(word)", String(repeating: word, count: 100)] {
                replies.append(try await Person(node: node, token: token).call("GET", "/v1/profile"))
            }
            for reply in replies {
                #expect(reply.problem != nil, "\(reply.status)")
                #expect(canary.found(in: reply.body).isEmpty)
            }
            #expect(canary.found(in: node.log.text).isEmpty)
        }
    }
}
