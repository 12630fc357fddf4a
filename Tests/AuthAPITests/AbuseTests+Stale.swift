import Capabilities
import DumpIdentity
import IPLD
import PseudonymStore
import Sodium
import TestSupport
import Testing

@testable import AuthAPI

extension AbuseTests {
    // Elsewhere: IdempotencyTests, EntityTagTests, PageTests, StatusListsTests, DelegationCacheTests, ReplayGuardTests.
    @Test func `what is kept for one caller or call is not given to another`() async throws {
        try await TwoOwners.run { scene in
            // One key, one path, one body: two people, two objects.
            let (path, body): (String, Value) = ("/v1/modules/\(TestNode.travel)/objects", ["body": ["title": "x"]])
            let made = try await scene.owners.asyncMap { try await $0.keyed("k", "POST", path, body) }
            #expect(made.allSatisfy { $0.status == 201 })
            #expect(made[0].map.text("pseudonym") != made[1].map.text("pseudonym"))
            // One key and one body at another path, or by another method.
            let other = "/v1/modules/\(TestNode.market)/objects"
            #expect(try await scene.owners[0].keyed("k", "POST", other, body).problem == "idempotency-key-reused")
            // Cursors and tags of one are nothing to the other.
            let tags = try await scene.owners.asyncMap { try await $0.call("GET", "/v1/grants").fields["etag"] }
            #expect(tags[0] != nil && tags[0] != tags[1])
            let change = try await scene.owners[1].send(
                "PATCH", "/v1/profile", (Form.json.encode(["fields": [:]]), Form.json.rawValue),
                fields: ["If-Match": #require(await scene.owners[0].call("GET", "/v1/profile").fields["etag"])])
            #expect(change.status == 412)
        }
    }

    /// The ways on which a grant ends before its time.
    enum Door: CaseIterable, Sendable {
        case one, many, invocation, form, givenBack, accountEnd, newRoot
    }

    // Elsewhere: RevocationTests, TokenRevocationTests, GrantListTests, GivingBackTests, RevocationFeedTests.
    @Test(arguments: Door.allCases)
    func `what is answered as ended counts nowhere any more, nor after a restart`(door: Door) async throws {
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant
            let chain = [grant.delegation, try scene.handOn([.name])]
            let passphrase: Value = ["passphrase": .string(Person.passphrase)]
            switch door {
            case .one: _ = try await scene.owner.done("DELETE", "/v1/grants/\(grant.cid)")
            case .many:
                let body: Value = ["viewer": .string(grant.viewer.did)]
                #expect(try await scene.owner.done("POST", "/v1/grants/revoke", body)["revoked"] == 1)
            case .invocation:
                let revocation = try await scene.withOwnersKey { try Revocation.sign(grant.cid, with: $0) }
                #expect(try await scene.send(revocation.invocation, [grant.delegation]).status == 200)
            case .form:
                let revocation = try await scene.withOwnersKey { try Revocation.sign(grant.cid, with: $0) }
                let token = try text([grant.delegation])
                let reply = try await scene.node.present(token, revocation.invocation, to: "/v1/revoke")
                #expect(reply.status == 200)
            case .givenBack: #expect(try await scene.giveBack(grant).status == 200)
            case .accountEnd:
                #expect(try await scene.owner.done("DELETE", "/v1/account", passphrase)["revoked"] == 1)
            case .newRoot:
                #expect(try await scene.owner.done("POST", "/v1/account/rotate", passphrase)["revoked"] == 1)
            }
            let readings = [
                (try scene.reading([.name], under: [grant.delegation], nonce: 50), [grant.delegation]),
                (try scene.reading([.name], by: .component, under: chain, nonce: 51), chain),
            ]
            for (number, (reading, proofs)) in readings.enumerated() {
                #expect(try await scene.send(reading, proofs).problem == "refused")
                let answer = try await scene.node.introspect(text(proofs), nonce: UInt8(60 + number))
                #expect(answer.text == "{\"active\":false}")
            }
            let again = try await scene.node.restarted().node
            for (reading, proofs) in readings {
                let bytes = try Container([reading.envelope.bytes] + proofs.map(\.envelope.bytes)).encoded()
                await #expect(throws: (any Error).self) {
                    try await MailboxService(node: again).execute(bytes, from: .unknown)
                }
            }
            #expect(try await again.isStatusSet(of: grant))
            #expect(try await scene.footprint("disclosed_field") == 0)
            // Those who follow the feed need not know by whose will it ended.
            let name = try #require(RevocationName(grant.cid, by: grant.owner))
            #expect(try await again.pseudonyms.revocationNames() == [name])
        }
    }

