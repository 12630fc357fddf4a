import Capabilities
import DumpIdentity
import IPLD
import TestSupport
import Testing

@testable import AuthAPI

/// Standing rules pre-fill decisions, and make none.
struct RuleTests {
    private static func rule(_ match: Value, _ suggest: Value) -> Value { ["match": match, "suggest": suggest] }
    private static let approval: Value = ["decision": "approve", "fields": ["name", "website"], "duration": 3_600]

    private func set(_ scene: GrantScene, _ rules: [Value]) async throws {
        #expect(try await scene.owner.call("PUT", "/v1/rules", ["rules": .list(rules)]).status == 204)
    }

    /// What is suggested for the one request that waits.
    private func suggestion(_ scene: GrantScene) async throws -> Value? {
        let requests = try await scene.owner.done("GET", "/v1/inbox").maps("requests")
        try #require(requests.count == 1)
        return requests[0]["suggestion"]
    }

    @Test func `rules are kept as they were set, and in their order`() async throws {
        try await GrantScene.run { scene in
            let rules = [
                Self.rule(["module": .string(TestNode.market), "fields": ["name", "email"]], Self.approval),
                Self.rule(["history": true], ["decision": "deny_silently"]), Self.rule([:], ["decision": "block"]),
            ]
            #expect(try await scene.owner.done("GET", "/v1/rules")["rules"] == [])
            try await set(scene, rules)
            #expect(try await scene.owner.done("GET", "/v1/rules")["rules"] == .list(rules))
            try await set(scene, [])
            #expect(try await scene.owner.done("GET", "/v1/rules")["rules"] == [])
        }
    }

