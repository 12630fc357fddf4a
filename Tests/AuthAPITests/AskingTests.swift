import DumpIdentity
import IPLD
import Testing

/// What a viewer asks, and asks again.
struct AskingTests {
    private func body(_ object: String, fields: Value = ["name"]) -> Value {
        [
            "module": .string(TestNode.market), "object": .string(object), "fields": fields,
            "purpose": .string(Person.purpose), "duration": .int(Day.seconds),
        ]
    }

    private func scene(_ node: TestNode) async throws -> (steve: Person, stephanie: Person, object: String) {
        let steve = try await node.account("steve")
        try await steve.setProfile()
        return (steve, try await node.account("stephanie"), try await steve.publish())
    }

    private func inbox(_ person: Person) async throws -> [Map] {
        try await person.done("GET", "/v1/inbox").maps("requests")
    }

    @Test func `asking twice while one request is pending gives the first one`() async throws {
        try await withNode { node in
            let (steve, stephanie, object) = try await scene(node)
            let first = try await stephanie.call("POST", "/v1/requests", body(object))
            let other = try await steve.publish("Another one")
            for again in [body(object), body(object, fields: ["email"]), body(other)] {
                let second = try await stephanie.call("POST", "/v1/requests", again)
                #expect(first.status == 201 && second.status == 200)
                #expect(second.map == first.map)
            }
            #expect(try await inbox(steve).count == 1)
            #expect(try await stephanie.done("GET", "/v1/requests").maps("requests").count == 1)
        }
    }

    @Test func `many calls at once send one request`() async throws {
        try await withNode { node in
            let (steve, stephanie, object) = try await scene(node)
            let replies = try await withThrowingTaskGroup(of: Reply.self) { group in
                for _ in 0..<5 {
                    group.addTask { try await stephanie.call("POST", "/v1/requests", body(object)) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(replies.map(\.status).sorted() == [200, 200, 200, 200, 201])
            #expect(Set(replies.map { $0.map.text("id") }).count == 1)
            #expect(try await inbox(steve).count == 1)
        }
    }

    @Test func `what was answered or withdrawn can be asked again`() async throws {
        try await withNode { node in
            let (steve, stephanie, object) = try await scene(node)
            let denied = try await stephanie.request(object)
            _ = try await steve.done("POST", "/v1/inbox/\(denied)/deny")
            let approved = try await stephanie.request(object)
            _ = try await steve.approve(approved, fields: ["name"])
            let withdrawn = try await stephanie.request(object)
            _ = try await stephanie.done("DELETE", "/v1/requests/\(withdrawn)")
            let last = try await stephanie.request(object)
            #expect(Set([denied, approved, withdrawn, last]).count == 4)
            #expect(try await inbox(steve).map { $0.text("id") } == [last])
        }
    }

    @Test func `requests to others, and of others, are not held back`() async throws {
        try await withNode { node in
            let (steve, stephanie, object) = try await scene(node)
            let eve = try await node.account("eve")
            let own = try await eve.publish()
            let replies = [
                try await stephanie.call("POST", "/v1/requests", body(object)),
                try await eve.call("POST", "/v1/requests", body(object)),
                try await stephanie.call("POST", "/v1/requests", body(own)),
            ]
            #expect(replies.map(\.status) == [201, 201, 201])
            #expect(try await inbox(steve).count == 2)
        }
    }
}