    @Test(arguments: Door.allCases)
    func `no door ends the grant of somebody else, or says that it does`(door: Door) async throws {
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant
            let mallory = try await scene.node.account("mallory")
            let token = try text([grant.delegation])
            let revocation = try Revocation.sign(grant.cid, with: Party.viewer.key()).invocation
            let passphrase: Value = ["passphrase": .string(Person.passphrase)]
            switch door {
            case .one: #expect(try await mallory.call("DELETE", "/v1/grants/\(grant.cid)").status == 404)
            case .many:
                for body in [["viewer": .string(grant.viewer.did)], ["all": true]] as [Value] {
                    #expect(try await mallory.done("POST", "/v1/grants/revoke", body)["revoked"] == 0)
                }
            case .invocation: #expect(try await scene.send(revocation, [grant.delegation]).status == 403)
            case .form: #expect(try await scene.node.present(token, revocation, to: "/v1/revoke").status == 401)
            case .givenBack:
                let returning = try scene.returning(grant, by: .component)
                #expect(try await scene.send(returning, [grant.delegation]).status == 403)
            case .accountEnd:
                #expect(try await mallory.done("DELETE", "/v1/account", passphrase)["revoked"] == 0)
            case .newRoot:
                #expect(try await mallory.done("POST", "/v1/account/rotate", passphrase)["revoked"] == 0)
            }
            #expect(try await scene.read([.name], under: [grant.delegation]).status == 200)
            #expect(try await scene.node.introspect(token).map["active"] == true)
            #expect(try await !scene.node.node.isStatusSet(of: grant))
        }
    }

    // Elsewhere: StaleCacheTests, LiveVerificationTests, ComponentClientStoryTests, StatusListServingTests, CacheConcurrencyTests.
    @Test func `no answer of before is given after a revocation, under an idempotency key either`() async throws {
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant
            let token = try text([grant.delegation])
            let (question, key) = (try scene.node.question(token), ["idempotency-key": "k"])
            let first = try await scene.node.present(token, question, to: "/v1/introspect", fields: key)
            #expect(first.map["active"] == true)
            _ = try await scene.owner.done("DELETE", "/v1/grants/\(grant.cid)")
            let second = try await scene.node.present(token, question, to: "/v1/introspect", fields: key)
            #expect(second.status == 401)
            let third = try await scene.node.present(
                token, scene.node.question(token, nonce: 2), to: "/v1/introspect", fields: key)
            #expect(third.text == "{\"active\":false}")
        }
        try await TwoOwners.run { scene in
            let (path, body): (String, Value) = ("/v1/requests/\(scene.requests[0])/read", ["fields": ["name"]])
            #expect(try await scene.viewer.keyed("k", "POST", path, body).status == 200)
            _ = try await scene.owners[0].done("DELETE", "/v1/grants/\(scene.grants[0])")
            #expect(try await scene.viewer.keyed("k", "POST", path, body).problem == "refused")
        }
    }

    @Test func `introspection leaves out a field that has ended, and a grant of which none is left`() async throws {
        try await GrantScene.run { scene in
            _ = try await scene.send(scene.request.invocation)
            let body: Value = ["fields": ["name", "email"], "duration": 7_200, "ends": ["email": 60]]
            _ = try await scene.owner.done("POST", "/v1/inbox/\(scene.request.cid)/approve", body)
            let sealed = try #require(await scene.send(scene.act(.profileAnswer)).map["answer"]?.bytesValue)
            guard case .approved(let approval) = try Answer(opening: sealed, with: Party.viewer.key()) else {
                throw CapabilityError.malformed
            }
            let root = approval.grant.delegation
            let handedOn = [root, try scene.handOn([.email])]
            let now = scene.node.clock.time
            let before = try await scene.node.introspect(text([root]), nonce: 1).map
            #expect(before["scope"] == "name email" && before["exp"] == .int(now + 60))
            #expect(try await scene.node.introspect(text(handedOn), nonce: 2).map["active"] == true)
            scene.node.clock.advance(by: 61)
            let after = try await scene.node.introspect(text([root]), nonce: 3).map
            #expect(after["scope"] == "name" && after["exp"] == .int(now + 7_200))
            #expect(try await scene.node.introspect(text(handedOn), nonce: 4).text == "{\"active\":false}")
        }
    }
}
