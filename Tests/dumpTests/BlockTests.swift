import Testing

/// Blocking by the command.
@Suite(.timeLimit(.minutes(10))) struct BlockTests {
    @Test func `a blocked viewer asks, waits, and is seen no more until the block is lifted`() async throws {
        try await Stage.with(nodes: 1) { stage in
            let object = try await stage.publish("Red chair")
            _ = try await stage.ask(object)
            let viewer = try await stage.steve.json("inbox").objects("requests")[0].text("viewer")
            #expect(try await stage.steve.text("block", ".") == "Blocked.")
            #expect(try await stage.steve.text("inbox") == "No request is waiting.")
            #expect(try await stage.steve.text("blocks").contains(viewer))

            _ = try await stage.ask(object)
            let states = try await stage.stephanie.json("requests").objects("requests").map { $0.text("state") }
            #expect(states == ["pending"])
            #expect(try await stage.steve.text("inbox") == "No request is waiting.")

            #expect(try await stage.steve.text("unblock", ".") == "Lifted.")
            try await stage.steve.run("unblock", viewer).isRefusal("there is no block")
            #expect(try await stage.stephanie.text("withdraw", ".") == "Withdrawn.")
            _ = try await stage.ask(object)
            #expect(try await stage.steve.json("inbox").objects("requests").count == 1)
        }
    }

    @Test func `what is no viewer, or a viewer together with a node, is wrong usage`() async throws {
        try await Stage.with(nodes: 1) { stage in
            try await stage.steve.run("block", "did:key:nobody").isRefusal("the viewer", code: 2)
            let viewer = "did:key:z6MkuZb1nU1EDaHeBmPwB5EbSqw917Zg3Z4JGp8fQWUeUEuj"
            try await stage.steve.run("block", viewer, "--node").isRefusal("a request that came from it", code: 2)
            try await stage.steve.run("block", ".").isRefusal("0 waiting requests")
        }
    }
}
