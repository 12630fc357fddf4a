import Capabilities
import DumpIdentity
import IPLD
import Logging
import PseudonymStore
import TestSupport
import Testing

@testable import AuthAPI

/// Two people on two nodes, from an offer to its revocation.
struct StoryTests {
    @Test(arguments: Form.allCases)
    func `an owner and a viewer on two nodes go from an offer to a revocation`(form: Form) async throws {
        try await withTwoNodes { x, y in
            let steve = try await x.account("steve", form: form)
            let stephanie = try await y.account("stephanie", form: form)
            try await steve.setProfile()
            let object = try await steve.publish()
            try await pull(y, from: x)
            let listed = try await y.anyone.done("GET", "/v1/modules/\(TestNode.market)/objects").maps("objects")
            #expect(listed.map { $0.text("id") } == [object])

            let request = try await asks(stephanie, steve, object)
            let grant = try await steve.approve(request)
            try await reads(stephanie, request, grant)
            try await handsOn(stephanie, request)
            try await changes(steve, stephanie, request)
            try await sees(steve, grant)

            #expect(try await steve.call("DELETE", "/v1/grants/\(grant)").status == 204)
            #expect(try await stephanie.read(request, ["name"]).problem == "refused")
            #expect(try await stephanie.read(request, ["email"]).problem == "refused")
            #expect(try await steve.done("GET", "/v1/grants").maps("grants").map { $0.text("state") } == ["revoked"])
            #expect(try await steve.done("GET", "/v1/receipts").maps("receipts").count == 3)
        }
    }

    private func pull(_ node: TestNode, from peer: TestNode) async throws {
        try await PullService(node: node.node, logger: node.log.logger)
            .pull(ModuleID(TestNode.market), from: peer.address)
    }

    private func asks(_ viewer: Person, _ owner: Person, _ object: String) async throws -> String {
        let request = try await viewer.request(object)
        #expect(try await viewer.done("GET", "/v1/requests/\(request)").text("state") == "pending")
        let inbox = try await owner.done("GET", "/v1/inbox").maps("requests")
        let item = try #require(inbox.first)
        #expect(inbox.count == 1)
        #expect(item.text("id") == request && item.text("object") == object)
        #expect(item["fields"] == ["name", "email", "phone_number"])
        #expect(item.text("purpose") == Person.purpose)
        #expect(item["duration"] == .int(30 * Day.seconds))
        return request
    }

    private func reads(_ viewer: Person, _ request: String, _ grant: String) async throws {
        let shown = try await viewer.done("GET", "/v1/requests/\(request)")
        #expect(shown.text("state") == "narrowed" && shown.text("grant") == grant)
        #expect(shown["granted"] == ["name", "email"])
        #expect(shown["expires"] == .int(testTime + 7 * Day.seconds))
        #expect(shown.text("profile").hasPrefix("did:key:"))
        let fields = try await viewer.read(request, ["name", "email"]).map["fields"]
        #expect(fields == ["name": "Steve Example", "email": "steve@example.org"])
        #expect(try await viewer.read(request, ["phone_number"]).problem == "refused")
    }

    private func handsOn(_ viewer: Person, _ request: String) async throws {
        let body: Value = [
            "audience": .string(try Party.component.principal.did), "fields": ["name"], "duration": .int(Day.seconds),
        ]
        let answer = try await viewer.done("POST", "/v1/requests/\(request)/delegate", body)
        let handover = try Handover(decoding: #require(answer["handover"]?.bytesValue))
        let clock = viewer.node.clock
        let client = InvocationClient(client: viewer.node.client, clock: { clock.time })
        let read = try await client.read(
            [.name], chain: handover.delegations, grant: handover.grant, with: Party.component.key())
        let ciphertext = try #require(read[.name])
        let name = try handover.open(ciphertext, field: .name, with: Party.component.key())
        #expect(name == .text("Steve Example"))
        await #expect(throws: APIError.refused) {
            try await client.read(
                [.email], chain: handover.delegations, grant: handover.grant, with: Party.component.key())
        }
    }

    private func changes(_ owner: Person, _ viewer: Person, _ request: String) async throws {
        try await owner.setProfile(["email": "new@example.org"])
        #expect(try await viewer.read(request, ["email"]).map["fields"] == ["email": "new@example.org"])
    }

