import AuthAPI
import Capabilities
import DumpIdentity
import IPLD
import Sodium
import TestSupport
import Testing

/// A node that has changed its key: what was granted at the former one.
struct KeyChangeTests {
    /// A grant at a node with one key, and then the same node with another.
    private func afterChange(
        saidToFollow follower: UInt8? = 200, _ body: (GrantScene, Answer.Approval, TestNode) async throws -> Void
    ) async throws {
        try await withClient { client in
            let former = try await TestNode(client: client)
            let (scene, approval) = try await former.serving { node in
                let scene = try await GrantScene(node)
                return (scene, try await scene.approved())
            }
            try await former.changingKey(to: 200, saidToFollow: follower).serving { next in
                #expect(next.node.principal != approval.grant.node)
                try await body(scene, approval, next)
            }
        }
    }

    /// The status list as it is served.
    private func list(_ node: TestNode) async throws -> String {
        try await node.anyone.call("GET", "/v1/status-lists/1").text
    }

    @Test func `a grant of before is read under, with a receipt`() async throws {
        try await afterChange { scene, approval, _ in
            let reply = try await scene.read([.name], under: [approval.grant.delegation])
            #expect(reply.status == 200)
            #expect(try await scene.footprint("new_receipt") == 1)
        }
    }

    @Test func `a reading that is addressed to the former or the next key is executed, and to another not`()
        async throws
    {
        try await afterChange { scene, approval, next in
            let chain = [approval.grant.delegation]
            let stranger = try Party.third.principal
            for (nonce, audience, status) in [
                (30, approval.grant.node, 200), (31, next.node.principal, 200), (32, stranger, 403),
            ] {
                let reading = try scene.reading([.name], under: chain, nonce: UInt8(nonce), audience: audience)
                #expect(try await scene.send(reading, chain).status == status)
            }
        }
    }

    @Test(arguments: [nil, 201] as [UInt8?])
    func `a grant of before is not served where nothing says that this key follows`(follower: UInt8?) async throws {
        try await afterChange(saidToFollow: follower) { scene, approval, _ in
            let chain = [approval.grant.delegation]
            #expect(try await scene.read([.name], under: chain).text == ReadRefusalTests.refusal)
            let reading = try scene.reading([.name], under: chain, nonce: 30, audience: approval.grant.node)
            #expect(try await scene.send(reading, chain).status == 403)
            let revocation = try Revocation.sign(
                chain[0].cid, path: chain.map(\.cid), with: Party.viewer.key())
            #expect(try await scene.send(revocation.invocation, chain).status == 403)
        }
    }

    @Test func `what was handed on under a grant of before is taken back`() async throws {
        try await afterChange { scene, approval, _ in
            let chain = [approval.grant.delegation, try scene.handOn([.name])]
            #expect(try await scene.read([.name], by: .component, under: chain, nonce: 20).status == 200)
            let revocation = try Revocation.sign(chain[1].cid, path: chain.map(\.cid), with: Party.viewer.key())
            #expect(try await scene.send(revocation.invocation, chain).status == 200)
            #expect(try await scene.read([.name], by: .component, under: chain, nonce: 21).status == 403)
            #expect(try await scene.read([.name], under: [chain[0]], nonce: 22).status == 200)
        }
    }

    @Test func `the owner revokes a grant of before, and the next key's list says so`() async throws {
        try await afterChange { scene, approval, next in
            let grant = approval.grant
            let lists = StatusLists()
            for statement in next.node.successions.all { try lists.accept(statement) }
            let now = next.clock.time
            try lists.accept(await list(next), issuer: grant.node, uri: grant.status.uri, at: now)
            #expect(throws: Never.self) { try lists.check(grant.status, issuer: grant.node, at: now) }
            _ = try await scene.owner.done("DELETE", "/v1/grants/\(grant.cid.description)")
            #expect(try await scene.read([.name], under: [grant.delegation]).status == 403)
            try lists.accept(await list(next), issuer: grant.node, uri: grant.status.uri, at: now)
            #expect(throws: CapabilityError.revoked) { try lists.check(grant.status, issuer: grant.node, at: now) }
        }
    }

    @Test func `the list is signed with the next key`() async throws {
        try await afterChange { _, approval, next in
            let text = try await list(next)
            let grant = approval.grant
            #expect(throws: Never.self) {
                try StatusListToken(
                    verifying: text, issuer: next.node.principal, uri: grant.status.uri, at: next.clock.time)
            }
            #expect(throws: CapabilityError.invalidSignature) {
                try StatusLists().accept(text, issuer: grant.node, uri: grant.status.uri, at: next.clock.time)
            }
        }
    }

    @Test func `the node names its next key and the statement`() async throws {
        try await afterChange { _, approval, next in
            let node = try await next.anyone.call("GET", "/.well-known/dump").map
            #expect(node.text("node") == next.node.principal.did)
            let statements = try Successions(#require(node["successions"]?.listValue))
            #expect(statements.chain(from: approval.grant.node) == [approval.grant.node, next.node.principal])
        }
    }

    @Test func `a node that never changed its key has no statements`() async throws {
        try await withNode { node in
            let reply = try await node.anyone.call("GET", "/.well-known/dump")
            #expect(reply.map["successions"] == [])
        }
    }

    @Test func `a grant of after names the next key`() async throws {
        try await afterChange { _, _, next in
            let scene = try await GrantScene(next, handle: "beatrice")
            try #require(await scene.send(scene.request.invocation).status == 200)
            _ = try await scene.owner.approve(scene.request.cid.description, fields: ["name"])
            // The viewer has asked under another nonce before.
            let answer = try await scene.send(scene.act(.profileAnswer, nonce: 2))
            let sealed = try #require(answer.map["answer"]?.bytesValue)
            guard case .approved(let approval) = try Answer(opening: sealed, with: Party.viewer.key()) else {
                throw CapabilityError.malformed
            }
            #expect(approval.grant.node == next.node.principal)
            #expect(try await scene.read([.name], under: [approval.grant.delegation]).status == 200)
        }
    }
}
