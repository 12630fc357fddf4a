import Capabilities
import DumpIdentity
import IPLD
import PseudonymStore
import Sodium
import TestSupport
import Testing

@testable import AuthAPI

/// What waits, as its owner is shown it.
struct InboxTests {
    private func inbox(_ scene: GrantScene, _ query: String = "") async throws -> Map {
        try await scene.owner.done("GET", "/v1/inbox" + query)
    }

    /// A key like that of a party, of which there are more.
    private static func key(_ number: Int) throws -> SigningKey {
        let seed = (0..<32).map { UInt8(truncatingIfNeeded: number >> ($0 % 4 * 8)) }
        return try SigningKey(seed: SecretBytes(seed, in: .scratch))
    }

    /// Has a request of a numbered viewer arrive from an address.
    private func arrive(
        _ scene: GrantScene, viewer: Int, from address: String, fields: [ProfileField] = [.name], object: CID? = nil,
        count: Int = 1
    ) async throws {
        let key = try Self.key(viewer)
        for _ in 0..<count {
            let terms = try RequestTerms(
                fields: fields, purpose: "more", duration: 60, object: object ?? scene.object.cid)
            let request = try ProfileRequest.sign(
                terms, to: scene.pseudonym, expiration: scene.node.clock.time + 300, with: key)
            let bytes = try Container([request.invocation.envelope.bytes]).encoded()
            _ = try await MailboxService(node: scene.node.node).execute(bytes, from: #require(RequestSource(address)))
        }
    }

    private func viewers(_ inbox: Map) -> [String] { inbox.maps("requests").map { $0.text("viewer") } }

    // Threat: STR-130
    @Test func `a flood from one place leaves those from others at the front`() async throws {
        try await GrantScene.run { scene in
            // No more than the quota of a place for one mailbox.
            for viewer in 100..<125 { try await arrive(scene, viewer: viewer, from: "203.0.113.1", count: 2) }
            try await arrive(scene, viewer: 1, from: "203.0.113.2", count: 2)
            try await arrive(scene, viewer: 2, from: "2001:db8::1")
            let shown = viewers(try await inbox(scene))
            #expect(shown.count == 53)
            let genuine = try [1, 2].map { try Self.key($0).principal().did }
            #expect(Set(genuine).isSubset(of: shown.prefix(3)))
            #expect(shown.prefix(5).filter { $0 == genuine[0] }.count == 2)
            #expect(try await viewers(inbox(scene)) == shown)
        }
    }

    @Test func `at one place those who ask much leave those who ask little at the front`() async throws {
        try await GrantScene.run { scene in
            try await arrive(scene, viewer: 100, from: "203.0.113.1", count: 20)
            try await arrive(scene, viewer: 1, from: "203.0.113.1")
            let genuine = try Self.key(1).principal().did
            #expect(try await viewers(inbox(scene)).prefix(2).contains(genuine))
        }
    }

    @Test func `requests are counted, in all and by module, and filtered`() async throws {
        try await GrantScene.run { scene in
            let other = try await scene.owner.publish("Tour", module: TestNode.travel)
            let bytes = try await scene.node.node.objects.object(CID(other), module: ModuleID(TestNode.travel))
            let tour = try ModuleObject(verifying: #require(bytes))
            try await arrive(scene, viewer: 1, from: "203.0.113.1", fields: [.name, .email])
            try await arrive(scene, viewer: 2, from: "203.0.113.1", fields: [.phoneNumber])
            let terms = try RequestTerms(fields: [.name], purpose: "tour", duration: 60, object: tour.cid)
            let request = try ProfileRequest.sign(
                terms, to: tour.issuer, expiration: scene.node.clock.time + 300, with: Self.key(3))
            #expect(try await scene.send(request.invocation).status == 200)

            let all = try await inbox(scene)
            #expect(all["total"] == 3)
            #expect(all["modules"] == [TestNode.market: 2, TestNode.travel: 1])
            let first = try Self.key(1).principal().did
            let cases: [(String, Int)] = [
                ("module=\(TestNode.market)", 2), ("module=org.dump.other", 0), ("viewer=\(first)", 1),
                ("pseudonym=\(tour.issuer.did)", 1), ("object=\(scene.object.cid)", 2), ("field=name", 2),
                ("field=website", 0), ("field=name&module=\(TestNode.travel)", 1),
                ("viewer=\(first)&field=phone_number", 0),
            ]
            for (query, count) in cases {
                let found = try await inbox(scene, "?" + query)
                #expect(found["total"] == .int(Int64(count)), "\(query)")
                #expect(found.maps("requests").count == count, "\(query)")
            }
        }
    }

    @Test(arguments: ["module=X", "viewer=me", "pseudonym=did:web:a", "object=b", "field=age", "field=name&field=name"])
    func `a filter that cannot be is malformed`(query: String) async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            #expect(try await steve.call("GET", "/v1/inbox?" + query).problem == "malformed")
        }
    }

