import DumpIdentity
import GRDB
import IPLD
import TestSupport
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

    @Test func `a node whose database cannot be locked is alive, and not ready until it can`() async throws {
        let folder = try TemporaryFolder()
        try await withClient { client in
            try await TestNode(in: (folder, "x"), client: client).serving { node in
                var configuration = Configuration()
                configuration.allowsUnsafeTransactions = true
                let other = try DatabaseQueue(
                    path: folder.file("x-pseudonyms.sqlite"), configuration: configuration)
                try await other.writeWithoutTransaction { db in try db.execute(sql: "BEGIN IMMEDIATE") }
                #expect(try await node.anyone.call("GET", "/healthz").status == 200)
                let reply = try await node.anyone.call("GET", "/readyz")
                #expect(reply.status == 503 && reply.problem == "not-ready")
                try await other.writeWithoutTransaction { db in try db.execute(sql: "ROLLBACK") }
                #expect(try await node.anyone.call("GET", "/readyz").status == 200)
            }
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
