import Testing

/// Asking, waiting, showing something in return, renewing and giving back, by the commands.
@Suite(.timeLimit(.minutes(10))) struct AskingTests {
    @Test func `people introduce themselves to each other, and give back what they need no longer`() async throws {
        try await Stage.with(nodes: 2) { stage in
            let (steve, stephanie) = (stage.steve, stage.stephanie)
            try await stephanie.text("profile", "set", "name=Stephanie Example")
            let object = short(try await stage.publish("Red bicycle"))
            let asked = [
                "request", object, "--fields", "name", "--purpose", "to ride", "--days", "7",
                "--message", "We met at the fair", "--show", "name", "--show-days", "3",
            ]
            let id = try await stephanie.run(asked + ["--json"]).json.text("id")
            let again = try await stephanie.run(asked)
            #expect(again.output.contains("Asked: \(short(id))."))
            let inbox = try await steve.text("inbox")
            #expect(inbox.contains("shows name for 3 days; “We met at the fair”"))

            async let waited = stephanie.text("requests", "--wait", "60")
            try await steve.text("approve", ".", "--fields", "name", "--days", "7")
            #expect(try await waited.contains("approved"))
            #expect(try await steve.text("read", short(id), "--fields", "name").contains("Stephanie Example"))
            let shown = try await steve.text("requests", "show", short(id))
            #expect(shown.contains("in return for your grant"))

            let renewed = try await stephanie.json("renew", short(id), "--days", "30").text("id")
            #expect(try await steve.text("inbox").contains("renews"))
            try await steve.text("approve", short(renewed), "--fields", "name", "--days", "30")
            _ = try await stephanie.text("requests")
            #expect(
                try await stephanie.text("requests", "show", short(id)).contains("\(short(renewed)), approved"))

            #expect(try await stephanie.text("give-back", short(id)) == "Given back.")
            let states = try await steve.json("grants").objects("grants").map { $0.text("state") }
            #expect(states == ["returned", "returned"])
            #expect(try await steve.text("receipts").contains("given back"))
            try await stephanie.run("read", short(id), "--fields", "name").isRefusal("nothing was granted")
        }
    }

    @Test func `an owner is shown the history that a viewer points to`() async throws {
        try await Stage.with(nodes: 1) { stage in
            let object = try await stage.publish("Red sledge")
            try await stage.approve(stage.ask(object))
            let asked = [
                "request", short(object), "--fields", "email", "--purpose", "to ride", "--days", "7", "--show",
                "history",
            ]
            _ = try await stage.stephanie.run(asked)
            let inbox = try await stage.steve.text("inbox")
            #expect(inbox.contains("history: 1 decided, 1 granted, 0 revoked, 0 given back"))
        }
    }

    @Test(
        arguments: [
            ["--show", "everything"], ["--show", "history", "--show-days", "3"], ["--show-days", "3"],
            ["--wait-days", "0"],
        ])
    func `what cannot be shown is wrong usage`(options: [String]) async throws {
        let asked = ["request", "abcdefgh", "--fields", "name", "--purpose", "x", "--days", "7"] + options
        let outcome = try await Command.run(asked)
        outcome.isUsageError()
    }
}