    private func sees(_ owner: Person, _ grant: String) async throws {
        let receipts = try await owner.done("GET", "/v1/receipts").maps("receipts")
        let fields = receipts.map { $0["fields"]?.listValue?.compactMap(\.stringValue) ?? [] }
        #expect(Set(fields) == [["name", "email"], ["name"], ["email"]])
        #expect(receipts.allSatisfy { $0.text("grant") == grant })
        let component = receipts.first { $0.text("reader") == (try? Party.component.principal.did) }
        #expect(component?["handed_on"] == true)
        #expect(receipts.filter { $0["handed_on"] == true }.count == 1)
    }

    @Test func `a removed field is read as null`() async throws {
        try await GrantScene.run { scene in
            let approval = try await scene.approved()
            try await scene.owner.setProfile(["name": .null])
            let reply = try await scene.read([.name], under: [approval.grant.delegation])
            let ciphertext = try #require(reply.map["fields"]?.mapValue?["name"]?.bytesValue)
            let value = try Disclosure(key: approval.key).fieldKey(.name).open(ciphertext)
            #expect(value == nil)
        }
    }

    @Test func `an edit leaves fields that were not granted out`() async throws {
        try await GrantScene.run { scene in
            let approval = try await scene.approved(["name"])
            try await scene.owner.setProfile(["name": "S.", "email": "new@example.org"])
            #expect(try await scene.footprint("disclosed_field") == 1)
            #expect(try await scene.read([.email], under: [approval.grant.delegation]).problem == "refused")
        }
    }

    @Test func `a denied viewer is told so and has no grant`() async throws {
        try await withNode { node in
            let (steve, stephanie) = (try await node.account("steve"), try await node.account("stephanie"))
            let request = try await stephanie.request(steve.publish())
            #expect(try await steve.call("POST", "/v1/inbox/\(request)/deny").status == 204)
            #expect(try await stephanie.done("GET", "/v1/requests/\(request)").text("state") == "denied")
            #expect(try await stephanie.read(request, ["name"]).problem == "conflict")
            #expect(try await steve.done("GET", "/v1/inbox").maps("requests").isEmpty)
            #expect(try await steve.done("GET", "/v1/grants").maps("grants").isEmpty)
        }
    }

    @Test func `a viewer takes a request back`() async throws {
        try await withNode { node in
            let (steve, stephanie) = (try await node.account("steve"), try await node.account("stephanie"))
            let request = try await stephanie.request(steve.publish())
            #expect(try await stephanie.call("DELETE", "/v1/requests/\(request)").status == 204)
            #expect(try await steve.done("GET", "/v1/inbox").maps("requests").isEmpty)
            #expect(try await stephanie.done("GET", "/v1/requests").maps("requests").isEmpty)
            #expect(try await stephanie.call("GET", "/v1/requests/\(request)").problem == "not-found")
        }
    }

    @Test func `sessions and grants survive a restart`() async throws {
        try await withClient { client in
            let node = try await TestNode(client: client)
            let (steve, stephanie, request) = try await node.serving { node in
                let (steve, stephanie) = (try await node.account("steve"), try await node.account("stephanie"))
                try await steve.setProfile()
                let request = try await stephanie.request(steve.publish())
                _ = try await steve.approve(request)
                return (steve, stephanie, request)
            }
            try await node.restarted().serving { _ in
                let read = try await stephanie.read(request, ["name"]).map["fields"]
                let receipts = try await steve.done("GET", "/v1/receipts").maps("receipts")
                #expect(read == ["name": "Steve Example"])
                #expect(receipts.count == 1)
            }
        }
    }

    @Test func `a grant ends at its time`() async throws {
        try await withNode { node in
            let (steve, stephanie) = (try await node.account("steve"), try await node.account("stephanie"))
            try await steve.setProfile()
            let request = try await stephanie.request(steve.publish())
            _ = try await steve.approve(request)
            node.clock.advance(by: 4 * Day.seconds)
            _ = try await steve.done("GET", "/v1/grants")
            node.clock.advance(by: 3 * Day.seconds)
            #expect(try await stephanie.read(request, ["name"]).status == 200)
            node.clock.advance(by: 1)
            #expect(try await stephanie.read(request, ["name"]).problem == "refused")
            #expect(try await steve.done("GET", "/v1/grants").maps("grants").first?.text("state") == "expired")
        }
    }
}
