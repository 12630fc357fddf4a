import DumpIdentity
import IPLD
import Testing

struct CachingTests {
    // Threat: LIN-36
    @Test func `what is a person's is kept by no cache`() async throws {
        try await withNode { node in
            let scene = try await Pending(node)
            let grant = try await scene.steve.approve(scene.request)
            let calls: [(String, String, Value?)] = [
                ("GET", "/v1/account", nil), ("GET", "/v1/profile", nil), ("GET", "/v1/inbox", nil),
                ("GET", "/v1/inbox/\(scene.request)", nil), ("GET", "/v1/grants", nil),
                ("GET", "/v1/grants/\(grant)", nil),
                ("GET", "/v1/receipts", nil), ("GET", "/v1/requests", nil), ("GET", "/v1/pseudonyms", nil),
                ("PATCH", "/v1/profile", ["fields": ["name": "Steve"]]), ("DELETE", "/v1/grants/\(grant)", nil),
                ("POST", "/v1/invocations", nil), ("GET", "/v1/none", nil), ("DELETE", "/v1/session", nil),
                ("GET", "/v1/profile", nil),
            ]
            for (method, path, body) in calls {
                let reply = try await scene.steve.call(method, path, body)
                #expect(reply.fields["cache-control"] == "no-store", "\(method) \(path)")
            }
        }
    }

    @Test func `what is everyone's may be kept, each form for itself`() async throws {
        try await withNode { node in
            let id = try await node.account("steve").publish()
            let objects = "/v1/modules/\(TestNode.market)/objects"
            let expected = [
                ("/.well-known/dump", "public, max-age=60"), (objects, "public, max-age=0"),
                ("\(objects)/\(id)", "public, max-age=86400"), ("/v1/status-lists/1", "public, no-cache"),
            ]
            for (path, control) in expected {
                let reply = try await node.anyone.call("GET", path)
                #expect(reply.fields["cache-control"] == control, "\(path)")
                if !path.hasSuffix(id), !path.hasPrefix("/v1/status") { #expect(reply.fields["vary"] == "Accept") }
            }
        }
    }
}
