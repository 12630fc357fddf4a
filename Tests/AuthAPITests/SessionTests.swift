import AuthAPI
import DumpIdentity
import IPLD
import Testing

struct SessionTests {
    static let forPeople = [
        "DELETE /v1/session", "DELETE /v1/sessions", "GET /v1/account", "DELETE /v1/account",
        "PUT /v1/account/passphrase", "POST /v1/account/recovery-code", "POST /v1/account/export",
        "POST /v1/account/rotate", "GET /v1/profile", "PATCH /v1/profile", "GET /v1/inbox", "GET /v1/inbox/x",
        "POST /v1/inbox/x/approve",
        "POST /v1/inbox/x/deny", "GET /v1/grants", "GET /v1/grants/x", "DELETE /v1/grants/x", "GET /v1/receipts",
        "POST /v1/requests",
        "GET /v1/requests", "GET /v1/requests/x", "DELETE /v1/requests/x", "POST /v1/requests/x/read",
        "GET /v1/requests/x/events", "POST /v1/requests/x/renew", "POST /v1/requests/x/return",
        "POST /v1/requests/x/delegate", "POST /v1/requests/x/revoke", "POST /v1/modules/org.dump.market/objects",
    ]

    private func isUnauthenticated(_ person: Person, _ route: String) async throws -> Bool {
        let parts = route.split(separator: " ").map(String.init)
        let reply = try await person.call(parts[0], parts[1])
        return reply.status == 401 && reply.problem == "unauthenticated"
    }

