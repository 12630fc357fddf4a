import Foundation
import Testing

/// Publishing under a pseudonym of its own, by the command.
@Suite(.timeLimit(.minutes(10))) struct FreshObjectTests {
    @Test func `a fresh object has a pseudonym of its own, and comes when it is released`() async throws {
        try await Node.with(settings: ["--fresh-delay", "0"]) { node, scratch in
            let steve = Person("steve", in: scratch)
            try await steve.join(node)
            let file = try scratch.write("{\"title\": \"Small red car\"}", to: "offer.json")
            let first = try await steve.json("object", "publish", file, "--module", Node.module)
            let fresh = try await steve.json("object", "publish", file, "--module", Node.module, "--fresh")
            #expect(first.flag("released") == true)
            #expect(fresh.flag("released") == false)
            #expect(fresh.text("pseudonym") != first.text("pseudonym"))
            // Released at the next tick; a listing takes about a tenth of a second, and there is no event to wait for.
            for _ in 0..<100 {
                let listed = try await steve.json("object", "list").objects("objects").map { $0.text("id") }
                if listed.count == 2 {
                    return #expect(listed == [first.text("id"), fresh.text("id")])
                }
            }
            Issue.record("the object was not released")
        }
    }

    @Test func `it is said in words that a fresh object waits`() async throws {
        try await Node.with(settings: ["--fresh-delay", "604800"]) { node, scratch in
            let steve = Person("steve", in: scratch)
            try await steve.join(node)
            let file = try scratch.write("{}", to: "offer.json")
            let said = try await steve.text("object", "publish", file, "--module", Node.module, "--fresh")
            #expect(said.contains("a pseudonym of its own"))
            #expect(said.contains("waits"))
            #expect(try await steve.text("object", "list") == "There are no objects.")
        }
    }
}
