import Capabilities
import DumpIdentity
import Foundation
import IPLD
import Sodium
import TestSupport
import Testing

@testable import AuthAPI

/// Owners who are away are told that something waits, and nothing else.
struct NoticeTests {
    private static let hour: Int64 = 3_600

    private func set(_ scene: GrantScene, _ url: String, for pseudonym: Principal? = nil) async throws -> Reply {
        let pseudonym = pseudonym ?? scene.pseudonym
        return try await scene.owner.call("PUT", "/v1/notices/\(pseudonym.did)", ["url": .string(url)])
    }

    /// Has a further request arrive.
    private func ask(_ scene: GrantScene, to owner: Principal? = nil) async throws {
        let terms = try RequestTerms(fields: [.name], purpose: "x", duration: 60, object: scene.object.cid)
        let request = try ProfileRequest.sign(
            terms, to: owner ?? scene.pseudonym, expiration: scene.node.clock.time + 300, with: Party.stranger.key())
        try #require(await scene.send(request.invocation).status == 200)
    }

    private func tick(_ scene: GrantScene) async { await NoticeService(node: scene.node.node).send(oneIn: 1) }

    @Test func `who set a URL is told once that something waits, in the same words`() async throws {
        try await GrantScene.run { scene in
            let peer = FakePeer { _ in .init() }
            try await peer.serving { address in
                #expect(try await set(scene, address.string + "/topic").status == 204)
                await tick(scene)
                #expect(peer.questions.isEmpty)
                try await ask(scene)
                try await ask(scene)
                await tick(scene)
                await tick(scene)
                #expect(peer.questions.map(\.text) == ["/topic Something waits."])
            }
        }
    }

    @Test func `a mailbox tells at most once an hour, and then what came meanwhile`() async throws {
        try await GrantScene.run { scene in
            let peer = FakePeer { _ in .init(status: 500) }
            try await peer.serving { address in
                _ = try await set(scene, address.string + "/topic")
                try await ask(scene)
                await tick(scene)
                try await ask(scene)
                scene.node.clock.advance(by: Self.hour - 1)
                await tick(scene)
                #expect(peer.questions.count == 1)
                scene.node.clock.advance(by: 1)
                await tick(scene)
                await tick(scene)
                #expect(peer.questions.count == 2)
            }
        }
    }

    // Threat: LIN-114
    @Test func `a URL of one pseudonym is refused for another`() async throws {
        try await GrantScene.run { scene in
            _ = try await scene.owner.publish("Tour", module: TestNode.travel)
            let pseudonyms = try await scene.owner.done("GET", "/v1/pseudonyms").maps("pseudonyms")
            let other = try #require(pseudonyms.map { $0.text("pseudonym") }.first { $0 != scene.pseudonym.did })
            #expect(try await set(scene, "https://ntfy.example/a").status == 204)
            let second = try await set(scene, "https://ntfy.example/a", for: Principal(did: other))
            #expect(second.problem == "conflict")
            #expect(try await set(scene, "https://ntfy.example/b", for: Principal(did: other)).status == 204)
            #expect(try await set(scene, "https://ntfy.example/c").status == 204)
            let urls = try await scene.owner.done("GET", "/v1/notices").maps("notices").map { $0.text("url") }
            #expect(Set(urls) == ["https://ntfy.example/b", "https://ntfy.example/c"])
        }
    }