    @Test func `a page goes on behind the last, and begins anew where what was shown has changed`() async throws {
        try await GrantScene.run { scene in
            for viewer in 1..<5 { try await arrive(scene, viewer: viewer, from: "203.0.113.\(viewer)", count: 3) }
            func ids(_ map: Map) -> [String] { map.maps("requests").map { $0.text("id") } }
            let all = ids(try await inbox(scene))
            #expect(all.count == 12)
            let first = try await inbox(scene, "?limit=5")
            #expect(ids(first) == Array(all[..<5]))
            #expect(first["total"] == 12)
            let cursor = first.text("next")
            #expect(try await ids(inbox(scene, "?cursor=\(cursor)")) == Array(all[5...]))
            // Behind the place: the front is the same.
            #expect(try await scene.owner.call("POST", "/v1/inbox/\(all[9])/deny").status == 204)
            #expect(Set(try await ids(inbox(scene, "?cursor=\(cursor)"))) == Set(all[5...]).subtracting([all[9]]))
            // Before it: another of that origin moves up, maybe before the place.
            #expect(try await scene.owner.call("POST", "/v1/inbox/\(all[0])/deny").status == 204)
            #expect(try await ids(inbox(scene, "?cursor=\(cursor)")) == ids(inbox(scene)))
        }
    }

    // Threat: LIN-110
    @Test func `who is denied in silence is answered like one who waits`() async throws {
        try await GrantScene.run { scene in
            _ = try await scene.send(scene.request.invocation)
            let terms = try RequestTerms(fields: [.name], purpose: "x", duration: 60, object: scene.object.cid)
            let waiting = try ProfileRequest.sign(
                terms, to: scene.pseudonym, expiration: scene.node.clock.time + 300, with: Party.stranger.key())
            _ = try await scene.send(waiting.invocation)
            let path = "/v1/inbox/\(scene.request.cid)/deny"
            #expect(try await scene.owner.call("POST", path, ["silent": true]).status == 204)

            #expect(try await inbox(scene)["total"] == 1)
            #expect(try await scene.footprint("answer") == 0)
            #expect(try await scene.footprint("record") == 1)
            let told = try await scene.send(scene.act(.profileAnswer, on: scene.request.cid))
            #expect(told == (try await scene.send(scene.act(.profileAnswer, on: waiting.cid, by: .stranger))))
            let withdrawn = try await scene.send(scene.act(.profileWithdraw, on: scene.request.cid, nonce: 2))
            #expect(
                withdrawn
                    == (try await scene.send(scene.act(.profileWithdraw, on: waiting.cid, by: .stranger, nonce: 2))))
            #expect(try await scene.owner.call("POST", path, ["silent": true]).problem == "conflict")
        }
    }

    @Test(arguments: [nil, [:], ["silent": false]] as [Value?])
    func `who is denied is told so where nothing else is said`(body: Value?) async throws {
        try await GrantScene.run { scene in
            _ = try await scene.send(scene.request.invocation)
            #expect(try await scene.owner.call("POST", "/v1/inbox/\(scene.request.cid)/deny", body).status == 204)
            let sealed = try #require(await scene.send(scene.act(.profileAnswer)).map["answer"]?.bytesValue)
            #expect(try Answer(opening: sealed, with: Party.viewer.key()) == .denied)
        }
    }

    @Test(arguments: [["silent": 1], ["silent": "yes"], ["quiet": true], []] as [Value])
    func `a denial of another shape is malformed, and decides nothing`(body: Value) async throws {
        try await GrantScene.run { scene in
            _ = try await scene.send(scene.request.invocation)
            let reply = try await scene.owner.call("POST", "/v1/inbox/\(scene.request.cid)/deny", body)
            #expect(reply.problem == "malformed")
            #expect(try await inbox(scene)["total"] == 1)
        }
    }
}
