import DumpIdentity
import IPLD
import TestSupport
import Testing

@testable import AuthAPI

struct RateFieldTests {
    private static let policies = "\"account\";q=10;w=600, \"source\";q=60;w=600"

    @Test func `a guess is told what its source has left, and a right one gives it back`() async throws {
        try await withNode { node in
            _ = try await node.account("steve")
            for left in [59, 58] {
                let wrong = try await node.logIn("steve", "another passphrase")
                #expect(wrong.status == 401)
                #expect(wrong.fields["ratelimit-policy"] == RateFieldTests.policies)
                #expect(wrong.fields["ratelimit"] == "\"source\";r=\(left);t=\((60 - left) * 10)")
            }
            let right = try await node.logIn("steve")
            #expect(right.status == 201 && right.fields["ratelimit"] == "\"source\";r=58;t=20")
            node.clock.advance(by: 11)
            let later = try await node.logIn("steve", "another passphrase")
            #expect(later.fields["ratelimit"] == "\"source\";r=58;t=19")
        }
    }

    @Test func `what is left for an account is not told, also where there is none`() async throws {
        try await withNode { node in
            _ = try await node.account("steve")
            for _ in 0..<10 { _ = try await node.logIn("steve", "another passphrase") }
            let refused = try await node.logIn("steve")
            #expect(refused.status == 429 && refused.fields["retry-after"] == "60")
            #expect(refused.fields["ratelimit"] == "\"source\";r=50;t=100")
            let other = try await node.logIn("nobody")
            #expect(other.fields["ratelimit"] == "\"source\";r=49;t=110")
        }
    }

    @Test func `a source that has guessed too often is told when it may again`() async throws {
        try await withNode { node in
            for number in 0..<60 { _ = try await node.logIn("steve-\(number)", "another passphrase") }
            let refused = try await node.logIn("eve")
            #expect(refused.status == 429)
            #expect(refused.fields["retry-after"] == "10")
            #expect(refused.fields["ratelimit"] == "\"source\";r=0;t=600")
        }
    }

    @Test(
        arguments: [
            "PUT /v1/account/passphrase", "POST /v1/account/recovery-code", "POST /v1/account/export",
            "POST /v1/account/data", "POST /v1/account/rotate", "DELETE /v1/account",
        ])
    func `a call that asks for the passphrase tells of the limit`(call: String) async throws {
        try await withNode { node in
            let parts = call.split(separator: " ").map(String.init)
            let reply = try await node.account("steve").call(parts[0], parts[1], ["passphrase": "another passphrase"])
            #expect(reply.fields["ratelimit-policy"] == RateFieldTests.policies)
            #expect(reply.fields["ratelimit"]?.hasPrefix("\"source\";r=") == true)
        }
    }

    @Test func `calls that are not limited tell of no limit`() async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            for (method, path) in [("GET", "/v1/profile"), ("GET", "/.well-known/dump"), ("POST", "/v1/invocations")] {
                let reply = try await steve.call(method, path)
                #expect(reply.fields["ratelimit"] == nil && reply.fields["ratelimit-policy"] == nil)
            }
        }
    }

    @Test(
        arguments: [(0, 10, 0), (1, 9, 1), (60, 9, 60), (61, 8, 61), (600, 0, 600), (6_000, 0, 6_000), (-5, 10, 0)]
            as [(Int64, Int64, Int64)])
    func `what is left follows from when all are back`(owed: Int64, remaining: Int64, reset: Int64) {
        let state = RateState(AttemptLimiter.perAccount, fullAt: testTime + owed, now: testTime)
        #expect(state.remaining == remaining && state.reset == reset)
    }
}
