import Foundation
import Testing

/// A node of one's own that answers strangely does not confuse the tool or the terminal.
@Suite(.timeLimit(.minutes(10))) struct HostileNodeTests {
    /// Runs a command as someone who is logged in to a made-up node.
    private func run(_ arguments: [String], at responder: Responder) async throws -> Outcome {
        let scratch = try Scratch()
        try scratch.write(
            #"{"handle": "steve", "node": "\#(responder.address)", "token": "AAAA"}"#, to: "session.json")
        return try await Command.run(arguments, environment: ["DUMP_HOME": scratch.folder])
    }

    @Test func `an id that two things end with is refused, and nothing is done to either`() async throws {
        let ids = ["bafyone-abcdefgh", "bafytwo-abcdefgh"].map { CBOR.map(("id", CBOR.text($0))) }
        let responder = try await Responder { path in
            Responder.cbor(CBOR.map((path.contains("/grants") ? "grants" : "requests", CBOR.list(ids))))
        }
        let options = ["--fields", "name", "--days", "1"]
        let commands = [
            ["deny", "abcdefgh"], ["approve", "abcdefgh"] + options, ["withdraw", "efgh"], ["revoke", "abcdefgh"],
            ["requests", "show", "abcdefgh"], ["read", "abcdefgh", "--fields", "name"],
        ]
        for command in commands {
            try await run(command, at: responder).isRefusal("more than one ", "type more of the id")
        }
        #expect(await responder.requests.reaches(commands.count))
        #expect(await responder.requests.lines.allSatisfy { $0.hasPrefix("GET ") })
        // A little more of the id is enough.
        #expect(try await run(["deny", "two-abcdefgh"], at: responder).code == 0)
        #expect(await responder.requests.lines.last == "POST /v1/inbox/bafytwo-abcdefgh/deny HTTP/1.1")
    }

    @Test(arguments: [
        Responder.cbor([0xff]), Responder.cbor(CBOR.list([])), Responder.cbor([UInt8](repeating: 0, count: 100)),
        Responder.http("500 Oh", type: "text/html", Array("<html>".utf8)), Data("what?\r\n\r\n".utf8), Data(),
        Responder.http("302 Found\r\nLocation: http://127.0.0.1:1/", type: "text/plain", []),
        Responder.cbor([UInt8](repeating: 0, count: 5 << 20)),
    ]) func `an answer that is none is refused in one line`(_ answer: Data) async throws {
        let responder = try await Responder { _ in answer }
        for command in [["inbox"], ["profile", "show"], ["revoke", "abcdefgh"]] {
            let outcome = try await run(command, at: responder)
            outcome.isRefusal("node", code: outcome.code == 3 ? 3 : 1)
        }
    }

    @Test func `what a node says cannot play with the terminal`() async throws {
        let text = #"{"type": "x", "title": "no\u001b[2J", "detail": "a\nb\u009b1m"}"#
        let refusing = try await Responder { _ in
            Responder.http("403 Forbidden", type: "application/problem+json", Array(text.utf8))
        }
        let refusal = try await run(["inbox"], at: refusing)
        refusal.isRefusal("no [2J: a b 1m")

        let request = CBOR.map(("id", CBOR.text("bafyone-abcdefgh")), ("purpose", CBOR.text("see\u{1b}[2J\r\nme")))
        let asking = try await Responder { _ in Responder.cbor(CBOR.map(("requests", CBOR.list([request])))) }
        let inbox = try await run(["inbox"], at: asking)
        #expect(inbox.code == 0 && inbox.outputLines.count == 2, "\(inbox.error)")
        #expect(inbox.output.contains("see [2J  me"))
    }

    @Test func `a list without an end is given up`() async throws {
        let request = CBOR.map(("id", CBOR.text("bafyone-abcdefgh")))
        let answer = CBOR.map(("next", CBOR.text("abcd")), ("requests", CBOR.list([request])))
        let responder = try await Responder { _ in Responder.cbor(answer) }
        try await run(["inbox"], at: responder).isRefusal("the node's list does not end")
        let odd = CBOR.map(("next", CBOR.text("a&b")), ("requests", CBOR.list([request])))
        let other = try await Responder { _ in Responder.cbor(odd) }
        try await run(["inbox"], at: other).isRefusal("the node's list does not end")
    }

    @Test func `no column of a table can play with the terminal`() async throws {
        let grant = CBOR.map(("id", CBOR.text("bafyone-ab\u{1b}[2J")), ("state", CBOR.text("active\u{1b}[2J")))
        let responder = try await Responder { _ in Responder.cbor(CBOR.map(("grants", CBOR.list([grant])))) }
        let outcome = try await run(["grants"], at: responder)
        #expect(!outcome.output.contains("\u{1b}"))
    }
}
