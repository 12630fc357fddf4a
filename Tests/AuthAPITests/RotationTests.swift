import DumpIdentity
import IPLD
import PseudonymStore
import TestSupport
import Testing

@testable import AuthAPI

/// A person goes on under another pseudonym, which vouches for the one before it or is linked with it by nothing.
struct RotationTests {
    private let path = "/v1/modules/\(TestNode.market)/pseudonym"

    /// All objects of the node's market, in order.
    private func logged(_ node: TestNode) async throws -> [ModuleObject] {
        try await node.node.objects.objects(of: ModuleID(TestNode.market), after: 0, limit: 200)
            .map { try ModuleObject(verifying: $0.bytes) }
    }

    @Test func `after a rotation one publishes under a new pseudonym, and under it alone`() async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            for _ in 1...2 { _ = try await steve.publish() }
            let rotation = try await steve.done("POST", path, [:])
            for _ in 1...2 { _ = try await steve.publish() }
            let objects = try await logged(node)
            let issuers = objects.map(\.issuer.did)
            let (former, current) = (rotation.text("former"), rotation.text("pseudonym"))
            #expect(former != current)
            #expect(issuers == [former, former, current, current])
        }
    }

    @Test func `without vouching nothing is published and nothing is linked`() async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            _ = try await steve.publish()
            let footprint = try await node.footprint()
            let rotation = try await steve.done("POST", path, ["vouch": false])
            #expect(rotation["succession"] == .null)
            #expect(try await node.footprint() == footprint)
            _ = try await steve.publish()
            let objects = try await logged(node)
            #expect(objects.count == 2)
            for object in objects { #expect(try object.succession() == nil) }
            let former = try Principal(did: rotation.text("former"))
            let later = objects[1].envelope.bytes
            #expect(!later.contains(former.publicKey) && !later.contains(Array(former.did.utf8)))
        }
    }

    @Test func `a new pseudonym that vouches says so in an object, by the word of both`() async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            _ = try await steve.publish()
            let rotation = try await steve.done("POST", path, ["vouch": true])
            let object = try #require(try await logged(node).last)
            let succession = try #require(try object.succession())
            #expect(rotation.text("succession") == object.cid.description)
            #expect(succession.former.did == rotation.text("former"))
            #expect(succession.next.did == rotation.text("pseudonym"))
            #expect(object.issuer == succession.next)
            #expect(succession.day == testTime)
            #expect(try await node.node.pseudonyms.hasMailbox(object.issuer))
        }
    }

    @Test func `requests to the former pseudonym still come, and its grants stay`() async throws {
        try await withNode { node in
            let (steve, stephanie) = (try await node.account("steve"), try await node.account("stephanie"))
            try await steve.setProfile()
            let object = try await steve.publish()
            let first = try await stephanie.request(object)
            _ = try await steve.approve(first)
            _ = try await steve.done("POST", path, [:])
            let second = try await stephanie.request(object)
            _ = try await steve.approve(second)
            try await steve.setProfile(["name": "S. Example"])
            for request in [first, second] {
                #expect(try await stephanie.read(request, ["name"]).map["fields"] == ["name": "S. Example"])
            }
            #expect(try await steve.done("GET", "/v1/grants").maps("grants").count == 2)
        }
    }

    @Test func `what one asked under the former pseudonym is still answered`() async throws {
        try await withNode { node in
            let (steve, stephanie) = (try await node.account("steve"), try await node.account("stephanie"))
            try await steve.setProfile()
            let request = try await stephanie.request(steve.publish())
            _ = try await stephanie.done("POST", path, [:])
            _ = try await steve.approve(request)
            #expect(try await stephanie.read(request, ["name"]).map["fields"] == ["name": "Steve Example"])
            let again = try await stephanie.request(steve.publish())
            let viewers = try await steve.done("GET", "/v1/grants").maps("grants").map { $0.text("viewer") }
            let asker = try await steve.done("GET", "/v1/inbox").maps("requests").first?.text("viewer")
            #expect(viewers.count == 1 && asker != nil && viewers.first != asker)
            #expect(try await stephanie.done("GET", "/v1/requests").maps("requests").count == 2)
            #expect(!again.isEmpty)
        }
    }

    @Test func `one sees one's own pseudonyms, and which is current`() async throws {
        try await withNode { node in
            let (steve, stephanie) = (try await node.account("steve"), try await node.account("stephanie"))
            #expect(try await steve.done("GET", "/v1/pseudonyms").maps("pseudonyms").isEmpty)
            _ = try await steve.publish(module: TestNode.travel)
            _ = try await steve.publish()
            let fresh: Value = ["body": [:], "fresh": true]
            _ = try await steve.done("POST", "/v1/modules/\(TestNode.market)/objects", fresh)
            let rotation = try await steve.done("POST", path, [:])
            let listed = try await steve.done("GET", "/v1/pseudonyms").maps("pseudonyms")
            #expect(listed.map { $0.text("module") } == [TestNode.travel] + Array(repeating: TestNode.market, count: 3))
            #expect(listed.map { $0["current"] } == [true, false, false, true])
            #expect(listed.last?.text("pseudonym") == rotation.text("pseudonym"))
            #expect(Set(listed.map { $0.text("pseudonym") }).count == 4)
            #expect(try await stephanie.done("GET", "/v1/pseudonyms").maps("pseudonyms").isEmpty)
        }
    }

    @Test func `where there is no pseudonym none is followed`() async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            #expect(try await steve.call("POST", path, ["vouch": true]).problem == "conflict")
            #expect(try await steve.done("GET", "/v1/pseudonyms").maps("pseudonyms").isEmpty)
            #expect(try await logged(node).isEmpty)
        }
    }

    @Test(
        arguments: [
            ("/v1/modules/org.dump.other/pseudonym", [:], "not-found"),
            ("/v1/modules/\(TestNode.market)/pseudonym", ["vouch": 1], "malformed"),
            ("/v1/modules/\(TestNode.market)/pseudonym", ["index": 7], "malformed"),
        ] as [(String, Value, String)])
    func `a wrong rotation is refused and changes nothing`(path: String, body: Value, problem: String) async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            _ = try await steve.publish()
            #expect(try await steve.call("POST", path, body).problem == problem)
            #expect(try await steve.done("GET", "/v1/pseudonyms").maps("pseudonyms").count == 1)
        }
    }

    @Test func `a stranger sees no pseudonyms and changes none`() async throws {
        try await withNode { node in
            let listing = try await node.anyone.call("GET", "/v1/pseudonyms")
            let rotation = try await node.anyone.call("POST", path, [:])
            for reply in [listing, rotation] { #expect(reply.problem == "unauthenticated") }
        }
    }
}
