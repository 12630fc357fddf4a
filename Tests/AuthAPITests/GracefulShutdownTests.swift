import DumpIdentity
import IPLD
import PseudonymStore
import ServiceLifecycle
import Testing

@testable import AuthAPI

struct GracefulShutdownTests {
    @Test func `what was accepted is answered after the node was told to end, and nothing new is taken`() async throws {
        let gate = HashingGate()
        try await withClient { client in
            let node = try await TestNode(hasher: gate.hasher, client: client)
            let (running, continuation) = AsyncStream.makeStream(of: Int.self)
            let listen = ListenAddress(host: "127.0.0.1", port: node.port)
            let server = NodeServer(node: node.node, listen: listen, logger: node.log.logger) {
                continuation.yield($0)
            }
            let group = ServiceGroup(services: [server], logger: node.log.logger)
            let service = Task { try await group.run() }
            for await _ in running { break }
            let body: Value = ["handle": "steve", "passphrase": .string(Person.passphrase)]
            async let slow = node.anyone.call("POST", "/v1/accounts", body)
            await gate.arrived()
            await group.triggerGracefulShutdown()
            while await isServed(node) {}
            gate.open()
            let reply = try await slow
            #expect(reply.status == 201 && !reply.map.text("token").isEmpty)
            try await service.value
            // It was done, and not only answered.
            #expect(try await node.node.accounts.account(Handle("steve")) != nil)
        }
    }

    /// Whether a new connection is answered.
    private func isServed(_ node: TestNode) async -> Bool {
        (try? await withClient { client in
            try await client.send("GET", "/healthz", at: node.address, accept: "*/*", limit: 1 << 10)
        }) != nil
    }
}
