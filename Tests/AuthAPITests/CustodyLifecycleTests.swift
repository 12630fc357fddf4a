import AuthAPI
import DumpIdentity
import IPLD
import Sodium
import Testing

/// The life of an account: its passphrase and recovery code, its moving, and its end.
struct CustodyLifecycleTests {
    // MARK: Recovery code

    @Test func `an account comes with a code that sets a new passphrase`() async throws {
        try await withNode { node in
            let (steve, code) = try await node.joined("steve")
            try await steve.setProfile()
            let again = try await node.recover("steve", code).person(on: node)
            #expect(try await again.done("GET", "/v1/profile")["fields"] == Person.profile)
            #expect(try await node.logIn("steve").problem == "wrong-credentials")
            #expect(try await node.logIn("steve", "a second passphrase").status == 201)
        }
    }

    @Test func `recovery ends all sessions`() async throws {
        try await withNode { node in
            let (steve, code) = try await node.joined("steve")
            let second = try await node.logIn("steve").person(on: node)
            let again = try await node.recover("steve", code).person(on: node)
            #expect(try await !steve.isLoggedIn)
            #expect(try await !second.isLoggedIn)
            #expect(try await again.isLoggedIn)
            #expect(try await again.done("GET", "/v1/account")["sessions"] == 1)
        }
    }

    @Test func `a recovery code recovers once, and the next one after it`() async throws {
        try await withNode { node in
            let (_, code) = try await node.joined("steve")
            let next = try await node.recover("steve", code).map.text("recovery")
            #expect(next != code)
            #expect(try await node.recover("steve", code).problem == "wrong-credentials")
            #expect(try await node.recover("steve", next).status == 201)
        }
    }

    @Test func `a code is read as people write it`() async throws {
        try await withNode { node in
            let (_, code) = try await node.joined("steve")
            let written = code.lowercased().replacing("-", with: " ")
            #expect(try await node.recover("steve", written).status == 201)
        }
    }

    @Test func `a wrong code and an unknown account cost the same and are told the same`() async throws {
        try await withClient { client in
            let counter = CountingHasher()
            try await TestNode(hasher: counter.hasher, client: client).serving { node in
                let (steve, _) = try await node.joined("steve")
                let (_, other) = try await node.joined("eve")
                let before = counter.costs.count
                let wrong = try await node.recover("steve", other)
                let middle = counter.costs.count
                let unknown = try await node.recover("nobody", other)
                #expect(wrong == unknown)
                #expect(wrong.status == 401 && wrong.problem == "wrong-credentials")
                #expect(middle - before == 1 && counter.costs.count - middle == 1)
                #expect(Set(counter.costs.map(\.operations)).count == 1)
                #expect(try await steve.isLoggedIn)
            }
        }
    }

    @Test func `a mistyped code is told as such, and counts as no guess`() async throws {
        try await withNode { node in
            let (_, code) = try await node.joined("steve")
            let typo = (code.hasPrefix("0") ? "1" : "0") + code.dropFirst()
            for _ in 0..<12 {
                let reply = try await node.recover("steve", typo)
                #expect(reply.status == 422)
                #expect(reply.text.contains("mistyped"))
                #expect(!reply.text.contains(typo))
            }
            #expect(try await node.recover("steve", code).status == 201)
        }
    }

    @Test func `a new code ends the one before`() async throws {
        try await withNode { node in
            let (steve, code) = try await node.joined("steve")
            let next = try await steve.confirmed("POST", "/v1/account/recovery-code").map.text("recovery")
            #expect(try await node.recover("steve", code).status == 401)
            #expect(try await steve.isLoggedIn)
            #expect(try await node.recover("steve", next).status == 201)
        }
    }

    @Test(arguments: ["POST /v1/account/recovery-code", "POST /v1/account/rotate", "DELETE /v1/account"])
    func `what a session alone must not do needs the passphrase`(route: String) async throws {
        try await withNode { node in
            let (steve, code) = try await node.joined("steve")
            try await steve.setProfile()
            let parts = route.split(separator: " ").map(String.init)
            let reply = try await steve.confirmed(parts[0], parts[1], "another passphrase")
            #expect(reply.status == 401 && reply.problem == "wrong-credentials")
            #expect(try await steve.call(parts[0], parts[1], .map(Map())).status == 400)
            #expect(try await steve.done("GET", "/v1/profile")["fields"] == Person.profile)
            #expect(try await node.logIn("steve").status == 201)
            #expect(try await node.recover("steve", code).status == 201)
        }
    }

