import Capabilities
import DumpIdentity
import IPLD
import NIOCore
import NIOSSL
import TestSupport
import Testing

@testable import AuthAPI

/// What a host that may be called answers to harm who calls it. `PORT` stands for that of a target beside it, `~` for an
/// empty map: but for the trick it would be an answer.
struct AnswerTrick: Sendable, CustomTestStringConvertible {
    let name: String
    let script: ScriptedServer.Script

    init(_ name: String, _ opening: String, more: String = "", pace: TimeAmount? = nil, closes: Bool = false) {
        self.name = name
        script = .text(opening, more: more, pace: pace, closes: closes)
    }

    init(_ name: String, _ script: ScriptedServer.Script) {
        self.name = name
        self.script = script
    }

    var testDescription: String { name }

    /// What is refused at once has all the time: that it ran out of it would not show that it is refused.
    var patience: Duration {
        let isSilent = script.opening.isEmpty && script.more.isEmpty && !script.closes
        return isSilent || script.pace != nil || name == "a body that stops" ? .milliseconds(500) : .seconds(60)
    }

    static let all = redirects + heads + bodies

    private static let ok = "HTTP/1.1 200 OK\r\n"

    static let redirects =
        [300, 301, 302, 303, 305, 307, 308].map { status in
            AnswerTrick(
                "redirect \(status)",
                "HTTP/1.1 \(status) Over There\r\nLocation: http://127.0.0.1:PORT/\r\nContent-Length: 1\r\n\r\n~")
        }
        + ["file:///etc/passwd", "gopher://127.0.0.1:PORT/", "//127.0.0.1:PORT/", "http+unix://%2Ftmp%2Fsocket"].map {
            AnswerTrick("redirect to \($0)", "HTTP/1.1 302 Found\r\nLocation: \($0)\r\nContent-Length: 1\r\n\r\n~")
        } + [
            AnswerTrick(
                "refresh", "HTTP/1.1 200 OK\r\nRefresh: 0; url=http://127.0.0.1:PORT/\r\nContent-Length: 0\r\n\r\n"),
            AnswerTrick("switching protocols", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n"),
        ]

    static let heads = [
        AnswerTrick("silence", .silence),
        AnswerTrick("an end at once", "", closes: true),
        AnswerTrick("another protocol", "SSH-2.0-OpenSSH_9.2\r\n"),
        AnswerTrick("speaking first", .init(opening: Array("220 mail.example\r\n".utf8), speaksFirst: true)),
        AnswerTrick("no status", "hello\r\n\r\n", closes: true),
        AnswerTrick("slow headers", ok, more: "X: y\r\n", pace: .milliseconds(50)),
        AnswerTrick("one slow header", ok + "X: ", more: "y", pace: .milliseconds(50)),
        AnswerTrick("headers without end", ok, more: String(repeating: "X-Much: more\r\n", count: 1_000)),
        AnswerTrick("a header without end", ok + "X: ", more: String(repeating: "y", count: 65_536)),
        AnswerTrick(
            "a long header", ok + "X: \(String(repeating: "y", count: 9_000))\r\nContent-Length: 1\r\n\r\n~"),
        AnswerTrick("many headers", ok + String(repeating: "X: y\r\n", count: 100) + "Content-Length: 1\r\n\r\n~"),
        AnswerTrick(
            "large headers",
            ok + String(repeating: "X: \(String(repeating: "y", count: 1_000))\r\n", count: 40)
                + "Content-Length: 1\r\n\r\n~"),
        AnswerTrick(
            "interim answers without end", "",
            more: String(repeating: "HTTP/1.1 103 Early Hints\r\n\r\n", count: 1_000)),
        AnswerTrick("slow interim answers", "", more: "HTTP/1.1 100 Continue\r\n\r\n", pace: .milliseconds(50)),
        AnswerTrick("a NUL in a header", ok + "X: \0\r\nContent-Length: 1\r\n\r\n~"),
        AnswerTrick("a version that is none", "HTTP/9.9 200 OK\r\nContent-Length: 1\r\n\r\n~"),
    ]

    static let bodies = [
        AnswerTrick("a slow body", ok + "Content-Length: 100000\r\n\r\n", more: "a", pace: .milliseconds(50)),
        AnswerTrick("a body that stops", ok + "Content-Length: 100\r\n\r\nabc"),
        AnswerTrick("a body that ends early", ok + "Content-Length: 100\r\n\r\nabc", closes: true),
        AnswerTrick("a stated length of a terabyte", ok + "Content-Length: 1099511627776\r\n\r\n"),
        AnswerTrick("a length over 64 bits", ok + "Content-Length: 99999999999999999999999\r\n\r\n"),
        AnswerTrick("a negative length", ok + "Content-Length: -1\r\n\r\n"),
        AnswerTrick("two lengths", ok + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n~a"),
        AnswerTrick(
            "a length and chunks", ok + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n~\r\n0\r\n\r\n"),
        AnswerTrick(
            "a body without end", ok + "\r\n", more: String(repeating: "a", count: 65_536)),
        AnswerTrick(
            "chunks without end", ok + "Transfer-Encoding: chunked\r\n\r\n",
            more: "10000\r\n" + String(repeating: "a", count: 65_536) + "\r\n"),
        AnswerTrick(
            "small chunks without end", ok + "Transfer-Encoding: chunked\r\n\r\n",
            more: String(repeating: "1\r\na\r\n", count: 1_000), pace: .milliseconds(1)),
        AnswerTrick(
            "slow chunks", ok + "Transfer-Encoding: chunked\r\n\r\n", more: "1\r\na\r\n", pace: .milliseconds(50)),
        AnswerTrick(
            "a chunk's extension without end", ok + "Transfer-Encoding: chunked\r\n\r\n1;",
            more: String(repeating: "a", count: 65_536)),
        AnswerTrick("a chunk of no number", ok + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n"),
        AnswerTrick(
            "trailers without end", ok + "Transfer-Encoding: chunked\r\n\r\n0\r\n",
            more: String(repeating: "X-Much: more\r\n", count: 1_000)),
        AnswerTrick(
            "a compressed body", ok + "Content-Encoding: gzip\r\nContent-Length: 1\r\n\r\n~"),
        AnswerTrick(
            "a body compressed twice", ok + "Content-Encoding: gzip, deflate\r\nTransfer-Encoding: chunked\r\n\r\n",
            more: String(repeating: "1\r\na\r\n", count: 1_000)),
        AnswerTrick("a body that is no answer", ok + "Content-Length: 6\r\n\r\n<html>"),
    ]
}

/// A host that may be called does no harm by what it answers.
@Suite(.timeLimit(.minutes(5))) struct AnswerTrickTests {
    private func invocation() throws -> Invocation {
        try Invocation.sign(
            .profileRequest, on: Party.viewer.principal, audience: Party.stranger.principal, arguments: Map(),
            nonce: [UInt8](repeating: 1, count: 16), expiration: testTime + 300, with: Party.viewer.key())
    }

    private func peers(
        _ policy: AddressPolicy, patience: Duration = .milliseconds(500), trusts: Bool = true
    ) throws -> PeerClient {
        PeerClient(
            policy, patience: patience, connectPatience: .seconds(60), resolver: { _ in [.v4(0x7f00_0001)] },
            trust: trusts ? .certificates([try TestCertificate.certificate()]) : .default)
    }

    private func send(to node: NodeAddress, _ client: PeerClient) async throws -> Map {
        try await InvocationClient(client: client, clock: { testTime }).send(invocation(), proofs: [], to: node)
    }

    private var loopback: AddressPolicy { AddressPolicy(allowsLoopback: true) }
    private var machine: AddressPolicy { AddressPolicy(networks: ["127.0.0.1"].compactMap(IPNetwork.init)) }

    @Test(arguments: AnswerTrick.all)
    func `no trick with an answer is taken for one, or leads elsewhere`(trick: AnswerTrick) async throws {
        let (target, server) = (ScriptedServer(), ScriptedServer())
        try await target.serving { port in
            var script = trick.script
            let text = String(decoding: script.opening, as: UTF8.self)
            script.opening = text.replacing("PORT", with: "\(port)").utf8.map { $0 == UInt8(ascii: "~") ? 0xa0 : $0 }
            try await server.serving(script) { port in
                await #expect(throws: APIError.unanswered) {
                    try await send(
                        to: NodeAddress("http://127.0.0.1:\(port)"), peers(loopback, patience: trick.patience))
                }
            }
        }
        #expect(server.connections == 1)
        #expect(target.connections == 0)
    }

    @Test func `an answer may come after interim ones`() async throws {
        let answer = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n\u{60}"
        var script = ScriptedServer.Script.text(answer)
        script.opening[script.opening.count - 1] = 0xa0
        try await ScriptedServer().serving(script) { port in
            let map = try await send(
                to: NodeAddress("http://127.0.0.1:\(port)"), peers(loopback, patience: .seconds(60)))
            #expect(map.isEmpty)
        }
    }

    @Test func `TLS is spoken with the name's certificate, and the name is told`() async throws {
        let server = ScriptedServer()
        let script = ScriptedServer.Script(
            opening: Array("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n".utf8) + [0xa0])
        try await server.serving(script, security: TestCertificate.server()) { port in
            let map = try await send(
                to: NodeAddress("https://\(TestCertificate.name):\(port)"), peers(machine, patience: .seconds(60)))
            #expect(map.isEmpty)
            #expect(server.text.hasPrefix("POST /v1/invocations HTTP/1.1\r\nhost: \(TestCertificate.name):\(port)\r\n"))
        }
    }

    @Test(arguments: [("https://other.example", true), ("https://127.0.0.1", true), ("https://node.example", false)])
    func `nothing is sent to who has not the right certificate`(address: String, trusts: Bool) async throws {
        let server = ScriptedServer()
        try await server.serving(.text("HTTP/1.1 204 No Content\r\n\r\n"), security: TestCertificate.server()) { port in
            await #expect(throws: APIError.unreachable) {
                try await send(
                    to: NodeAddress("\(address):\(port)"), peers(machine, patience: .seconds(60), trusts: trusts))
            }
        }
        #expect(server.text.isEmpty)
    }

    @Test(arguments: [
        ScriptedServer.Script.text("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"), .silence,
        .text("", more: "\u{16}\u{3}\u{1}", pace: .milliseconds(50)), .text("", closes: true),
    ]) func `who does not speak TLS on a port of HTTPS is not reached`(script: ScriptedServer.Script) async throws {
        let server = ScriptedServer()
        try await server.serving(script) { port in
            await #expect(throws: APIError.unreachable) {
                try await send(to: NodeAddress("https://\(TestCertificate.name):\(port)"), peers(machine))
            }
        }
        #expect(!server.text.contains("HTTP/1.1"))
    }

    @Test func `the next address is tried where one cannot be connected to`() async throws {
        let server = ScriptedServer()
        let script = ScriptedServer.Script.text("HTTP/1.1 204 No Content\r\n\r\n")
        try await server.serving(script, security: TestCertificate.server()) { port in
            let client = PeerClient(
                AddressPolicy(networks: ["127.0.0.0/8"].compactMap(IPNetwork.init)), patience: .seconds(60),
                connectPatience: .seconds(60), resolver: { _ in [.v4(0x7f00_0003), .v4(0x7f00_0001)] },
                trust: .certificates([try TestCertificate.certificate()]))
            let node = try NodeAddress("https://\(TestCertificate.name):\(port)")
            #expect(try await client.send("GET", "/", at: node, accept: "*/*").status == 204)
        }
        #expect(server.connections == 1)
    }

    @Test func `a host is left alone after failures, and other hosts are not`() async throws {
        let (dead, live) = (ScriptedServer(), ScriptedServer())
        try await dead.serving(.text("", closes: true)) { deadPort in
            try await live.serving(.text("HTTP/1.1 204 No Content\r\n\r\n")) { livePort in
                let client = try peers(loopback, patience: .seconds(60))
                for _ in 1...HostBreakers.threshold {
                    await #expect(throws: PeerError.unanswered) {
                        try await client.send(
                            "GET", "/", at: NodeAddress("http://127.0.0.1:\(deadPort)"), accept: "*/*")
                    }
                }
                await #expect(throws: PeerError.unreachable) {
                    try await client.send("GET", "/", at: NodeAddress("http://127.0.0.1:\(deadPort)"), accept: "*/*")
                }
                #expect(dead.connections == HostBreakers.threshold)
                let response = try await client.send(
                    "GET", "/", at: NodeAddress("http://127.0.0.1:\(livePort)"), accept: "*/*")
                #expect(response.status == 204)
            }
        }
    }
}
