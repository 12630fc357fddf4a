import Capabilities
import DumpIdentity
import IPLD
import Testing

@testable import AuthAPI
@testable import PseudonymStore

/// Grants by what they are, and revoked together.
struct GrantListTests {
    /// Steve's three grants: two to Stephanie, of which one is of another module, and one to Vera.
    private struct Granted {
        let steve: Person
        let stephanie: Person
        let requests: [String]
        let grants: [Map]

        func ids(_ query: String) async throws -> Set<String> {
            Set(try await steve.done("GET", "/v1/grants" + query).maps("grants").map { $0.text("id") })
        }

        func revoke(_ body: Value) async throws -> Map { try await steve.done("POST", "/v1/grants/revoke", body) }

        func canRead() async throws -> [Bool] {
            var all: [Bool] = []
            for request in requests { all.append(try await stephanie.read(request, ["name"]).status == 200) }
            return all
        }
    }

    private func withGrants(_ body: (TestNode, Granted) async throws -> Void) async throws {
        try await withNode { node in
            let (steve, stephanie) = (try await node.account("steve"), try await node.account("stephanie"))
            try await steve.setProfile()
            var requests: [String] = []
            var grants: [Map] = []
            for (module, days) in [(TestNode.market, 2), (TestNode.travel, 7)] as [(String, Int64)] {
                let object = try await steve.publish("Thing", module: module)
                let request = try await stephanie.done(
                    "POST", "/v1/requests",
                    [
                        "module": .string(module), "object": .string(object), "fields": ["name", "email"],
                        "purpose": "x", "duration": .int(30 * Day.seconds),
                    ]
                ).text("id")
                let fields = module == TestNode.market ? ["name"] : ["name", "email"]
                let grant = try await steve.approve(request, fields: fields, duration: days * Day.seconds)
                requests.append(request)
                grants.append(
                    try #require(
                        await steve.done("GET", "/v1/grants").maps("grants").first { $0.text("id") == grant }))
            }
            try await body(node, Granted(steve: steve, stephanie: stephanie, requests: requests, grants: grants))
        }
    }

    @Test func `grants are found by module, viewer, field, state, and what ends soon`() async throws {
        try await withGrants { node, granted in
            let (first, second) = (granted.grants[0].text("id"), granted.grants[1].text("id"))
            let cases: [(String, Set<String>)] = [
                ("", [first, second]), ("?module=\(TestNode.market)", [first]),
                ("?viewer=\(granted.grants[1].text("viewer"))", [second]),
                ("?pseudonym=\(granted.grants[0].text("pseudonym"))", [first]), ("?field=email", [second]),
                ("?field=website", []), ("?state=active", [first, second]), ("?state=revoked", []),
                ("?ending_within=\(3 * Day.seconds)", [first]), ("?ending_within=0", []),
            ]
            for (query, ids) in cases {
                let found = try await granted.ids(query)
                #expect(found == ids, "\(query)")
            }
            node.clock.advance(by: 3 * Day.seconds)
            #expect(try await granted.ids("?state=expired") == [first])
            #expect(try await granted.ids("?ending_within=\(5 * Day.seconds)") == [second])
        }
    }

    @Test func `a grant of which a field ends soon is among those that end soon`() async throws {
        try await GrantScene.run { scene in
            _ = try await scene.send(scene.request.invocation)
            _ = try await scene.owner.done(
                "POST", "/v1/inbox/\(scene.request.cid)/approve",
                ["fields": ["name", "email"], "duration": .int(7 * Day.seconds), "ends": ["email": 60]])
            let path = "/v1/grants?ending_within=60"
            #expect(try await scene.owner.done("GET", path).maps("grants").count == 1)
            scene.node.clock.advance(by: 61)
            #expect(try await scene.owner.done("GET", path).maps("grants").isEmpty)
        }
    }

    @Test(
        arguments: [
            "module=X", "viewer=me", "pseudonym=x", "field=age", "state=dead", "ending_within=-1", "ending_within=x",
            "ending_within=34560001", "state=active&state=active",
        ])
    func `a filter that cannot be is malformed`(query: String) async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            #expect(try await steve.call("GET", "/v1/grants?" + query).problem == "malformed")
        }
    }

    @Test(arguments: ["viewer", "pseudonym", "module"])
    func `all grants of one viewer, pseudonym or module are revoked, and no others`(kind: String) async throws {
        try await withGrants { _, granted in
            #expect(try await granted.canRead() == [true, true])
            let body: Value = [kind: .string(granted.grants[0].text(kind))]
            let answer = try await granted.revoke(body)
            #expect(answer["revoked"] == 1)
            #expect(answer["not_revoked"] == [])
            #expect(try await granted.canRead() == [false, true])
            #expect(try await granted.ids("?state=revoked") == [granted.grants[0].text("id")])
            #expect(try await granted.revoke(body)["revoked"] == 0)
        }
    }

    @Test func `everything is revoked at once, also what has expired, and what it opened is destroyed`() async throws {
        try await withGrants { node, granted in
            node.clock.advance(by: 3 * Day.seconds)
            #expect(try await node.footprint()["disclosed_field"] == 3)
            let answer = try await granted.revoke(["all": true])
            #expect(answer["revoked"] == 2)
            #expect(try await node.footprint()["disclosed_field"] == 0)
            #expect(try await node.footprint()["revocation"] == 2)
            #expect(try await granted.canRead() == [false, false])
            var feed = try await FeedReading(node)
            #expect(try await feed.untilAlive(node).flatMap(\.statement.names).count == 2)
            #expect(try await granted.revoke(["all": true])["revoked"] == 0)
            #expect(try await granted.ids("?state=revoked").count == 2)
        }
    }

    @Test(
        arguments: [
            [:], ["all": false], ["all": true, "module": "org.dump.market"], ["viewer": .null], ["viewer": "me"],
            ["pseudonym": "x"], ["module": "X"], ["all": 1], ["everything": true],
            ["viewer": "did:key:z6MkuZb1nU1EDaHeBmPwB5EbSqw917Zg3Z4JGp8fQWUeUEuj", "all": true],
        ] as [Value])
    func `what does not name exactly one of them revokes nothing`(body: Value) async throws {
        try await withGrants { node, granted in
            let before = try await node.footprint()
            let reply = try await granted.steve.call("POST", "/v1/grants/revoke", body)
            #expect([400, 422].contains(reply.status), "\(reply.text)")
            #expect(try await node.footprint() == before)
            #expect(try await granted.canRead() == [true, true])
        }
    }

    @Test func `a grant whose status is not this node's is told as not revoked, and the others are revoked`()
        async throws
    {
        try await withGrants { node, granted in
            // The place is another's: as if the file had been put back to a day before the grant.
            let id = try CID(granted.grants[0].text("id"))
            let session = try await AccountService(node: node.node).session(
                token: Base64URL.decode(#require(granted.steve.token)))
            let owner = OwnerAgent(node: node.node, session: session)
            var place: StatusPlace?
            for pseudonym in try await owner.vault.state().pseudonyms {
                for record in try await owner.records(of: owner.keys(pseudonym)) {
                    if let grant = record.approval?.grant, grant.cid == id { place = grant.place }
                }
            }
            let taken = try #require(place)
            _ = try await node.node.pseudonyms.writer.transaction { db in
                try PseudonymDatabase.statusClaim.remove(PseudonymDatabase.key(of: taken.index, in: taken.list), in: db)
            }
            let answer = try await granted.revoke(["all": true])
            #expect(answer["revoked"] == 1)
            #expect(answer.maps("not_revoked").map { $0.text("id") } == [id.description])
            let other = try #require(granted.grants.last)
            var feed = try await FeedReading(node)
            let told = try await feed.untilAlive(node).flatMap(\.statement.names)
            #expect(
                told
                    == [
                        try RevocationName(CID(other.text("id")), by: Principal(did: other.text("pseudonym")))
                    ].compactMap(\.self))
            #expect(try await granted.ids("?state=active") == [id.description])
        }
    }

    @Test func `what another node serves is revoked there, or told as not revoked`() async throws {
        try await withTwoNodes { x, y in
            let (steve, stephanie) = (try await x.account("steve"), try await x.account("stephanie"))
            try await steve.setProfile()
            let request = try await stephanie.request(steve.publish())
            let grant = try await steve.approve(request)
            let file = try await steve.done(
                "POST", "/v1/account/export",
                ["passphrase": .string(Person.passphrase), "file_passphrase": "another passphrase"])["export"]
            let moved = Person(
                node: y,
                token: try await y.anyone.done(
                    "POST", "/v1/accounts/import",
                    [
                        "handle": "steve", "export": file ?? .null, "passphrase": "another passphrase",
                        "new_passphrase": .string(Person.passphrase),
                    ]
                ).text("token"))
            let answer = try await moved.done("POST", "/v1/grants/revoke", ["all": true])
            #expect(answer["revoked"] == 1)
            #expect(try await stephanie.read(request, ["name"]).status == 403)
            #expect(try await moved.done("GET", "/v1/grants").maps("grants").map { $0.text("state") } == ["revoked"])
            #expect(try await steve.done("GET", "/v1/grants").maps("grants")[0].text("id") == grant)
        }
    }
}
