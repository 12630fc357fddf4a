import Foundation
import Testing

/// How nodes end, and what is still there after.
@Suite(.timeLimit(.minutes(10))) struct EndingTests {
    @Test(arguments: [SIGTERM, SIGINT]) func `a node that is asked to end does so with 0, and says nothing`(
        _ signal: Int32
    ) async throws {
        try await Node.with { node, _ in
            let process = try await node.process
            process.signal(signal)
            let outcome = await process.outcome()
            #expect(outcome.code == 0)
            #expect(outcome.outputLines.count == 1)
            #expect(outcome.errorLines.isEmpty, "\(outcome.error)")
        }
    }

    @Test func `sessions, profiles and objects outlive the process`() async throws {
        try await Node.with { node, scratch in
            let person = Person("steve", in: scratch)
            try await person.join(node)
            try await person.text("profile", "set", "name=Steve Example")
            let object = try await person.publish("Still here", in: scratch)
            let before = try Loopback.get("/.well-known/dump", port: node.port)
            #expect(await node.stop() == 0)
            try await node.start()
            #expect(try Loopback.get("/.well-known/dump", port: node.port) == before)
            #expect(try await person.json("object", "list").objects("objects").map { $0.text("id") } == [object])
            #expect(try await person.json("profile", "show").object("fields").text("name") == "Steve Example")
        }
    }

    @Test func `what was acknowledged survives a crash`() async throws {
        try await Node.with { node, scratch in
            let person = Person("steve", in: scratch)
            try await person.join(node)
            var acknowledged: Set<String> = []
            for number in 0..<10 { acknowledged.insert(try await person.publish("Object \(number)", in: scratch)) }
            await node.crash()
            try await node.start()
            let listed = try await person.json("object", "list").objects("objects").map { $0.text("id") }
            #expect(Set(listed) == acknowledged && listed.count == 10)
        }
    }

    @Test func `what was acknowledged survives a crash in the midst of other work`() async throws {
        try await Node.with { node, scratch in
            let person = Person("steve", in: scratch)
            try await person.join(node)
            _ = try await person.publish("The first", in: scratch)
            let file = try scratch.write(#"{"title": "one of many"}"#, to: "offer.json")
            let acknowledged = try await withThrowingTaskGroup(of: Outcome.self) { group in
                for _ in 0..<16 {
                    group.addTask {
                        try await person.run("object", "publish", file, "--module", Node.module, "--json")
                    }
                }
                var acknowledged: Set<String> = []
                for try await outcome in group {
                    if outcome.code == 0 {
                        acknowledged.insert(outcome.json.text("id"))
                        if acknowledged.count == 6 { await node.crash() }
                    } else {
                        outcome.isRefusal(node.address, code: 3)
                    }
                }
                return acknowledged
            }
            #expect(acknowledged.count >= 6 && acknowledged.count < 16)
            try await node.start()
            let listed = try await person.json("object", "list").objects("objects").map { $0.text("id") }
            #expect(acknowledged.isSubset(of: listed))
        }
    }

    @Test func `a node stays under 64 MiB while accounts are made and opened`() async throws {
        try await Node.with { node, scratch in
            let people = ["anna", "bruno", "carla"].map { Person($0, in: scratch) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for person in people { group.addTask { try await person.join(node) } }
                try await group.waitForAll()
            }
            try await people[0].text("login", "anna", "--node", node.address)
            let peak = try await node.peakMemory()
            #expect(peak < 64 * 1_024, "\(peak) KiB")
        }
    }
}
