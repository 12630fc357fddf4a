import Capabilities
import ComponentClient
import DumpIdentity
import Foundation
import IPLD
import TestSupport
import Testing

@testable import AuthAPI

/// A component that follows a node as any component does, over HTTP.
struct ComponentClientStoryTests {
    /// Runs with a client that follows a node.
    private func following(
        _ scene: GrantScene, file: String? = nil, _ body: (ComponentClient, FollowedNode) async throws -> Void
    ) async throws {
        let node = FollowedNode(address: scene.node.address, principal: scene.node.node.principal)
        let clock = scene.node.clock
        let client = try ComponentClient(
            following: [node], settings: ComponentSettings(file: file), clock: { clock.time })
        let task = Task { await client.run() }
        do { try await body(client, node) } catch {
            task.cancel()
            await task.value
            throw error
        }
        task.cancel()
        await task.value
    }

    /// Waits until something holds; what never holds ends with the time limit of the test.
    private func until(_ holds: () throws -> Bool) async throws {
        while try !holds() { try await Task.sleep(for: .milliseconds(5)) }
    }

    private func refusal(_ client: ComponentClient, _ grant: Grant) -> CapabilityError? {
        do {
            _ = try client.verify(Container([grant.delegation.envelope.bytes]), for: .pseudonym(grant.owner))
            return nil
        } catch { return error }
    }

    @Test(.timeLimit(.minutes(5)))
    func `what the owner revokes is refused by every component that follows the node`() async throws {
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant
            try await following(scene) { client, node in
                #expect(refusal(client, grant) == .statusUnavailable)
                try await until { client.freshness(of: node).isCurrent }
                #expect(refusal(client, grant) == nil)
                #expect(client.freshness(of: node).lastHeard == testTime)
                _ = try await scene.owner.done("DELETE", "/v1/grants/\(grant.cid)")
                try await until { refusal(client, grant) != nil }
                #expect(refusal(client, grant) == .revoked)
            }
        }
    }

    // Threat: STR-144
    @Test(.timeLimit(.minutes(5)))
    func `what the viewer gives back is refused by a component that follows the node`() async throws {
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant
            try await following(scene) { client, node in
                try await until {
                    client.freshness(of: node).isCurrent && !client.freshness(of: node).lists.isEmpty
                }
                #expect(refusal(client, grant) == nil)
                // The list that the component holds stays good for an hour.
                #expect(try await scene.giveBack(grant).status == 200)
                try await until { refusal(client, grant) != nil }
                #expect(refusal(client, grant) == .revoked)
            }
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func `a component that is cut off refuses a grant when the list has expired, and not before`() async throws {
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant
            try await following(scene) { client, node in
                try await until {
                    client.freshness(of: node).isCurrent && !client.freshness(of: node).lists.isEmpty
                }
                let expiration = try #require(client.freshness(of: node).lists.first?.expiration)
                #expect(expiration == testTime + 3_600)
                scene.node.node.feed.close()
                // Where nothing is heard the list decides, by the clock of the component.
                scene.node.clock.advance(by: 3_599)
                #expect(refusal(client, grant) == nil)
                #expect(!client.freshness(of: node).isCurrent)
            }
            // Without the node: nobody gives it another list.
            let silent = FollowedNode(
                address: try NodeAddress("http://127.0.0.1:1"), principal: scene.node.node.principal)
            let clock = scene.node.clock
            let client = try ComponentClient(following: [silent], clock: { clock.time })
            let list = try await scene.node.raw("GET", "/v1/status-lists/1")
            try client.lists.accept(
                list.text, issuer: scene.node.node.principal, uri: grant.status.uri, at: clock.time)
            clock.advance(by: 3_599)
            #expect(refusal(client, grant) == nil)
            clock.advance(by: 1)
            #expect(refusal(client, grant) == .expired)
            #expect(!client.freshness(of: silent).isCurrent)
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func `what a component heard survives its restart`() async throws {
        let folder = try TemporaryFolder()
        let file = folder.file("component")
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant
            try await following(scene, file: file) { client, node in
                try await until {
                    client.freshness(of: node).isCurrent && !client.freshness(of: node).lists.isEmpty
                }
                _ = try await scene.owner.done("DELETE", "/v1/grants/\(grant.cid)")
                try await until { refusal(client, grant) == .revoked }
            }
            let again = try ComponentClient(
                following: [], settings: ComponentSettings(file: file), clock: { testTime })
            #expect(refusal(again, grant) == .revoked)
            #expect(again.lists.count == 1)
        }
    }

    @Test func `a file that is damaged is not passed over`() async throws {
        let folder = try TemporaryFolder()
        let file = folder.file("component")
        try Data([0xa0]).write(to: URL(fileURLWithPath: file))
        #expect(throws: CapabilityError.malformed) {
            try ComponentClient(following: [], settings: ComponentSettings(file: file), clock: { testTime })
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func `a component follows a node that has changed its key`() async throws {
        try await withClient { http in
            let former = try await TestNode(client: http)
            try await former.changingKey(to: 120, saidToFollow: 120).serving { next in
                try await next.node.prepare()
                let node = FollowedNode(address: next.address, principal: former.node.principal)
                let client = try ComponentClient(following: [node], clock: { testTime })
                let task = Task { await client.run() }
                try await until { client.freshness(of: node).isCurrent }
                #expect(client.live.heard(from: next.node.principal, currentAt: testTime) == testTime)
                task.cancel()
                await task.value
            }
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func `a component is never current for a node of another key`() async throws {
        try await withNode { node in
            let stranger = FollowedNode(address: node.address, principal: try Party.stranger.principal)
            let own = FollowedNode(address: node.address, principal: node.node.principal)
            let client = try ComponentClient(following: [stranger, own], clock: { testTime })
            let task = Task { await client.run() }
            try await until { client.freshness(of: own).isCurrent }
            #expect(!client.freshness(of: stranger).isCurrent)
            task.cancel()
            await task.value
        }
    }
}