    @Test(arguments: forPeople)
    func `what is for people needs a session`(route: String) async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            let token = try #require(steve.token)
            let wrong = [nil, "", "x", String(token.dropLast()), token + "A", String(repeating: "A", count: 43)]
            for token in wrong {
                #expect(try await isUnauthenticated(Person(node: node, token: token), route), "\(token ?? "none")")
            }
            node.clock.advance(by: 31 * Day.seconds)
            #expect(try await isUnauthenticated(steve, route))
        }
    }

    @Test func `a session lasts thirty days, if it is used`() async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            for _ in 1...5 {
                node.clock.advance(by: 6 * Day.seconds)
                #expect(try await steve.call("GET", "/v1/profile").status == 200)
            }
            node.clock.advance(by: 1)
            #expect(try await steve.call("GET", "/v1/profile").status == 401)
            // It is gone, not asleep.
            node.clock.advance(by: -Day.seconds)
            #expect(try await steve.call("GET", "/v1/profile").status == 401)
        }
    }

    @Test func `a session that is not used ends after seven days`() async throws {
        try await withNode { node in
            let (first, second) = (try await node.account("steve"), try await logIn(node, "steve"))
            node.clock.advance(by: 7 * Day.seconds)
            #expect(try await first.call("GET", "/v1/profile").status == 200)
            node.clock.advance(by: 1)
            #expect(try await first.call("GET", "/v1/profile").status == 200)
            #expect(try await second.call("GET", "/v1/profile").status == 401)
        }
    }

    @Test func `of too many sessions the oldest ends`() async throws {
        try await withNode { node in
            let first = try await node.account("steve")
            let second = try await logIn(node, "steve")
            for _ in 3...SessionLimits().count { _ = try await logIn(node, "steve") }
            #expect(try await first.call("GET", "/v1/profile").status == 200)
            _ = try await logIn(node, "steve")
            #expect(try await first.call("GET", "/v1/profile").status == 401)
            #expect(try await second.call("GET", "/v1/profile").status == 200)
        }
    }

    @Test func `a session that was ended is over, and others are not`() async throws {
        try await withNode { node in
            let first = try await node.account("steve")
            let second = try await logIn(node, "steve")
            #expect(try await first.call("DELETE", "/v1/session").status == 204)
            #expect(try await first.call("GET", "/v1/profile").problem == "unauthenticated")
            #expect(try await second.call("GET", "/v1/profile").status == 200)
        }
    }

    @Test func `a wrong passphrase and an unknown account are told alike`() async throws {
        try await withNode { node in
            _ = try await node.account("steve")
            let wrong = try await attempt(node, "steve", "another passphrase")
            let unknown = try await attempt(node, "stephanie", Person.passphrase)
            #expect(wrong == unknown)
            #expect(wrong.status == 401)
            #expect(wrong.problem == "wrong-credentials")
        }
    }

    @Test func `a passphrase is the same however its letters are composed`() async throws {
        try await withNode { node in
            let composed: Value = ["handle": "steve", "passphrase": "caf\u{e9} caf\u{e9} caf\u{e9}"]
            _ = try await node.anyone.done("POST", "/v1/accounts", composed)
            #expect(try await attempt(node, "steve", "cafe\u{301} cafe\u{301} cafe\u{301}").status == 201)
            #expect(try await attempt(node, "steve", "cafe cafe cafe").status == 401)
        }
    }

    @Test func `a taken handle is refused, and its account stays`() async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            try await steve.setProfile()
            let body: Value = ["handle": "steve", "passphrase": "another passphrase"]
            let reply = try await node.anyone.call("POST", "/v1/accounts", body)
            #expect(reply.status == 409)
            #expect(reply.problem == "conflict")
            #expect(try await steve.done("GET", "/v1/profile")["fields"] == Person.profile)
            #expect(try await attempt(node, "steve", "another passphrase").status == 401)
        }
    }

    @Test(
        arguments: [
            ("Steve", Person.passphrase), ("s", Person.passphrase), ("", Person.passphrase),
            (String(repeating: "s", count: 33), Person.passphrase), ("ste ve", Person.passphrase),
            ("steve", "too short"), ("steve", ""), ("steve", String(repeating: "x", count: 1_025)),
        ])
    func `a handle or passphrase that cannot be is refused`(handle: String, passphrase: String) async throws {
        try await withNode { node in
            for path in ["/v1/accounts", "/v1/session"] {
                let body: Value = ["handle": .string(handle), "passphrase": .string(passphrase)]
                let reply = try await node.anyone.call("POST", path, body)
                #expect(reply.status == 422)
                #expect(reply.problem == "unacceptable")
                #expect(!reply.text.contains("correct horse"))
            }
        }
    }

    @Test(arguments: Form.allCases)
    func `tokens are 32 random bytes`(form: Form) async throws {
        try await withNode { node in
            let first = try await node.account("steve", form: form)
            let second = try await logIn(node, "steve")
            #expect(try Base64URL.decode(first.token ?? "").count == 32)
            #expect(first.token != second.token)
        }
    }

    @Test func `a session shows its own person's things alone`() async throws {
        try await withNode { node in
            let (steve, eve) = (try await node.account("steve"), try await node.account("eve"))
            try await steve.setProfile()
            let object = try await steve.publish()
            let request = try await eve.request(object)
            #expect(try await eve.done("GET", "/v1/inbox").maps("requests").isEmpty)
            #expect(try await eve.done("GET", "/v1/profile")["fields"] == .map(Map()))
            #expect(try await eve.call("POST", "/v1/inbox/\(request)/deny").problem == "conflict")
            #expect(try await steve.call("GET", "/v1/requests/\(request)").problem == "not-found")
            let grant = try await steve.approve(request)
            #expect(try await eve.call("DELETE", "/v1/grants/\(grant)").problem == "not-found")
            #expect(try await eve.done("GET", "/v1/grants").maps("grants").isEmpty)
            #expect(try await eve.done("GET", "/v1/receipts").maps("receipts").isEmpty)
        }
    }

    private func attempt(_ node: TestNode, _ handle: String, _ passphrase: String) async throws -> Reply {
        let body: Value = ["handle": .string(handle), "passphrase": .string(passphrase)]
        return try await node.anyone.call("POST", "/v1/session", body)
    }

    private func logIn(_ node: TestNode, _ handle: String) async throws -> Person {
        Person(node: node, token: try await attempt(node, handle, Person.passphrase).map.text("token"))
    }
}
