import IPLD
import Sodium
import Testing

@testable import AuthAPI

struct RequestIdentifierTests {
    @Test func `every answer has a name of its own, of one length`() async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            var names: Set<String> = []
            let calls: [(Person, String, String)] = [
                (node.anyone, "GET", "/.well-known/dump"), (node.anyone, "GET", "/v1/none"),
                (node.anyone, "GET", "/v1/profile"), (steve, "GET", "/v1/profile"), (steve, "GET", "/v1/profile"),
                (steve, "DELETE", "/v1/grants/x"), (node.anyone, "POST", "/v1/invocations"),
            ]
            for (person, method, path) in calls {
                let name = try #require(try await person.call(method, path).fields["request-id"], "\(method) \(path)")
                #expect(try Base32.decode(name).count == RequestIdentifier.length)
                names.insert(name)
            }
            #expect(names.count == calls.count)
        }
    }

    @Test func `a name that the caller sends is not taken`() async throws {
        try await withNode { node in
            let chosen = String(repeating: "a", count: 26)
            let fields = ["Request-Id": chosen, "X-Request-Id": chosen]
            let reply = try await node.anyone.send("GET", "/.well-known/dump", fields: fields)
            #expect(reply.fields["request-id"] != chosen)
            #expect(!node.log.text.contains(chosen))
        }
    }

    @Test func `a failure stands in the log under the name that its caller was given`() async throws {
        try await withClient { client in
            let broken = PassphraseHasher { _, _, _ in throw APIError.failed }
            try await TestNode(hasher: broken, client: client).serving { node in
                let body: Value = ["handle": "steve", "passphrase": .string(Person.passphrase)]
                let reply = try await node.anyone.call("POST", "/v1/accounts", body)
                #expect(reply.problem == "failed")
                let name = try #require(reply.fields["request-id"])
                let lines = node.log.text.split(separator: "\n").filter { $0.contains("An operation failed") }
                #expect(lines.count == 1)
                #expect(lines.allSatisfy { $0.contains(name) })
            }
        }
    }

    @Test func `two refusals that are alike have the same body`() async throws {
        try await withNode { node in
            let replies = try await [1, 2].asyncMap { _ in try await node.anyone.call("GET", "/v1/profile") }
            #expect(replies[0].body == replies[1].body)
            #expect(replies[0].fields["request-id"] != replies[1].fields["request-id"])
        }
    }
}

extension Sequence {
    /// The results of an operation that suspends, one after the other.
    func asyncMap<Result>(_ body: (Element) async throws -> Result) async throws -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try await body(element)) }
        return results
    }
}