    @Test func `a suggestion has what is asked for, and no more, for no longer`() async throws {
        try await GrantScene.run { scene in
            _ = try await scene.send(scene.request.invocation)
            #expect(try await suggestion(scene) == nil)
            try await set(scene, [Self.rule([:], Self.approval)])
            #expect(
                try await suggestion(scene)
                    == ["rule": 0, "decision": "approve", "fields": ["name"], "duration": 3_600])
            let long: Value = ["decision": "approve", "fields": ["name"], "duration": .int(400 * Day.seconds)]
            try await set(scene, [Self.rule([:], long)])
            #expect(try await suggestion(scene)?.mapValue?["duration"] == .int(30 * Day.seconds))
        }
    }

    @Test(
        arguments: [
            (["module": .string(TestNode.market)], true), (["module": .string(TestNode.travel)], false),
            (["fields": ["name", "email", "phone_number", "website"]], true), (["fields": ["name"]], false),
            (["history": false], true), (["history": true], false),
            (["module": .string(TestNode.market), "history": true], false),
            (["in_return": "nothing"], true), (["in_return": "history"], false), (["in_return": "grant"], false),
        ] as [(Value, Bool)])
    func `a rule applies where all that it names is so`(match: Value, applies: Bool) async throws {
        try await GrantScene.run { scene in
            _ = try await scene.send(scene.request.invocation)
            try await set(scene, [Self.rule(match, ["decision": "deny"])])
            #expect((try await suggestion(scene) != nil) == applies)
        }
    }

    @Test func `a rule may ask what the viewer shows in return`() async throws {
        let offer: Value = ["kind": "grant", "fields": ["name"], "duration": 3_600]
        try await Meeting.run { meeting in
            _ = try await meeting.ask([("in_return", offer)])
            for (kind, applies) in [("grant", true), ("history", false), ("nothing", false)] {
                let rules: [Value] = [Self.rule(["in_return": .string(kind)], ["decision": "deny"])]
                #expect(try await meeting.steve.call("PUT", "/v1/rules", ["rules": .list(rules)]).status == 204)
                #expect((try await meeting.inbox().map { $0["suggestion"] != nil }) == [applies])
            }
        }
    }

    @Test func `the first rule that applies is the one that counts`() async throws {
        try await GrantScene.run { scene in
            _ = try await scene.send(scene.request.invocation)
            let foreign: Value = ["decision": "approve", "fields": ["website"], "duration": 60]
            try await set(
                scene,
                [
                    Self.rule([:], foreign), Self.rule([:], ["decision": "deny_silently"]),
                    Self.rule([:], ["decision": "block"]),
                ])
            #expect(try await suggestion(scene) == ["rule": 1, "decision": "deny_silently"])
        }
    }

    @Test func `a viewer has a history who was granted something before`() async throws {
        try await GrantScene.run { scene in
            _ = try await scene.approved()
            let terms = try RequestTerms(fields: [.name], purpose: "x", duration: 60, object: scene.object.cid)
            let again = try ProfileRequest.sign(
                terms, to: scene.pseudonym, expiration: scene.node.clock.time + 300, with: Party.viewer.key())
            _ = try await scene.send(again.invocation)
            try await set(scene, [Self.rule(["history": true], ["decision": "deny"])])
            #expect(try await suggestion(scene) == ["rule": 0, "decision": "deny"])
        }
    }

    // Threat: LIN-112
    @Test(arguments: [approval, ["decision": "deny"], ["decision": "deny_silently"], ["decision": "block"]])
    func `nothing is decided by a rule`(suggest: Value) async throws {
        try await GrantScene.run { scene in
            try await set(scene, [Self.rule([:], suggest)])
            let before = try await scene.node.footprint()
            _ = try await scene.send(scene.request.invocation)
            #expect(try await suggestion(scene) != nil)
            #expect(try await suggestion(scene) != nil)
            let credentials: Value = ["handle": "steve", "passphrase": .string(Person.passphrase)]
            _ = try await scene.node.anyone.done("POST", "/v1/session", credentials)
            let after = try await scene.node.footprint()
            for table in ["answer", "record", "disclosed_field", "status_claim", "mailbox"] {
                #expect(after[table] == before[table], "\(table)")
            }
            #expect(after["waiting_request"] == 1)
            #expect(try await scene.send(scene.act(.profileAnswer)).map["answer"]?.isNull == true)
            #expect(try await scene.owner.done("GET", "/v1/blocks").maps("blocks").isEmpty)
            #expect(try await scene.owner.done("GET", "/v1/grants").maps("grants").isEmpty)
        }
    }

    @Test(
        arguments: [
            rule([:], ["decision": "approve"]), rule([:], ["decision": "approve", "fields": [], "duration": 1]),
            rule([:], ["decision": "approve", "fields": ["name"], "duration": 0]),
            rule([:], ["decision": "approve", "fields": ["age"], "duration": 1]),
            rule([:], ["decision": "deny", "duration": 1]), rule([:], ["decision": "ignore"]),
            rule(["module": "X"], ["decision": "deny"]), rule(["fields": ["age"]], ["decision": "deny"]),
            rule(["viewer": "x"], ["decision": "deny"]), rule(["history": 1], ["decision": "deny"]),
            rule(["in_return": "all"], ["decision": "deny"]), ["match": [:]],
            rule([:], [:]), 1,
        ] as [Value])
    func `a rule that cannot be is refused, and those of before stay`(rule: Value) async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            let good = Self.rule([:], ["decision": "deny"])
            #expect(try await steve.call("PUT", "/v1/rules", ["rules": [good]]).status == 204)
            let reply = try await steve.call("PUT", "/v1/rules", ["rules": [good, rule]])
            #expect([400, 422].contains(reply.status), "\(reply.text)")
            #expect(try await steve.done("GET", "/v1/rules")["rules"] == [good])
        }
    }

    @Test func `rules are replaced by who knows them, where that is said`() async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            let rules = ["deny", "block"].map { [Self.rule([:], ["decision": .string($0)])] as [Value] }
            let seen = try #require(try await steve.call("GET", "/v1/rules").fields["etag"])
            func put(_ rules: [Value], match: String?) async throws -> Int {
                try await steve.sendJSON("PUT", "/v1/rules", ["rules": .list(rules)], match: match).status
            }
            #expect(try await put(rules[0], match: seen) == 204)
            #expect(try await put(rules[1], match: seen) == 412)
            #expect(try await put(rules[1], match: "none") == 400)
            let shown = try await steve.call("GET", "/v1/rules")
            #expect(shown.map["rules"] == .list(rules[0]))
            #expect(shown.fields["etag"] != seen)
            #expect(try await put(rules[1], match: nil) == 204)
        }
    }

    @Test func `fifty rules are kept, and one more is refused`() async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            let all: Value = ["fields": ["name", "email", "phone_number", "address", "picture", "website"]]
            let rules = [Value](repeating: Self.rule(all, Self.approval), count: 50)
            #expect(try await steve.call("PUT", "/v1/rules", ["rules": .list(rules)]).status == 204)
            let more = try await steve.call("PUT", "/v1/rules", ["rules": .list(rules + [rules[0]])])
            #expect(more.problem == "unacceptable")
        }
    }
}