    // MARK: Passphrase

    private func change(_ person: Person, from old: String, to new: String) async throws -> Reply {
        try await person.call("PUT", "/v1/account/passphrase", ["old": .string(old), "new": .string(new)])
    }

    @Test func `a changed passphrase ends the one before, and other sessions`() async throws {
        try await withNode { node in
            let (steve, code) = try await node.joined("steve")
            let second = try await node.logIn("steve").person(on: node)
            #expect(try await change(steve, from: Person.passphrase, to: "a second passphrase").status == 204)
            #expect(try await steve.isLoggedIn)
            #expect(try await !second.isLoggedIn)
            #expect(try await node.logIn("steve").status == 401)
            #expect(try await node.logIn("steve", "a second passphrase").status == 201)
            #expect(try await node.recover("steve", code).status == 201)
        }
    }

    @Test func `a passphrase is not changed by who does not know it, nor to what is none`() async throws {
        try await withNode { node in
            let (steve, _) = try await node.joined("steve")
            let second = try await node.logIn("steve").person(on: node)
            #expect(
                try await change(steve, from: "another passphrase", to: "a second one").problem == "wrong-credentials")
            #expect(try await change(steve, from: Person.passphrase, to: "short").problem == "unacceptable")
            #expect(try await node.logIn("steve").status == 201)
            #expect(try await second.isLoggedIn)
        }
    }

    @Test func `an account says how it is kept`() async throws {
        try await withNode { node in
            let (steve, _) = try await node.joined("steve")
            _ = try await node.logIn("steve")
            let shown = try await steve.done("GET", "/v1/account")
            #expect(shown["sessions"] == 2)
            #expect(shown["recovery_code"] == true)
            #expect(shown["operations"] == 1 && shown["memory"] == 8_192)
            #expect(shown.text("handle") == "steve")
        }
    }

    // MARK: Sessions

    @Test func `logging out everywhere ends all sessions of the account, and no others`() async throws {
        try await withNode { node in
            let (steve, _) = try await node.joined("steve")
            let (eve, _) = try await node.joined("eve")
            let second = try await node.logIn("steve").person(on: node)
            #expect(try await second.call("DELETE", "/v1/sessions").status == 204)
            #expect(try await !steve.isLoggedIn)
            #expect(try await !second.isLoggedIn)
            #expect(try await eve.isLoggedIn)
            #expect(try await node.logIn("steve").status == 201)
        }
    }

    // MARK: Cost

    static let higher = PasswordHash.Cost(operations: 2, memory: 16_384)

    @Test func `a log-in raises the cost of the passphrase to what is configured, and never lowers it`() async throws {
        try await withClient { client in
            let first = try await TestNode(client: client)
            let code = try await first.serving { try await $0.joined("steve").recovery }
            let raised = try await first.restarted(passwordCost: CustodyLifecycleTests.higher)
            try await raised.serving { node in
                let steve = try await node.logIn("steve").person(on: node)
                let shown = try await steve.done("GET", "/v1/account")
                #expect(shown["operations"] == 2 && shown["memory"] == 16_384)
                #expect(try await node.logIn("steve", "another passphrase").status == 401)
            }
            try await raised.restarted().serving { node in
                let steve = try await node.logIn("steve").person(on: node)
                #expect(try await steve.done("GET", "/v1/account")["operations"] == 2)
                #expect(try await node.recover("steve", code).status == 201)
            }
        }
    }

    @Test func `guessing at an unknown account costs what a known one costs`() async throws {
        try await withClient { client in
            let first = try await TestNode(client: client)
            try await first.serving { _ = try await $0.joined("steve") }
            let counter = CountingHasher()
            let raised = try await first.restarted(
                passwordCost: CustodyLifecycleTests.higher, hasher: counter.hasher)
            try await raised.serving { node in
                for handle in ["steve", "nobody", "stephanie"] {
                    let reply = try await node.logIn(handle, "another passphrase")
                    #expect(reply.status == 401)
                }
                // The one account there is has not been raised yet.
                #expect(counter.costs == [.minimum, .minimum, .minimum])
            }
        }
    }
}
