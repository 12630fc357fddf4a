import DumpIdentity
import GRDB
import IPLD
import Testing

@testable import AuthAPI
@testable import PseudonymStore

struct HealthTests {
    @Test func `a node that serves is alive and ready`() async throws {
        try await withNode { node in
            for (path, status) in [("/healthz", "alive"), ("/readyz", "ready")] {
                let reply = try await node.anyone.call("GET", path)
                #expect(reply.status == 200 && reply.map.text("status") == status)
                #expect(reply.fields["cache-control"] == "no-store")
            }
        }
    }

    @Test func `a node whose database cannot be used is alive, and not ready`() async throws {
        try await withNode { node in
            try node.node.pseudonyms.writer.close()
            #expect(try await node.anyone.call("GET", "/healthz").status == 200)
            let reply = try await node.anyone.call("GET", "/readyz")
            #expect(reply.status == 503 && reply.problem == "not-ready")
        }
    }

    @Test func `a node that was not prepared is not ready`() async throws {
        try await withClient { client in
            let node = try await TestNode(client: client).changingKey(to: 102, saidToFollow: nil)
            try await node.serving { node in
                #expect(try await node.anyone.call("GET", "/readyz").problem == "not-ready")
                try await node.node.prepare()
                #expect(try await node.anyone.call("GET", "/readyz").status == 200)
            }
        }
    }
}
