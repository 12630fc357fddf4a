import Capabilities
import DumpIdentity
import IPLD
import TestSupport
import Testing

@testable import AuthAPI

/// What an owner sees, and a viewer is told, of requests from those who are blocked.
struct BlockTests {
    private func inbox(_ scene: GrantScene) async throws -> [Map] {
        try await scene.owner.done("GET", "/v1/inbox").maps("requests")
    }

    private func block(_ scene: GrantScene, _ party: Party = .viewer) async throws {
        #expect(try await scene.owner.call("PUT", "/v1/blocks/\(try party.principal.did)").status == 204)
    }

    /// A further request of the viewer's, to the same object.
    private func another(_ scene: GrantScene, by party: Party = .viewer) throws -> ProfileRequest {
        let terms = try RequestTerms(fields: [.name], purpose: "again", duration: 60, object: scene.object.cid)
        return try ProfileRequest.sign(
            terms, to: scene.pseudonym, expiration: scene.node.clock.time + 300, with: party.key())
    }

    @Test func `a request that waits is dropped with the block of its viewer`() async throws {
        try await GrantScene.run { scene in
            _ = try await scene.send(scene.request.invocation)
            _ = try await scene.send(another(scene, by: .stranger).invocation)
            try await block(scene)
            #expect(try await inbox(scene).map { $0.text("viewer") } == [Party.stranger.principal.did])
            #expect(try await scene.footprint("waiting_request") == 1)
        }
    }

    @Test func `a blocked viewer is answered like one who waits, before and after the owner has looked`() async throws {
        try await GrantScene.run { scene in
            try await block(scene)
            let request = try another(scene)
            let waiting = try another(scene, by: .stranger)
            #expect(try await scene.send(request.invocation) == scene.send(waiting.invocation))
            let before = try await scene.send(scene.act(.profileAnswer, on: request.cid))
            #expect(before == (try await scene.send(scene.act(.profileAnswer, on: waiting.cid, by: .stranger))))
            #expect(try await inbox(scene).count == 1)
            #expect(before == (try await scene.send(scene.act(.profileAnswer, on: request.cid, nonce: 2))))
            let withdrawn = try await scene.send(scene.act(.profileWithdraw, on: request.cid, nonce: 3))
            #expect(withdrawn.status == 200 && withdrawn.map.isEmpty)
        }
    }

    @Test func `a request of a blocked viewer cannot be approved`() async throws {
        try await GrantScene.run { scene in
            try await block(scene)
            _ = try await scene.send(scene.request.invocation)
            let path = "/v1/inbox/\(scene.request.cid)/approve"
            let reply = try await scene.owner.call("POST", path, ["fields": ["name"], "duration": .int(60)])
            #expect(reply.problem == "conflict")
            #expect(try await scene.footprint("disclosed_field") == 0)
        }
    }

    @Test func `blocking a node drops what comes from its address, and nothing else`() async throws {
        try await GrantScene.run { scene in
            let first = try another(scene)
            try await arrive(first, from: "203.0.113.7", scene)
            let path = "/v1/inbox/\(first.cid)/block"
            #expect(try await scene.owner.call("POST", path, ["node": true]).status == 204)
            try await arrive(another(scene, by: .stranger), from: "203.0.113.7", scene)
            try await arrive(another(scene, by: .component), from: "203.0.113.8", scene)
            #expect(try await inbox(scene).map { $0.text("viewer") } == [Party.component.principal.did])
            let blocks = try await scene.owner.done("GET", "/v1/blocks").maps("blocks")
            #expect(blocks.map { $0.text("kind") } == ["node"])
        }
    }

    private func arrive(_ request: ProfileRequest, from address: String, _ scene: GrantScene) async throws {
        let bytes = try Container([request.invocation.envelope.bytes]).encoded()
        _ = try await MailboxService(node: scene.node.node).execute(bytes, from: #require(RequestSource(address)))
    }

    @Test func `blocking the viewer of a request drops what the viewer asks, and nothing else`() async throws {
        try await GrantScene.run { scene in
            _ = try await scene.send(scene.request.invocation)
            let path = "/v1/inbox/\(scene.request.cid)/block"
            #expect(try await scene.owner.call("POST", path, [:]).status == 204)
            #expect(try await scene.owner.call("POST", path, [:]).problem == "conflict")
            _ = try await scene.send(another(scene).invocation)
            _ = try await scene.send(another(scene, by: .stranger).invocation)
            #expect(try await inbox(scene).map { $0.text("viewer") } == [Party.stranger.principal.did])
        }
    }

    @Test func `a lifted block lets requests through again, and cannot be lifted twice`() async throws {
        try await GrantScene.run { scene in
            try await block(scene)
            try await block(scene)
            let path = "/v1/blocks/\(try Party.viewer.principal.did)"
            #expect(try await scene.owner.done("GET", "/v1/blocks").maps("blocks").count == 1)
            #expect(try await scene.owner.call("DELETE", path).status == 204)
            #expect(try await scene.owner.call("DELETE", path).problem == "not-found")
            _ = try await scene.send(scene.request.invocation)
            #expect(try await inbox(scene).count == 1)
        }
    }

    @Test(arguments: ["x", "did:key:z6MkX", "did:web:example.org"])
    func `what is no principal cannot be blocked`(id: String) async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            #expect(try await steve.call("PUT", "/v1/blocks/\(id)").problem == "unacceptable")
            #expect(try await node.footprint()["record"] == 0)
        }
    }

    @Test func `blocks of viewers outlive a new root key and go along in an export`() async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            let viewer = try Party.viewer.principal.did
            #expect(try await steve.call("PUT", "/v1/blocks/\(viewer)").status == 204)
            let rotated = try await steve.done(
                "POST", "/v1/account/rotate", ["passphrase": .string(Person.passphrase)])
            let again = Person(node: node, token: rotated.text("token"))
            #expect(try await again.done("GET", "/v1/blocks").maps("blocks").map { $0.text("id") } == [viewer])
            let secret = "another long passphrase"
            let file = try await again.done(
                "POST", "/v1/account/export",
                ["passphrase": .string(Person.passphrase), "file_passphrase": .string(secret)])["export"]
            let body: Value = [
                "handle": "steven", "export": file ?? .null, "passphrase": .string(secret),
                "new_passphrase": .string(Person.passphrase),
            ]
            let moved = Person(
                node: node, token: try await node.anyone.done("POST", "/v1/accounts/import", body).text("token"))
            #expect(try await moved.done("GET", "/v1/blocks").maps("blocks").map { $0.text("id") } == [viewer])
        }
    }

    @Test func `blocks are destroyed with their account`() async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            _ = try await steve.call("PUT", "/v1/blocks/\(try Party.viewer.principal.did)")
            #expect(try await node.footprint()["record"] == 1)
            _ = try await steve.done("DELETE", "/v1/account", ["passphrase": .string(Person.passphrase)])
            #expect(try await node.footprint()["record"] == 0)
        }
    }
}
