import AuthAPI
import DumpIdentity
import IPLD
import TestSupport
import Testing

/// What is well-formed and yet not acceptable, or about what is not there.
struct UnacceptableTests {
    /// A published object, a request for three fields for a month, and who is behind them.
    private struct Pending: Sendable {
        let steve: Person
        let stephanie: Person
        let object: String
        let request: String
    }

    private func withPending(_ body: (TestNode, Pending) async throws -> Void) async throws {
        try await withNode { node in
            let (steve, stephanie) = (try await node.account("steve"), try await node.account("stephanie"))
            try await steve.setProfile()
            let object = try await steve.publish()
            let request = try await stephanie.request(object, fields: ["name", "email", "website"])
            let pending = Pending(steve: steve, stephanie: stephanie, object: object, request: request)
            let before = try await node.footprint()
            try await body(node, pending)
            #expect(try await node.footprint() == before)
        }
    }

    @Test(
        arguments: [
            ["name": ""], ["name": .string(String(repeating: "x", count: 1_001))], ["name": "a\u{7}b"],
            ["email": "nobody"], ["email": "a b@example.org"], ["phone_number": "call me"],
            ["website": "ftp://example.org"], ["nickname": "Steve"], ["picture": .bytes([1, 2, 3])],
            ["name": 1], ["name": ["a"]], ["name": "Eve", "nickname": "E"],
        ] as [Value])
    func `a profile field that cannot be is refused, and no other is set`(fields: Value) async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            try await steve.setProfile()
            let reply = try await steve.call("PATCH", "/v1/profile", ["fields": fields])
            #expect(reply.status == 422, "\(reply.text)")
            #expect(reply.problem == "unacceptable")
            #expect(try await steve.done("GET", "/v1/profile")["fields"] == Person.profile)
        }
    }

    @Test(
        arguments: [
            (["name"], "", 60), (["name"], String(repeating: "x", count: 501), 60), (["name"], "x", 0),
            (["name"], "x", -1), (["name"], "x", 400 * Day.seconds + 1), (["name"], "x", Int64.max),
            (["name"], "x", Int64.min), ([], "x", 60), (["nickname"], "x", 60), (["name", "name"], "x", 60),
        ] as [([String], String, Int64)])
    func `a request that cannot be is refused`(fields: [String], purpose: String, duration: Int64) async throws {
        try await withPending { _, pending in
            let body: Value = [
                "module": .string(TestNode.market), "object": .string(pending.object),
                "fields": .list(fields.map { .string($0) }), "purpose": .string(purpose), "duration": .int(duration),
            ]
            let reply = try await pending.stephanie.call("POST", "/v1/requests", body)
            #expect(reply.status == 422, "\(reply.text)")
            #expect(reply.problem == "unacceptable")
        }
    }

    @Test func `one's own object is not asked about`() async throws {
        try await withPending { _, pending in
            let body: Value = [
                "module": .string(TestNode.market), "object": .string(pending.object), "fields": ["name"],
                "purpose": "x", "duration": 60,
            ]
            let reply = try await pending.steve.call("POST", "/v1/requests", body)
            #expect(reply.problem == "unacceptable")
        }
    }

    @Test(
        arguments: [
            ([], 60), (["phone_number"], 60), (["name", "phone_number"], 60), (["name"], 0), (["name"], -1),
            (["name"], 30 * Day.seconds + 1), (["name"], Int64.max), (["website"], 60), (["nickname"], 60),
        ] as [([String], Int64)])
    func `more than was asked for, or is there, cannot be approved`(fields: [String], duration: Int64) async throws {
        try await withPending { _, pending in
            let body: Value = ["fields": .list(fields.map { .string($0) }), "duration": .int(duration)]
            let reply = try await pending.steve.call("POST", "/v1/inbox/\(pending.request)/approve", body)
            #expect(reply.status == 422, "\(reply.text)")
            #expect(reply.problem == "unacceptable")
            #expect(try await pending.steve.done("GET", "/v1/inbox").maps("requests").count == 1)
        }
    }

    static let unknown = CID.of(dagCBOR: [99]).description

    @Test(
        arguments: [
            ("POST", "/v1/inbox/ID/approve", ["fields": ["name"], "duration": 60]), ("POST", "/v1/inbox/ID/deny", nil),
        ] as [(String, String, Value?)])
    func `a decision on what is not pending is a conflict`(
        method: String, path: String, body: Value?
    ) async throws {
        try await withPending { _, pending in
            let path = path.replacing("ID", with: Self.unknown)
            let reply = try await pending.steve.call(method, path, body)
            #expect(reply.status == 409)
            #expect(reply.problem == "conflict")
        }
    }

    @Test(
        arguments: [
            ("/v1/inbox/ID/approve", ["fields": ["name"], "duration": 0]),
            ("/v1/inbox/ID/approve", ["fields": ["name"], "duration": .int(400 * Day.seconds + 1)]),
            ("/v1/inbox/ID/approve", ["fields": [], "duration": 60]),
            ("/v1/requests/ID/read", ["fields": []]),
            ("/v1/requests/ID/delegate", ["audience": "did:key:component", "fields": ["name"], "duration": 0]),
            ("/v1/requests/ID/delegate", ["audience": "did:key:component", "fields": [], "duration": 60]),
        ] as [(String, Value)])
    func `what nothing could accept is refused whatever it is about`(path: String, body: Value) async throws {
        try await withPending { _, pending in
            var map = body.mapValue ?? Map()
            if map["audience"] != nil { map["audience"] = .string(try Party.component.principal.did) }
            for id in [Self.unknown, pending.request] {
                let reply = try await pending.stephanie.call("POST", path.replacing("ID", with: id), .map(map))
                #expect(reply.status == 422, "\(reply.text)")
                #expect(reply.problem == "unacceptable")
            }
        }
    }

    @Test(arguments: ["approve", "deny"], ["approve", "deny"])
    func `a decision is made once`(first: String, second: String) async throws {
        try await withNode { node in
            let (steve, stephanie) = (try await node.account("steve"), try await node.account("stephanie"))
            try await steve.setProfile()
            let request = try await stephanie.request(steve.publish())
            let body: Value = ["fields": ["name"], "duration": 60]
            let path = "/v1/inbox/\(request)/"
            let done = try await steve.call("POST", path + first, first == "approve" ? body : nil)
            #expect((200..<300).contains(done.status))
            let reply = try await steve.call("POST", path + second, second == "approve" ? body : nil)
            #expect(reply.status == 409)
        }
    }

    @Test(
        arguments: [
            ("DELETE", "/v1/grants/ID", nil), ("GET", "/v1/requests/ID", nil), ("DELETE", "/v1/requests/ID", nil),
            ("POST", "/v1/requests/ID/read", ["fields": ["name"]]),
            ("GET", "/v1/modules/org.dump.market/objects/ID", nil), ("GET", "/v1/status-lists/ID", nil),
            ("GET", "/v1/modules/org.dump.other/objects", nil),
            ("POST", "/v1/modules/org.dump.other/objects", ["body": ["x": 1]]),
        ] as [(String, String, Value?)])
    func `what is not there is not found`(method: String, path: String, body: Value?) async throws {
        try await withPending { _, pending in
            for id in [Self.unknown, "x", "bafy", "%00", "..%2f..", String(repeating: "b", count: 3_000)] {
                let reply = try await pending.steve.call(method, path.replacing("ID", with: id), body)
                #expect(reply.status == 404, "\(id)")
                #expect(reply.problem == "not-found", "\(id)")
            }
        }
    }

    @Test(arguments: [[], ["nickname"], ["name", "name"]] as [[String]])
    func `a read of no field or an unknown one is refused before it is sent`(fields: [String]) async throws {
        try await withPending { _, pending in
            let reply = try await pending.stephanie.read(pending.request, fields)
            #expect(reply.problem == "unacceptable")
        }
    }

    @Test func `a read without a grant is a conflict`() async throws {
        try await withNode { node in
            let (steve, stephanie) = (try await node.account("steve"), try await node.account("stephanie"))
            let request = try await stephanie.request(steve.publish())
            #expect(try await stephanie.read(request, ["name"]).problem == "conflict")
        }
    }

    @Test(
        arguments: [
            (["phone_number"], 60, 422), ([], 60, 422), (["name"], 0, 422), (["name"], -1, 422), (["name"], 60, 200),
            (["name"], Int64.max, 200),
        ] as [([String], Int64, Int)])
    func `what was not granted is not handed on`(fields: [String], duration: Int64, status: Int) async throws {
        try await withNode { node in
            let (steve, stephanie) = (try await node.account("steve"), try await node.account("stephanie"))
            try await steve.setProfile()
            let request = try await stephanie.request(steve.publish())
            _ = try await steve.approve(request)
            let body: Value = [
                "audience": .string(try Party.component.principal.did), "fields": .list(fields.map { .string($0) }),
                "duration": .int(duration),
            ]
            let reply = try await stephanie.call("POST", "/v1/requests/\(request)/delegate", body)
            #expect(reply.status == status, "\(reply.text)")
        }
    }
}
