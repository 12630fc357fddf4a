import DumpIdentity
import IPLD
import Testing

@testable import AuthAPI

struct EntityTagTests {
    @Test(arguments: Form.allCases)
    func `a profile is changed by who saw it as it is`(form: Form) async throws {
        try await withNode { node in
            let steve = try await node.account("steve", form: form)
            let seen = try #require(try await steve.call("GET", "/v1/profile").fields["etag"])
            let changed = try await steve.change(["name": "Steve"], match: seen)
            #expect(changed.status == 200)
            let again = try await steve.call("GET", "/v1/profile")
            #expect(changed.fields["etag"] == again.fields["etag"])
            let stale = try await steve.change(["name": "Eve"], match: seen)
            #expect(stale.status == 412 && stale.problem == "precondition-failed")
            #expect(try await steve.done("GET", "/v1/profile")["fields"] == ["name": "Steve"])
        }
    }

    @Test func `without If-Match nothing is changed, approved or revoked`() async throws {
        try await withNode { node in
            let scene = try await Pending(node)
            let approval: Value = ["fields": ["name"], "duration": 60]
            #expect(try await scene.steve.change(["name": "Eve"], match: nil).problem == "precondition-required")
            let reply = try await scene.steve.sendJSON(
                "POST", "/v1/inbox/\(scene.request)/approve", approval, match: nil)
            #expect(reply.status == 428 && reply.problem == "precondition-required")
            #expect(try await scene.steve.done("GET", "/v1/grants").maps("grants").isEmpty)
            let grant = try await scene.steve.approve(scene.request)
            let revoking = try await scene.steve.sendJSON("DELETE", "/v1/grants/\(grant)", nil, match: nil)
            #expect(revoking.status == 428)
            #expect(try await scene.steve.done("GET", "/v1/grants/\(grant)").text("state") == "active")
            #expect(try await scene.steve.done("GET", "/v1/profile")["fields"] == Person.profile)
        }
    }

    @Test func `a request is approved, and a grant revoked, by who saw it`() async throws {
        try await withNode { node in
            let scene = try await Pending(node)
            let steve = scene.steve
            let approval: Value = ["fields": ["name"], "duration": 60]
            let path = "/v1/inbox/\(scene.request)"
            let seen = try await steve.call("GET", path)
            #expect(seen.map.text("id") == scene.request)
            #expect(try await steve.sendJSON("POST", path + "/approve", approval, match: "\"other\"").status == 412)
            let approved = try await steve.sendJSON("POST", path + "/approve", approval, match: seen.fields["etag"])
            #expect(approved.status == 200)
            #expect(try await steve.call("GET", path).problem == "not-found")
            let grant = "/v1/grants/\(approved.map.text("grant"))"
            let shown = try #require(try await steve.call("GET", grant).fields["etag"])
            #expect(try await steve.sendJSON("DELETE", grant, nil, match: "\"other\"").status == 412)
            #expect(try await steve.done("GET", grant).text("state") == "active")
            // A weak tag is no proof of having seen it.
            #expect(try await steve.sendJSON("DELETE", grant, nil, match: "W/" + shown).status == 412)
            #expect(try await steve.sendJSON("DELETE", grant, nil, match: "\"other\", " + shown).status == 204)
            // It is another one now.
            #expect(try await steve.sendJSON("DELETE", grant, nil, match: shown).status == 412)
        }
    }

    @Test func `of several that change what they saw, one succeeds`() async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            let seen = try #require(try await steve.call("GET", "/v1/profile").fields["etag"])
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<8 {
                    group.addTask { try await steve.change(["name": .string("Steve \(number)")], match: seen).status }
                }
                return try await group.reduce(into: [Int]()) { $0.append($1) }
            }
            #expect(statuses.sorted() == [200] + [Int](repeating: 412, count: 7))
        }
    }

    @Test(arguments: ["/v1/profile", "/v1/grants", "/v1/grants/ID", "/v1/inbox/ID"])
    func `what was seen is not sent again`(path: String) async throws {
        try await withNode { node in
            let scene = try await Pending(node)
            var path = path
            if path.hasPrefix("/v1/inbox") { path = "/v1/inbox/\(scene.request)" }
            if path == "/v1/grants/ID" { path = "/v1/grants/\(try await scene.steve.approve(scene.request))" }
            let seen = try await scene.steve.call("GET", path)
            let tag = try #require(seen.fields["etag"])
            for known in [tag, "W/" + tag, "\"x\", " + tag, "*"] {
                let reply = try await scene.steve.send("GET", path, fields: ["If-None-Match": known])
                #expect(reply.status == 304 && reply.body.isEmpty && reply.fields["etag"] == tag, "\(known)")
            }
            let other = try await scene.steve.send("GET", path, fields: ["If-None-Match": "\"x\""])
            #expect(other.status == 200 && other.body == seen.body)
        }
    }

    @Test(arguments: ["", "x", "\"x", "x\"", "\"a\"b\"", "*, \"x\"", "\"x\",", "w/\"x\""])
    func `what is no entity tag is malformed, and nothing is changed`(tag: String) async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            #expect(try await steve.change(["name": "Eve"], match: tag).problem == "malformed")
            #expect(try await steve.done("GET", "/v1/profile")["fields"] == .map(Map()))
        }
    }

    @Test func `equal profiles of two people have different tags, and both forms of one`() async throws {
        try await withNode { node in
            var people: [Person] = []
            for handle in ["steve", "eve"] { people.append(try await node.account(handle)) }
            for person in people { try await person.setProfile() }
            var tags: Set<String> = []
            for person in people {
                for form in Form.allCases {
                    var person = person
                    person.form = form
                    tags.insert(try await person.call("GET", "/v1/profile").fields["etag"] ?? "")
                }
            }
            #expect(tags.count == 4)
        }
    }
}

/// A request that waits for Steve.
struct Pending {
    let steve: Person
    let request: String

    init(_ node: TestNode, form: Form = .json) async throws {
        steve = try await node.account("steve", form: form)
        try await steve.setProfile()
        request = try await node.account("stephanie").request(try await steve.publish())
    }
}

extension Person {
    func sendJSON(_ method: String, _ path: String, _ body: Value?, match: String?) async throws -> Reply {
        try await send(
            method, path, try body.map { (try form.encode($0), form.rawValue) },
            fields: match.map { ["If-Match": $0] } ?? [:])
    }

    func change(_ fields: Value, match: String?) async throws -> Reply {
        try await sendJSON("PATCH", "/v1/profile", ["fields": fields], match: match)
    }
}
