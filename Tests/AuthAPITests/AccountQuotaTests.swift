import DumpIdentity
import IPLD
import PseudonymStore
import Sodium
import TestSupport
import Testing

@testable import AuthAPI

struct AccountQuotaTests {
    /// What the node answers to who would make an account from an address.
    private func make(
        _ handle: String, from address: String = "192.0.2.1", on node: TestNode
    ) async throws -> RawReply {
        try await node.raw(
            "POST", "/v1/accounts", ["Content-Type": "application/json", "X-Forwarded-For": address],
            body: #"{"handle":"\#(handle)","passphrase":"\#(Person.passphrase)"}"#)
    }

    /// Runs `body` with a node behind a proxy on which a source makes two accounts at once.
    private func withTwoEach(_ body: (TestNode) async throws -> Void) async throws {
        try await withClient { client in
            try await TestNode(isBehindProxy: true, accountsPerSource: 2, client: client).serving(body)
        }
    }

    @Test func `a source makes so many accounts at once, then one in ten minutes`() async throws {
        try await withTwoEach { node in
            for handle in ["steve", "stephanie"] { #expect(try await make(handle, on: node).status == 201) }
            let refused = try await make("adam", on: node)
            #expect(refused.status == 429 && refused["retry-after"] == "600")
            #expect(refused.text.contains("too-many-requests"))
            #expect(try await node.node.accounts.account(Handle("adam")) == nil)
            node.clock.advance(by: 599)
            #expect(try await make("adam", on: node).status == 429)
            node.clock.advance(by: 1)
            #expect(try await make("adam", on: node).status == 201)
            #expect(try await make("beatrice", on: node).status == 429)
        }
    }

    @Test func `the accounts of one source are not those of another`() async throws {
        try await withTwoEach { node in
            for handle in ["steve", "stephanie", "adam"] { _ = try await make(handle, on: node) }
            #expect(try await make("beatrice", from: "192.0.2.2", on: node).status == 201)
        }
    }

    @Test func `a handle that is taken counts like another`() async throws {
        try await withTwoEach { node in
            for (handle, status) in [("steve", 201), ("steve", 409), ("stephanie", 429)] {
                let reply = try await make(handle, on: node)
                #expect(reply.status == status)
            }
        }
    }

    @Test func `an account that is imported counts, whatever opens the file`() async throws {
        try await withTwoEach { node in
            let text = ["Content-Type": "application/json", "X-Forwarded-For": "192.0.2.1"]
            let body =
                #"{"handle":"steve","export":{"/":{"bytes":""}},"passphrase":"a wrong passphrase","new_passphrase":"#
                + #""another passphrase"}"#
            for _ in 0..<2 {
                #expect(try await node.raw("POST", "/v1/accounts/import", text, body: body).status == 422)
            }
            let refused = try await node.raw("POST", "/v1/accounts/import", text, body: body)
            #expect(refused.status == 429 && refused.text.contains("too-many-requests"))
            #expect(try await make("stephanie", on: node).status == 429)
        }
    }

    @Test func `who makes an account is told how many more the source makes`() async throws {
        try await withTwoEach { node in
            let made = try await make("steve", on: node)
            #expect(made["ratelimit-policy"] == "\"accounts\";q=2;w=1200")
            #expect(made["ratelimit"] == "\"accounts\";r=1;t=600")
            let taken = try await make("steve", on: node)
            #expect(taken["ratelimit"] == "\"accounts\";r=0;t=1200")
            let refused = try await make("stephanie", on: node)
            #expect(refused["ratelimit"] == "\"accounts\";r=0;t=1200")
            let other = try await make("stephanie", from: "192.0.2.2", on: node)
            #expect(other["ratelimit"] == "\"accounts\";r=1;t=600")
        }
    }

    @Test func `an import tells of the limits on guesses and on accounts`() async throws {
        try await withTwoEach { node in
            let reply = try await node.raw(
                "POST", "/v1/accounts/import", ["Content-Type": "application/json"], body: "{}")
            #expect(
                reply["ratelimit-policy"]
                    == "\"account\";q=10;w=600, \"source\";q=60;w=600, \"accounts\";q=2;w=1200")
            #expect(reply["ratelimit"] == "\"source\";r=60;t=0, \"accounts\";r=2;t=0")
        }
    }

    @Test func `who has many passphrases hashed keeps nobody of another source from a turn`() async throws {
        let gate = HashingGate()
        try await withClient { client in
            try await TestNode(isBehindProxy: true, hasher: gate.hasher, client: client).serving { node in
                let hashing = node.node.hashing
                async let many = withThrowingTaskGroup(of: Int.self) { group in
                    for number in 0..<6 { group.addTask { try await make("many-\(number)", on: node).status } }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                while await hashing.waitingCount < 4 { try await Task.sleep(for: .milliseconds(5)) }
                async let one = make("stephanie", from: "192.0.2.2", on: node).status
                while await hashing.waitingCount < 5 { try await Task.sleep(for: .milliseconds(5)) }
                // The two that are hashed, one more of the many, and hers, are done; one of the many waits.
                for _ in 0..<4 { gate.step() }
                while await hashing.waitingCount > 1 { try await Task.sleep(for: .milliseconds(5)) }
                #expect(await hashing.waitingSources == [RequestSource("192.0.2.1")])
                gate.open()
                let hers = try await one
                #expect(hers == 201)
                let theirs = try await many
                #expect(theirs == [Int](repeating: 201, count: 6))
            }
        }
    }

    @Test func `a source that has too many passphrases hashed is told that there is no room`() async throws {
        let gate = HashingGate()
        try await withClient { client in
            let node = try await TestNode(hasher: gate.hasher, client: client).node
            let source = try #require(RequestSource("192.0.2.1"))
            let hash: @Sendable () async throws -> Void = {
                _ = try await node.key(
                    of: Passphrase(Person.passphrase), salt: [UInt8](repeating: 0, count: 16), cost: .minimum,
                    for: source)
            }
            async let many: Void = withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<66 { group.addTask { try await hash() } }
                try await group.waitForAll()
            }
            while await node.hashing.waitingCount < 64 { try await Task.sleep(for: .milliseconds(5)) }
            await #expect(throws: APIError.busy) { try await hash() }
            gate.open()
            try await many
        }
    }
}
