import DumpIdentity
import IPLD
import Synchronization
import Testing

@testable import AuthAPI

/// What is read of the body of somebody who may be anyone.
struct StrangersBodyTests {
    @Test(arguments: [nil, "an-import-under-a-key"])
    func `an import waits for its turn before it is read`(key: String?) async throws {
        try await withNode { node in
            let source = try #require(RequestSource("127.0.0.1"))
            let imports = node.node.imports
            let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
            async let first: Void = imports.run(source) { for await _ in stream {} }
            while await imports.runningCount < 1 { try await Task.sleep(for: .milliseconds(5)) }
            var head = "POST /v1/accounts/import HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            if let key { head += "Idempotency-Key: \(key)\r\n" }
            let isAnswered = Atomic(false)
            async let reply = {
                defer { isAnswered.store(true, ordering: .releasing) }
                return try await raw(head + "Content-Length: 2\r\nConnection: close\r\n\r\n{}", port: node.port)
            }()
            while await imports.waitingCount < 1, !isAnswered.load(ordering: .acquiring) {
                try await Task.sleep(for: .milliseconds(5))
            }
            #expect(await imports.waitingCount == 1)
            continuation.finish()
            try await first
            #expect(try await reply.hasPrefix("HTTP/1.1 400 "))
            #expect(await imports.runningCount == 0)
        }
    }

    @Test func `a body under a key is not read where the session is none`() async throws {
        try await withNode { node in
            let token = Base64URL.encode([UInt8](repeating: 7, count: 32))
            let head =
                "PATCH /v1/profile HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nIdempotency-Key: a\r\n"
            // Of 100,000 bytes two come, and no more.
            let answer = try await raw(
                head + "Authorization: Bearer \(token)\r\nContent-Length: 100000\r\n\r\n{}", port: node.port)
            #expect(answer.hasPrefix("HTTP/1.1 401 "), "\(answer)")
        }
    }

    @Test func `a body under a key and without a session has 8 KiB at most`() async throws {
        try await withNode { node in
            let fields = ["Content-Type": "application/json", "Idempotency-Key": "a"]
            for (length, status) in [(8_192, 401), (8_193, 413)] {
                let body = String(repeating: " ", count: length)
                let reply = try await node.raw("PATCH", "/v1/profile", fields, body: body)
                #expect(reply.status == status)
            }
        }
    }
}
