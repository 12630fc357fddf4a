import AuthAPI
import Capabilities
import DumpIdentity
import IPLD
import PseudonymStore
import TestSupport
import Testing

@testable import AuthAPI

extension CustodyLifecycleTests {
    /// The tables of the pseudonyms that hold what belongs to a person.
    private static let personal = [
        "mailbox", "waiting_request", "answer", "record", "disclosed_field", "new_receipt", "kept_receipt",
    ]

    // MARK: Deletion

    @Test func `a deleted account leaves nothing of it, and nobody reads under its grants`() async throws {
        try await GrantScene.run { scene in
            let approval = try await scene.approved()
            #expect(try await scene.read([.name], under: [approval.grant.delegation]).status == 200)
            let full = try await scene.node.footprint()
            for table in ["mailbox", "answer", "record", "disclosed_field", "new_receipt"] {
                #expect(try #require(full[table]) > 0, "\(table)")
            }
            let end = try await scene.owner.confirmed("DELETE", "/v1/account")
            #expect(end.status == 200 && end.map["revoked"] == 1)
            let left = try await scene.node.footprint()
            for table in CustodyLifecycleTests.personal { #expect(left[table] == 0, "\(table)") }
            #expect(left["revocation"] == 1)
            #expect(
                try await scene.read([.name], under: [approval.grant.delegation], nonce: 8).problem == "refused")
            let list = try #require(await scene.node.node.pseudonyms.statusList(Node.statusList))
            #expect(try list.isRevoked(approval.grant.status.index))
            #expect(try await !scene.owner.isLoggedIn)
            #expect(try await scene.node.logIn("steve").status == 401)
        }
    }

