import DumpIdentity
import IPLD
import PseudonymStore
import TestSupport
import Testing

@testable import AuthAPI

/// An object under a pseudonym of its own waits, and then is one like any other.
struct FreshObjectTests {
    private let market: ModuleID

    init() throws { market = try ModuleID(TestNode.market) }

    private func publishFresh(_ person: Person) async throws -> Map {
        try await person.done(
            "POST", "/v1/modules/\(market)/objects", ["body": ["title": "Small red car"], "fresh": true])
    }

    private func release(_ node: TestNode) async {
        await ReleaseService(node: node.node, logger: node.log.logger).release(probability: 1)
    }

    private func logged(_ node: TestNode) async throws -> [String] {
        try await node.anyone.done("GET", "/v1/modules/\(market)/objects").maps("objects").map { $0.text("id") }
    }

    @Test func `the answer tells whether the object waits`() async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            #expect(try await publishFresh(steve)["released"] == false)
            for fresh in [["body": [:], "fresh": false], ["body": [:]]] as [Value] {
                let answer = try await steve.done("POST", "/v1/modules/\(market)/objects", fresh)
                #expect(answer["released"] == true)
            }
        }
    }

    @Test func `before its release a fresh object is nowhere, and its mailbox is there`() async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            let answer = try await publishFresh(steve)
            let pseudonym = try Principal(did: answer.text("pseudonym"))
            #expect(try await node.node.pseudonyms.hasMailbox(pseudonym))
            #expect(try await logged(node).isEmpty)
            let path = "/v1/modules/\(market)/objects/\(answer.text("id"))"
            #expect(try await node.anyone.call("GET", path).problem == "not-found")
            await release(node)
            #expect(try await logged(node) == [answer.text("id")])
            #expect(try await node.anyone.call("GET", path).status == 200)
        }
    }

    @Test func `what was accepted before the node ended is released after`() async throws {
        try await withClient { client in
            let node = try await TestNode(client: client)
            let id = try await node.serving { node in
                try await publishFresh(node.account("steve")).text("id")
            }
            try await node.restarted().serving { node in
                await release(node)
                let listed = try await logged(node)
                #expect(listed == [id])
            }
        }
    }

    @Test func `a fresh pseudonym is never given again`() async throws {
        try await withClient { client in
            let node = try await TestNode(client: client)
            let (steve, first) = try await node.serving { node in
                let steve = try await node.account("steve")
                let path = "/v1/modules/\(market)/objects"
                var pseudonyms: [String] = []
                for _ in 1...3 { pseudonyms.append(try await publishFresh(steve).text("pseudonym")) }
                pseudonyms.append(try await steve.done("POST", path, ["body": [:]]).text("pseudonym"))
                pseudonyms.append(try await publishFresh(steve).text("pseudonym"))
                #expect(try await steve.done("POST", path, ["body": [:]]).text("pseudonym") == pseudonyms[3])
                return (steve, pseudonyms)
            }
            let after = try await node.restarted().serving { _ in try await publishFresh(steve).text("pseudonym") }
            #expect(Set(first + [after]).count == 6)
        }
    }

    @Test func `fresh objects that are published at one time have different pseudonyms`() async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            let pseudonyms = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<8 { group.addTask { try await publishFresh(steve).text("pseudonym") } }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(pseudonyms.count == 8)
        }
    }

    @Test func `a fresh object is asked for, granted, read, edited and revoked`() async throws {
        try await withNode { node in
            let (steve, stephanie) = (try await node.account("steve"), try await node.account("stephanie"))
            try await steve.setProfile()
            _ = try await steve.publish()
            let object = try await publishFresh(steve)
            await release(node)
            let request = try await stephanie.request(object.text("id"))
            let inbox = try await steve.done("GET", "/v1/inbox").maps("requests")
            #expect(inbox.map { $0.text("pseudonym") } == [object.text("pseudonym")])
            let grant = try await steve.approve(request)
            #expect(try await stephanie.read(request, ["name"]).map["fields"] == ["name": "Steve Example"])

            try await steve.setProfile(["name": "S. Example"])
            #expect(try await stephanie.read(request, ["name"]).map["fields"] == ["name": "S. Example"])
            #expect(try await steve.done("GET", "/v1/receipts").maps("receipts").count == 2)

            #expect(try await steve.call("DELETE", "/v1/grants/\(grant)").status == 204)
            #expect(try await stephanie.read(request, ["name"]).problem == "refused")
            #expect(try await steve.done("GET", "/v1/grants").maps("grants").map { $0.text("state") } == ["revoked"])
        }
    }

    @Test func `one's own fresh object cannot be asked for`() async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            let object = try await publishFresh(steve).text("id")
            await release(node)
            let body: Value = [
                "module": .string(market.string), "object": .string(object), "fields": ["name"], "purpose": "x",
                "duration": 1,
            ]
            #expect(try await steve.call("POST", "/v1/requests", body).problem == "unacceptable")
        }
    }

    @Test func `when very many objects wait, one more is told to come later`() async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            let root = try RootKey.random()
            for index in 0..<200 {
                let keys = try root.pseudonymKeys(module: market, index: UInt64(index))
                try await node.node.objects.hold(
                    ModuleObject.sign(body: Map(), mailboxes: [node.address], time: testTime, with: keys))
            }
            let body: Value = ["body": [:], "fresh": true]
            #expect(try await steve.call("POST", "/v1/modules/\(market)/objects", body).problem == "conflict")
            _ = try await steve.publish()
            await release(node)
            #expect(try await steve.call("POST", "/v1/modules/\(market)/objects", body).status == 201)
        }
    }

    @Test(arguments: [1, "true", .null, []] as [Value]) func `whether it is fresh is a boolean`(fresh: Value)
        async throws
    {
        try await withNode { node in
            let steve = try await node.account("steve")
            let reply = try await steve.call("POST", "/v1/modules/\(market)/objects", ["body": [:], "fresh": fresh])
            #expect(reply.problem == "malformed")
            #expect(try await logged(node).isEmpty)
        }
    }
}
