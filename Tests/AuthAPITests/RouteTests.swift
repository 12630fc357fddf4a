import AuthAPI
import Capabilities
import DumpIdentity
import IPLD
import TestSupport
import Testing

struct RouteTests {
    @Test(
        arguments: [
            "GET /", "GET /v1", "GET /v1/none", "PUT /v1/none", "GET /V1/profile", "GET /v1/profile/none",
            "GET /../etc/passwd", "OPTIONS /v2/profile",
        ])
    func `an unknown path is a problem`(route: String) async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            let parts = route.split(separator: " ").map(String.init)
            for person in [steve, node.anyone] {
                let reply = try await person.call(parts[0], parts[1])
                #expect(reply.status == 404)
                #expect(reply.problem == "not-found", "\(reply.text)")
            }
        }
    }

    @Test(arguments: Form.allCases)
    func `a node says who it is`(form: Form) async throws {
        try await withNode { node in
            var anyone = node.anyone
            anyone.form = form
            let reply = try await anyone.call("GET", "/.well-known/dump")
            #expect(reply.mediaType == form.rawValue)
            #expect(reply.map.text("node") == node.node.principal.did)
            #expect(reply.map.text("url") == node.address.string)
            #expect(reply.map["modules"] == [.string(TestNode.market), .string(TestNode.travel)])
        }
    }

    @Test(
        arguments: [
            "after=-1", "after=x", "after=", "after=9223372036854775808", "limit=0", "limit=-1", "limit=201", "limit=x",
        ])
    func `a page that cannot be is refused`(query: String) async throws {
        try await withNode { node in
            let reply = try await node.anyone.call("GET", "/v1/modules/\(TestNode.market)/objects?\(query)")
            #expect(reply.status == 400)
            #expect(reply.problem == "malformed")
        }
    }

    @Test func `objects are paged in the order of their numbers`() async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            var ids: [String] = []
            for title in ["a", "b", "c"] { ids.append(try await steve.publish(title)) }
            let path = "/v1/modules/\(TestNode.market)/objects?limit=2"
            let first = try await node.anyone.done("GET", path)
            #expect(first.maps("objects").map { $0.text("id") } == Array(ids[..<2]))
            #expect(first["next"] == 2)
            let second = try await node.anyone.done("GET", path + "&after=2")
            #expect(second.maps("objects").map { $0.text("id") } == Array(ids[2...]))
            let end = try await node.anyone.done("GET", path + "&after=3")
            #expect(end.maps("objects").isEmpty)
            #expect(end["next"] == 3)
        }
    }

    @Test func `an object is served as it was signed`() async throws {
        try await withNode { node in
            let id = try await node.account("steve").publish()
            let reply = try await node.anyone.call("GET", "/v1/modules/\(TestNode.market)/objects/\(id)")
            let object = try ModuleObject(verifying: reply.body)
            #expect(object.cid.description == id)
            #expect(object.day == testTime)
            #expect(object.mailboxes == [node.address])
            #expect(reply.mediaType == Form.cbor.rawValue)
        }
    }

    @Test func `an object is found in its own module alone`() async throws {
        try await withNode { node in
            let id = try await node.account("steve").publish()
            #expect(try await node.anyone.call("GET", "/v1/modules/\(TestNode.travel)/objects/\(id)").status == 404)
        }
    }

    @Test func `the pseudonyms of one person in two modules are two`() async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            var pseudonyms: Set<String> = []
            for module in [TestNode.market, TestNode.travel, TestNode.market] {
                let body: Value = ["body": ["title": "x"]]
                let map = try await steve.done("POST", "/v1/modules/\(module)/objects", body)
                pseudonyms.insert(map.text("pseudonym"))
            }
            #expect(pseudonyms.count == 2)
        }
    }

    @Test func `a body above 64 KiB is refused, and nothing is stored`() async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            let body: Value = ["body": ["x": .string(String(repeating: "x", count: 64 * 1_024))]]
            let reply = try await steve.call("POST", "/v1/modules/\(TestNode.market)/objects", body)
            #expect(reply.status == 422 || reply.status == 413)
            let listed = try await node.anyone.done("GET", "/v1/modules/\(TestNode.market)/objects")
            #expect(listed.maps("objects").isEmpty)
        }
    }
}