    @Test func `what an expired grant opened goes, too, and a waiting request`() async throws {
        try await GrantScene.run { scene in
            _ = try await scene.approved()
            scene.node.clock.advance(by: 5 * Day.seconds)
            #expect(try await scene.owner.isLoggedIn)
            scene.node.clock.advance(by: 5 * Day.seconds)
            let terms = try RequestTerms(
                fields: [.name], purpose: Person.purpose, duration: Day.seconds, object: scene.object.cid)
            let waiting = try ProfileRequest.sign(
                terms, to: scene.pseudonym, expiration: scene.node.clock.time + 300, with: Party.third.key())
            #expect(try await scene.send(waiting.invocation).status == 200)
            #expect(try await scene.footprint("waiting_request") == 1)
            #expect(try await scene.owner.confirmed("DELETE", "/v1/account").status == 200)
            let left = try await scene.node.footprint()
            for table in CustodyLifecycleTests.personal { #expect(left[table] == 0, "\(table)") }
        }
    }

    @Test func `an end that was interrupted is finished by another`() async throws {
        try await GrantScene.run { scene in
            let approval = try await scene.approved()
            let token = try Base64URL.decode(try #require(scene.owner.token))
            let session = try await AccountService(node: scene.node.node).session(token: token)
            _ = try await AccountEnd(node: scene.node.node).endPseudonyms(session)
            // The account is still there, and its grants are dead already.
            #expect(try await scene.owner.isLoggedIn)
            #expect(try await scene.read([.name], under: [approval.grant.delegation]).problem == "refused")
            #expect(try await scene.owner.confirmed("DELETE", "/v1/account").status == 200)
            #expect(try await scene.node.logIn("steve").status == 401)
        }
    }

    @Test func `a deleted account's handle is free, and another's account stays whole`() async throws {
        try await withNode { node in
            let (steve, code) = try await node.joined("steve")
            let (eve, _) = try await node.joined("eve")
            try await eve.setProfile()
            let request = try await steve.request(try await eve.publish())
            _ = try await eve.approve(request)
            #expect(try await steve.confirmed("DELETE", "/v1/account").status == 200)
            #expect(try await node.recover("steve", code).status == 401)
            #expect(try await eve.grants.count == 1)
            #expect(try await eve.done("GET", "/v1/profile")["fields"] == Person.profile)
            let (second, _) = try await node.joined("steve")
            #expect(try await second.done("GET", "/v1/profile")["fields"] == .map(Map()))
            #expect(try await second.done("GET", "/v1/requests").maps("requests").isEmpty)
        }
    }

    @Test func `what waits to be published is not published after the end`() async throws {
        try await withNode { node in
            let (steve, _) = try await node.joined("steve")
            let (eve, _) = try await node.joined("eve")
            let path = "/v1/modules/\(TestNode.market)/objects"
            for person in [steve, eve] {
                _ = try await person.done("POST", path, ["body": ["title": "x"], "fresh": true])
            }
            #expect(try await steve.confirmed("DELETE", "/v1/account").status == 200)
            let released = try await node.node.objects.release(in: ModuleID(TestNode.market), probability: 1)
            #expect(released == 1)
        }
    }

    // MARK: Rotation

    @Test func `a new root key keeps the profile, and ends pseudonyms and sessions`() async throws {
        try await GrantScene.run { scene in
            let approval = try await scene.approved()
            let second = try await scene.node.logIn("steve").person(on: scene.node)
            let reply = try await scene.owner.confirmed("POST", "/v1/account/rotate")
            #expect(reply.status == 200)
            let steve = Person(node: scene.node, token: reply.map.text("token"))
            #expect(try await steve.done("GET", "/v1/profile")["fields"] == Person.profile)
            #expect(try await !scene.owner.isLoggedIn)
            #expect(try await !second.isLoggedIn)
            #expect(try await steve.grants.isEmpty)
            #expect(try await scene.read([.name], under: [approval.grant.delegation]).problem == "refused")
            let body: Value = ["body": ["title": "x"]]
            let after = try await steve.done("POST", "/v1/modules/\(TestNode.market)/objects", body)
            #expect(after.text("pseudonym") != scene.pseudonym.did)
            #expect(try await scene.node.logIn("steve").status == 201)
        }
    }

    @Test func `a new root key comes with a new recovery code`() async throws {
        try await withNode { node in
            let (steve, code) = try await node.joined("steve")
            let next = try await steve.confirmed("POST", "/v1/account/rotate").map.text("recovery")
            #expect(try await node.recover("steve", code).status == 401)
            #expect(try await node.recover("steve", next).status == 201)
        }
    }

    @Test func `what a new root key cannot take over is told with its ids`() async throws {
        try await withNode { node in
            let (steve, _) = try await node.joined("steve")
            let (eve, _) = try await node.joined("eve")
            for person in [steve, eve] { try await person.setProfile() }
            let object = try await steve.publish()
            let other = try await eve.publish("Tent")
            let given = try await steve.approve(try await eve.request(object), fields: ["email"])
            let request = try await steve.request(other)
            let received = try await eve.approve(request, fields: ["name"])
            _ = try await steve.done("GET", "/v1/requests/\(request)")

            let told = try await steve.confirmed("POST", "/v1/account/rotate").map
            #expect(told.maps("objects").map { $0.text("id") } == [object])
            #expect(told.maps("given").map { $0.text("id") } == [given])
            #expect(told.maps("received").map { $0.text("id") } == [received])
            #expect(told["revoked"] == 1 && told.maps("not_revoked").isEmpty)
        }
    }

    @Test func `the old root key's session opens nothing after a rotation`() async throws {
        try await withNode { node in
            let (steve, _) = try await node.joined("steve")
            let file = try await steve.exported()
            _ = try await steve.confirmed("POST", "/v1/account/rotate")
            #expect(try await steve.call("GET", "/v1/profile").problem == "unauthenticated")
            // An export of before is the old key: it is told so in the help, and makes an account of its own.
            #expect(
                try await node.bringIn(file, as: "steve", "passphrase", Person.filePassphrase).problem == "conflict")
        }
    }
}
