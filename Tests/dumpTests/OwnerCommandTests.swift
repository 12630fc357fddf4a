import Foundation
import Testing

/// What an owner does by commands, beside approving and denying.
@Suite(.timeLimit(.minutes(10))) struct OwnerCommandTests {
    @Test func `who is denied in silence waits on`() async throws {
        try await Stage.with(nodes: 1) { stage in
            _ = try await stage.ask(try await stage.publish("Red chair"))
            #expect(try await stage.steve.text("deny", ".", "--silently") == "Denied.")
            #expect(try await stage.steve.text("inbox") == "No request is waiting.")
            #expect(
                try await stage.stephanie.json("requests").objects("requests").map { $0.text("state") } == ["pending"])
        }
    }

    @Test func `a field that ends sooner is shown, and what ends soon is found`() async throws {
        try await Stage.with(nodes: 1) { stage in
            let request = try await stage.ask(try await stage.publish("Red chair"))
            try await stage.steve.text(
                "approve", ".", "--fields", "name,email", "--days", "30", "--sooner", "email=2")
            #expect(try await stage.steve.text("grants").contains("name, email (to "))
            #expect(try await stage.steve.json("grants", "--expiring", "3").objects("grants").count == 1)
            #expect(try await stage.steve.text("grants", "--expiring", "1") == "There is none of these.")
            #expect(try await stage.stephanie.text("read", short(request), "--fields", "email").contains("steve@"))
            for days in ["email", "email=0", "age=1", "email=1,email=2", ""] {
                let arguments = ["approve", ".", "--fields", "name", "--days", "1", "--sooner", days]
                try await stage.steve.run(arguments).isUsageError()
            }
        }
    }

    @Test func `everything is revoked at once`() async throws {
        try await Stage.with(nodes: 1) { stage in
            for title in ["Red chair", "Blue chair"] {
                try await stage.approve(try await stage.ask(try await stage.publish(title)))
            }
            let viewer = try await stage.steve.json("grants").objects("grants")[0].text("viewer")
            #expect(try await stage.steve.text("grants", "--viewer", viewer, "--state", "revoked").contains("none"))
            #expect(try await stage.steve.text("revoke", "--viewer", viewer) == "Revoked: 2.")
            #expect(try await stage.steve.text("revoke", "--all") == "Revoked: 0.")
            let states = try await stage.steve.json("grants").objects("grants").map { $0.text("state") }
            #expect(states == ["revoked", "revoked"])
            for arguments in [["revoke"], ["revoke", ".", "--all"], ["revoke", "--all", "--module", "a.b"]] {
                try await stage.steve.run(arguments).isUsageError()
            }
            try await stage.steve.run("revoke", "--viewer", "me").isRefusal("the viewer", code: 2)
        }
    }

    @Test func `a rule stands beside the request that it fits, and decides nothing`() async throws {
        try await Stage.with(nodes: 1) { stage in
            let rules = """
                {"rules": [{"match": {"fields": ["name", "email"], "history": false},
                  "suggest": {"decision": "approve", "fields": ["name"], "duration": 86400}}]}
                """
            let file = try stage.scratch.write(rules, to: "rules.json")
            #expect(try await stage.steve.text("rules") == "You have no rules.")
            #expect(try await stage.steve.text("rules", "set", file) == "Set.")
            #expect(try await stage.steve.text("rules").contains("approve name for 1 day"))
            _ = try await stage.ask(try await stage.publish("Red chair"))
            #expect(try await stage.steve.text("inbox").contains("approve name for 1 day"))
            #expect(
                try await stage.stephanie.json("requests").objects("requests").map { $0.text("state") } == ["pending"])
            let wrong = try stage.scratch.write("{\"rules\": [1]}", to: "wrong.json")
            try await stage.steve.run("rules", "set", wrong).isRefusal()
        }
    }

    @Test func `a consent record and all data are written for their owner alone`() async throws {
        try await Stage.with(nodes: 1) { stage in
            let grant = try await stage.approve(try await stage.ask(try await stage.publish("Red chair")))
            let (consent, data) = (stage.scratch.path("consent.jsonld"), stage.scratch.path("steve.json"))
            #expect(try await stage.steve.text("consent", ".").contains("dpv:ConsentRecord"))
            try await stage.steve.text("consent", ".", "--save", consent)
            try await stage.steve.text("account", "data", data)
            for file in [consent, data] {
                #expect(try Scratch.mode(of: file) == 0o600)
                #expect(try String(contentsOfFile: file, encoding: .utf8).contains(grant))
            }
        }
    }

    @Test func `a notice is set for a pseudonym of one's own`() async throws {
        try await Stage.with(nodes: 1) { stage in
            _ = try await stage.publish("Red chair")
            let own = try await stage.steve.json("pseudonym", "list").objects("pseudonyms")[0].text("pseudonym")
            #expect(try await stage.steve.text("notices") == "You are told nowhere.")
            #expect(try await stage.steve.text("notices", "set", own, "https://ntfy.example/a") == "Set.")
            #expect(try await stage.steve.text("notices").contains("https://ntfy.example/a"))
            let other = "did:key:z6MkuZb1nU1EDaHeBmPwB5EbSqw917Zg3Z4JGp8fQWUeUEuj"
            try await stage.steve.run("notices", "set", other, "https://ntfy.example/b").isRefusal(
                "nothing of that name")
            try await stage.steve.run("notices", "set", own, "ntfy").isRefusal("the URL", code: 2)
            #expect(try await stage.steve.text("notices", "remove", own) == "Removed.")
        }
    }
}