    // Threat: LIN-114
    @Test func `no file holds the URL, and a restart forgets it until the owner comes by`() async throws {
        let folder = try TemporaryFolder()
        try await withClient { client in
            let peer = FakePeer { _ in .init() }
            try await peer.serving { address in
                let node = try await TestNode(in: (folder, "x"), client: client)
                let (token, pseudonym, request) = try await node.serving { node in
                    let scene = try await GrantScene(node)
                    _ = try await set(scene, address.string + "/canary-topic")
                    return (scene.owner.token, scene.pseudonym, scene.request)
                }
                #expect(try folder.contents().range(of: Data("canary-topic".utf8)) == nil)
                try await node.restarted().serving { node in
                    let owner = Person(node: node, token: token)
                    let container = try Container([request.invocation.envelope.bytes]).encoded()
                    try #require(await node.post(container: container).status == 200)
                    await NoticeService(node: node.node).send(oneIn: 1)
                    #expect(peer.questions.isEmpty)
                    _ = try await owner.done("GET", "/v1/inbox")
                    let terms = try RequestTerms(
                        fields: [.name], purpose: "x", duration: 60, object: CID.of(dagCBOR: [0xf6]))
                    let next = try ProfileRequest.sign(
                        terms, to: pseudonym, expiration: node.clock.time + 300, with: Party.stranger.key())
                    _ = try await node.post(container: Container([next.invocation.envelope.bytes]).encoded())
                    await NoticeService(node: node.node).send(oneIn: 1)
                    #expect(peer.questions.count == 1)
                }
            }
        }
    }

    @Test func `who removed the notice, or logged out everywhere, or is no more, is not told`() async throws {
        try await GrantScene.run { scene in
            let peer = FakePeer { _ in .init() }
            try await peer.serving { address in
                let path = "/v1/notices/\(scene.pseudonym.did)"
                _ = try await set(scene, address.string + "/topic")
                #expect(try await scene.owner.call("DELETE", path).status == 204)
                #expect(try await scene.owner.call("DELETE", path).problem == "not-found")
                try await ask(scene)
                await tick(scene)
                _ = try await set(scene, address.string + "/topic")
                #expect(try await scene.owner.call("DELETE", "/v1/sessions").status == 204)
                try await ask(scene)
                await tick(scene)
                #expect(peer.questions.isEmpty)
            }
        }
    }

    @Test(
        arguments: [
            ("https://ntfy.example", "https://ntfy.example", "/"),
            ("http://127.0.0.1:80/a/b", "http://127.0.0.1:80", "/a/b"),
            ("https://[2001:db8::1]:8443/t", "https://[2001:db8::1]:8443", "/t"),
        ])
    func `a URL is called as it was set`(url: String, host: String, path: String) throws {
        let parts = try #require(NoticeService.parts(of: NodeAddress(url)))
        #expect(parts.host.string == host)
        #expect(parts.path == path)
    }

    @Test func `a place is kept for thirty days without its owner`() async throws {
        let board = NoticeBoard()
        let (viewer, url) = (try Party.viewer.principal, try NodeAddress("https://ntfy.example/a"))
        board.arm(viewer, url, at: testTime)
        board.arrived(for: viewer)
        board.arrived(for: try Party.stranger.principal)
        #expect(board.draw(oneIn: 1, at: testTime + NoticeBoard.lifetime, random: .system) == [url])
        board.arrived(for: viewer)
        #expect(board.draw(oneIn: 1, at: testTime + NoticeBoard.lifetime + 1, random: .system).isEmpty)
    }

    @Test(
        arguments: [
            ["url": "ntfy"], ["url": "https://a@b.example/x"], ["url": "https://b.example/x?y=z"], ["url": 1], [:],
            ["url": "https://b.example", "topic": "x"],
        ] as [Value])
    func `what is no URL is refused`(body: Value) async throws {
        try await GrantScene.run { scene in
            let reply = try await scene.owner.call("PUT", "/v1/notices/\(scene.pseudonym.did)", body)
            #expect([400, 422].contains(reply.status), "\(reply.text)")
            #expect(try await scene.owner.done("GET", "/v1/notices")["notices"] == [])
        }
    }

    @Test func `a pseudonym of another is not found`() async throws {
        try await GrantScene.run { scene in
            let other = try Party.stranger.principal
            #expect(try await set(scene, "https://ntfy.example/a", for: other).problem == "not-found")
            let reply = try await scene.owner.call("PUT", "/v1/notices/me", ["url": "https://ntfy.example/a"])
            #expect(reply.problem == "not-found")
        }
    }
}
