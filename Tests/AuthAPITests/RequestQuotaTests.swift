import Capabilities
import DumpIdentity
import IPLD
import TestSupport
import Testing

@testable import AuthAPI

/// How many requests are taken, of whom.
struct RequestQuotaTests {
    /// A node that takes few, and a scene on it.
    private func scene(_ bursts: RequestBursts, _ body: (GrantScene) async throws -> Void) async throws {
        try await withClient { client in
            try await TestNode(requestBursts: bursts, client: client).serving { node in
                try await body(GrantScene(node))
            }
        }
    }

    /// A request with its own nonce.
    private func request(_ scene: GrantScene, by party: Party = .viewer) throws -> ProfileRequest {
        let terms = try RequestTerms(fields: [.name], purpose: "x", duration: 60, object: scene.object.cid)
        return try ProfileRequest.sign(
            terms, to: scene.pseudonym, expiration: scene.node.clock.time + 300, with: party.key())
    }

    private func arrive(_ request: ProfileRequest, from address: String, _ scene: GrantScene) async throws -> Value {
        let bytes = try Container([request.invocation.envelope.bytes]).encoded()
        return try await MailboxService(node: scene.node.node).execute(bytes, from: #require(RequestSource(address)))
    }

    @Test func `beyond its quota a source is told when to come again, and another is heard`() async throws {
        try await scene(RequestBursts(perSource: 2)) { scene in
            for party in [Party.viewer, .component] {
                _ = try await arrive(request(scene, by: party), from: "203.0.113.7", scene)
            }
            await #expect(throws: APIError.tooManyRequests(retryAfter: 1)) {
                _ = try await arrive(request(scene, by: .third), from: "203.0.113.7", scene)
            }
            _ = try await arrive(request(scene, by: .third), from: "203.0.113.8", scene)
            #expect(try await scene.footprint("waiting_request") == 3)
            scene.node.clock.advance(by: 1)
            _ = try await arrive(request(scene, by: .stranger), from: "203.0.113.7", scene)
        }
    }

    @Test func `beyond its quota a viewer's key is told when to come again, wherever it comes from`() async throws {
        try await scene(RequestBursts(perViewer: 1)) { scene in
            _ = try await arrive(request(scene), from: "203.0.113.7", scene)
            await #expect(throws: APIError.tooManyRequests(retryAfter: 180)) {
                _ = try await arrive(request(scene), from: "203.0.113.8", scene)
            }
            _ = try await arrive(request(scene, by: .stranger), from: "203.0.113.7", scene)
        }
    }

    @Test func `what is too much for a mailbox is dropped and answered like all the rest`() async throws {
        try await scene(RequestBursts(perMailbox: 1)) { scene in
            let first = try await arrive(request(scene), from: "203.0.113.7", scene)
            let second = try await arrive(request(scene, by: .stranger), from: "203.0.113.7", scene)
            #expect(first == second)
            #expect(try await scene.footprint("waiting_request") == 1)
            _ = try await arrive(request(scene, by: .third), from: "203.0.113.8", scene)
            #expect(try await scene.footprint("waiting_request") == 2)
        }
    }

    @Test func `whether a mailbox is there changes nothing of a quota`() async throws {
        try await scene(RequestBursts(perViewer: 1)) { scene in
            let terms = try RequestTerms(fields: [.name], purpose: "x", duration: 60, object: scene.object.cid)
            let stranger = try ProfileRequest.sign(
                terms, to: Party.stranger.principal, expiration: scene.node.clock.time + 300, with: Party.viewer.key())
            _ = try await arrive(stranger, from: "203.0.113.7", scene)
            await #expect(throws: APIError.tooManyRequests(retryAfter: 180)) {
                _ = try await arrive(request(scene), from: "203.0.113.7", scene)
            }
        }
    }

    @Test func `a request whose signature is wrong costs its viewer nothing`() async throws {
        try await scene(RequestBursts(perViewer: 1)) { scene in
            let bytes = try request(scene).invocation.envelope.bytes
            let forged = try Container([bytes.altered(at: 10)]).encoded()
            await #expect(throws: CapabilityError.self) {
                _ = try await MailboxService(node: scene.node.node).execute(
                    forged, from: #require(RequestSource("203.0.113.7")))
            }
            _ = try await arrive(request(scene), from: "203.0.113.7", scene)
        }
    }

    // Threat: STR-52
    @Test func `a container is read in its source's turn, and where too many wait it is not read`() async throws {
        try await scene(RequestBursts()) { scene in
            let service = MailboxService(node: scene.node.node)
            let queue = scene.node.node.queue
            let flooder = try #require(RequestSource("203.0.113.7"))
            let (stream, gate) = AsyncStream.makeStream(of: Void.self)
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<260 {
                    group.addTask { try? await queue.run(flooder) { for await _ in stream {} } }
                }
                while await queue.waitingCount < 256 { await Task.yield() }
                await #expect(throws: APIError.busy) { _ = try await service.execute([0], from: flooder) }
                gate.finish()
            }
            await #expect(throws: APIError.malformed("the body is no container with one invocation")) {
                _ = try await service.execute([0], from: flooder)
            }
        }
    }

    @Test func `over HTTP it is a problem with the time to come again`() async throws {
        try await scene(RequestBursts(perViewer: 1)) { scene in
            #expect(try await scene.send(request(scene).invocation).status == 200)
            let reply = try await scene.send(request(scene).invocation)
            #expect(reply.status == 429)
            #expect(reply.problem == "too-many-requests")
            #expect(try await scene.footprint("waiting_request") == 1)
        }
    }
}
