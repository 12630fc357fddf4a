import Foundation
import Testing

/// Peers that are down, slow or send rubbish do not harm a node, and are told of once.
@Suite(.timeLimit(.minutes(10))) struct PeerTests {
    private static let warning = "A peer cannot be pulled from"

    /// What bad peers answer; `nil` is nothing at all.
    private static let badAnswers: [Data?] = [
        nil,
        Data(),
        Data("220 mail.example ESMTP\r\n".utf8),
        Responder.http("500 Internal Server Error", type: "text/plain", []),
        Responder.http("302 Found\r\nLocation: /v1/modules/org.dump.market/objects", type: "text/plain", []),
        Responder.http("200 OK", type: "text/html", Array("<html>".utf8)),
        Data("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{".utf8),
        Responder.cbor([]),
        Responder.cbor(CBOR.list([])),
        Responder.cbor(CBOR.map(("next", CBOR.number(1)))),
        Responder.cbor(CBOR.map(("next", CBOR.number(0)), ("objects", CBOR.list([CBOR.map()])))),
        Responder.cbor(
            CBOR.map(
                ("next", CBOR.number(1)), ("objects", CBOR.list([CBOR.map(("object", CBOR.bytes([0x80])))])))),
        Responder.cbor([UInt8](repeating: 0, count: 3 << 20)),
    ]

    /// What a peer says of itself.
    private static let name = Responder.cbor(
        CBOR.map(("node", CBOR.text("did:key:z6Mku6xWcuZrcoJTARDjgjqLgkuGgLYYkcEBg3AjzRqkeahB"))))

    @Test func `a node goes on beside bad peers, and tells of each of them once`() async throws {
        var responders: [Responder] = []
        for answer in PeerTests.badAnswers { responders.append(try await Responder { _ in answer }) }
        let down = "http://127.0.0.1:\(try await Loopback.freePort())"
        let peers = [down] + responders.map(\.address)
        try await Node.with(peers: peers) { node, _ in
            let log = try await node.process.error
            let isWarning: @Sendable (String) -> Bool = { $0.contains(PeerTests.warning) }
            // The silent one is given up after the time that a call may take.
            #expect(await log.reaches(peers.count, where: isWarning))
            for responder in responders.dropFirst() { #expect(await responder.requests.reaches(3)) }
            #expect(try !Loopback.get("/.well-known/dump", port: node.port).isEmpty)
            #expect(await node.stop() == 0)
            let lines = await log.whole()
            for peer in peers {
                #expect(lines.count { isWarning($0) && $0.contains("peer=\(peer) ") } == 1, "\(peer): \(lines)")
            }
            #expect(lines.count == peers.count)
        }
    }

    @Test func `what bad peers send is not stored`() async throws {
        let responder = try await Responder { path in
            path == "/.well-known/dump" ? PeerTests.name : PeerTests.badAnswers[11]
        }
        try await Node.with(peers: [responder.address]) { node, _ in
            #expect(await responder.requests.reaches(2))
            let answer = try Loopback.get("/v1/modules/\(Node.module)/objects", port: node.port)
            #expect(JSONObject(try JSONSerialization.jsonObject(with: answer)).objects("objects").isEmpty)
        }
    }

    @Test func `a peer that comes back is pulled from again`() async throws {
        let port = try await Loopback.freePort()
        try await Node.with(peers: ["http://127.0.0.1:\(port)"]) { node, scratch in
            let log = try await node.process.error
            #expect(await log.first { $0.contains(PeerTests.warning) } != nil)
            let peer = try await Node(folder: scratch.path("peer"), port: port)
            try await peer.start()
            #expect(await log.first { $0.contains("A peer answers again") } != nil)
            await peer.stop()
        }
    }

    @Test func `a module that a peer does not run is no failure`() async throws {
        let responder = try await Responder { path in
            path == "/.well-known/dump"
                ? PeerTests.name : Responder.http("404 Not Found", type: "text/plain", [])
        }
        try await Node.with(peers: [responder.address]) { node, _ in
            let log = try await node.process.error
            #expect(await responder.requests.reaches(3))
            #expect(await log.lines.isEmpty)
        }
    }

    @Test func `a node that ends while it pulls blames nobody`() async throws {
        let responder = try await Responder { _ in nil }
        try await Node.with(peers: [responder.address]) { node, _ in
            let process = try await node.process
            #expect(await responder.requests.reaches(1))
            #expect(await node.stop() == 0)
            let lines = await process.error.whole()
            #expect(lines.isEmpty, "\(lines)")
        }
    }
}
