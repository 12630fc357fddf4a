import DumpIdentity
import IPLD
import Synchronization
import Testing

@testable import AuthAPI

/// What is read of the body of somebody who may be anyone.
struct StrangersBodyTests {
    /// What a request is answered; it has to wait while all slots of a queue that its source may have are taken.
    private func answer(
        afterTurnIn queue: FairQueue, slots: Int, to head: String, _ body: String, port: Int
    ) async throws -> String {
        let source = try #require(RequestSource("127.0.0.1"))
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        async let holding: Void = withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<slots { group.addTask { try await queue.run(source) { for await _ in stream {} } } }
            try await group.waitForAll()
        }
        while await queue.runningCount < slots { try await Task.sleep(for: .milliseconds(5)) }
        let isAnswered = Atomic(false)
        async let answer = {
            defer { isAnswered.store(true, ordering: .releasing) }
            let length = "Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n"
            return try await raw(head + length + body, port: port)
        }()
        while await queue.waitingCount < 1, !isAnswered.load(ordering: .acquiring) {
            try await Task.sleep(for: .milliseconds(5))
        }
        #expect(await queue.waitingCount == 1)
        continuation.finish()
        try await holding
        return try await answer
    }

    @Test(arguments: ["", "Idempotency-Key: an-import-under-a-key\r\n"])
    func `an import waits for its turn before it is read`(key: String) async throws {
        try await withNode { node in
            let head = "POST /v1/accounts/import HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\(key)"
            let answer = try await answer(afterTurnIn: node.node.imports, slots: 1, to: head, "{}", port: node.port)
            #expect(answer.hasPrefix("HTTP/1.1 400 "), "\(answer)")
        }
    }

    @Test(arguments: ["/v1/introspect", "/v1/revoke"])
    func `a token that is asked about waits for its turn with invocations`(path: String) async throws {
        try await withNode { node in
            let head = "POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            let answer = try await answer(afterTurnIn: node.node.queue, slots: 4, to: head, "token=a", port: node.port)
            #expect(answer.hasPrefix("HTTP/1.1 40"), "\(answer)")
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
