import DumpIdentity
import IPLD
import Testing

/// How a request stands, as its viewer is told, and what stands in it for the owner.
struct RequestStateTests {
    @Test(
        arguments: [
            (["name", "email"], 30, "approved"), (["name"], 30, "narrowed"), (["name", "email"], 7, "narrowed"),
        ] as [([String], Int64, String)])
    func `less than was asked is told as narrowed`(fields: [String], days: Int64, state: String) async throws {
        try await Meeting.run { meeting in
            let id = try await meeting.ask().text("id")
            #expect(try await meeting.state(id) == "pending")
            _ = try await meeting.approve(id, fields: fields, duration: days * Day.seconds)
            #expect(try await meeting.state(id) == state)
        }
    }

    @Test func `a denial is told, and what was granted ends`() async throws {
        try await Meeting.run { meeting in
            let denied = try await meeting.ask().text("id")
            _ = try await meeting.steve.done("POST", "/v1/inbox/\(denied)/deny")
            #expect(try await meeting.state(denied) == "denied")
            let granted = try await meeting.ask(duration: 60).text("id")
            _ = try await meeting.approve(granted, duration: 60)
            #expect(try await meeting.state(granted) == "approved")
            meeting.clock.advance(by: 61)
            #expect(try await meeting.state(granted) == "ended")
        }
    }

    @Test func `a request that waited long enough expires, for viewer and owner alike`() async throws {
        try await Meeting.run { meeting in
            let asked = try await meeting.ask([("wait", 60)])
            let (id, end) = (asked.text("id"), try #require(asked["waits_until"]?.intValue))
            #expect(end == meeting.clock.time + 300 + 60)
            #expect(try await meeting.inbox().map { $0["waits_until"] } == [.int(end)])
            meeting.clock.advance(by: 360)
            #expect(try await meeting.inbox().count == 1)
            #expect(try await meeting.state(id) == "pending")
            meeting.clock.advance(by: 1)
            #expect(try await meeting.state(id) == "expired")
            let path = "/v1/inbox/\(id)/approve"
            let late = try await meeting.steve.call("POST", path, ["fields": ["name"], "duration": 60])
            #expect(late.problem == "conflict")
            #expect(try await meeting.inbox().isEmpty)
            #expect(try await meeting.steve.node.footprint()["waiting_request"] == 0)
        }
    }

    @Test func `what was approved at the last moment reaches a viewer who comes later`() async throws {
        try await Meeting.run { meeting in
            let id = try await meeting.ask([("wait", 60)]).text("id")
            _ = try await meeting.approve(id)
            meeting.clock.advance(by: 3_600)
            #expect(try await meeting.state(id) == "approved")
        }
    }

    @Test func `who was blocked asks anew when the request has expired, and is told nothing else`() async throws {
        try await Meeting.run { meeting in
            let id = try await meeting.ask([("wait", 60)]).text("id")
            _ = try await meeting.steve.done("POST", "/v1/inbox/\(id)/block", [:])
            #expect(try await meeting.inbox().isEmpty)
            #expect(try await meeting.ask().text("id") == id)
            meeting.clock.advance(by: 361)
            #expect(try await meeting.state(id) == "expired")
            #expect(try await meeting.ask().text("id") != id)
            // What has expired can be taken out of the list.
            _ = try await meeting.stephanie.done("DELETE", "/v1/requests/\(id)")
            #expect(try await meeting.stephanie.call("GET", "/v1/requests/\(id)").status == 404)
        }
    }

    @Test(arguments: [1, 1_000]) func `records of short and long requests take one piece each`(length: Int) async throws
    {
        try await Meeting.run { meeting in
            let text = String(repeating: "x", count: length)
            let id = try await meeting.ask([
                ("message", .string(text)), ("purpose", .string(String(text.prefix(500)))),
                ("in_return", ["kind": "grant", "fields": ["name", "email"], "duration": 34_560_000]),
            ]).text("id")
            _ = try await meeting.approve(id)
            _ = try await meeting.state(id)
            _ = try await meeting.steve.done("GET", "/v1/requests/\(id)")
            // A request and a decision on either side: the length of what was written shows nowhere.
            #expect(try await meeting.steve.node.footprint()["record"] == 2)
            #expect(try await meeting.stephanie.node.footprint()["record"] == 2)
        }
    }

    @Test func `owner and viewer are shown the message`() async throws {
        try await Meeting.run { meeting in
            let message = "We met at the fair. Grüße!"
            let id = try await meeting.ask([("message", .string(message))]).text("id")
            #expect(try await meeting.inbox().map { $0.text("message") } == [message])
            #expect(try await meeting.shown(id).text("message") == message)
        }
    }

    @Test(
        arguments: [
            ("message", ""), ("message", .string(String(repeating: "x", count: 1_001))), ("wait", 0),
            ("wait", .int(90 * Day.seconds + 1)), ("in_return", ["kind": "grant", "fields": [], "duration": 1]),
            ("in_return", ["kind": "grant", "fields": ["name"], "duration": 0]),
            ("in_return", ["kind": "grant", "fields": ["website"], "duration": 60]),
        ] as [(String, Value)])
    func `what a request must not hold is unacceptable, and nothing is sent`(key: String, value: Value) async throws {
        try await Meeting.run { meeting in
            let body: Value = [
                "module": .string(TestNode.market), "object": .string(meeting.object), "fields": ["name"],
                "purpose": "why", "duration": 60,
            ]
            var map = try #require(body.mapValue)
            map[key] = value
            let reply = try await meeting.stephanie.call("POST", "/v1/requests", .map(map))
            #expect(reply.problem == "unacceptable", "\(reply.text)")
            #expect(try await meeting.stephanie.node.footprint()["record"] == 0)
            #expect(try await meeting.inbox().isEmpty)
        }
    }

    @Test(
        arguments: [
            ("in_return", "nothing"), ("in_return", ["kind": "all"]), ("in_return", ["kind": "history", "x": 1]),
            ("in_return", ["kind": "grant", "fields": ["name"]]), ("message", 1), ("wait", "x"),
        ] as [(String, Value)])
    func `what is of another shape is malformed`(key: String, value: Value) async throws {
        try await withNode { node in
            let body: Value = [
                "module": .string(TestNode.market),
                "object": .string("bafyreic4jatmsu2lvmbtnc2pkq55jcnizjmu7szgsulcys53clivvdy74a"),
                "fields": ["name"], "purpose": "why", "duration": 60,
            ]
            var map = try #require(body.mapValue)
            map[key] = value
            let reply = try await node.account("steve").call("POST", "/v1/requests", .map(map))
            #expect(reply.problem == "malformed", "\(reply.text)")
        }
    }
}
