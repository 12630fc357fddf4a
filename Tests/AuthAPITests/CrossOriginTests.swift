import DumpIdentity
import IPLD
import Testing

@testable import AuthAPI

struct CrossOriginTests {
    private static let app = "https://app.example"

    private func withOrigins(_ origins: [String], _ body: (TestNode) async throws -> Void) async throws {
        try await withClient { client in
            try await TestNode(corsOrigins: origins.map { try WebOrigin($0) }, client: client).serving(body)
        }
    }

    private func call(_ node: TestNode, _ method: String, from origin: String, _ fields: [String: String] = [:])
        async throws -> Reply
    {
        try await node.anyone.send(method, "/.well-known/dump", fields: fields.merging(["Origin": origin]) { $1 })
    }

    @Test func `a node lets no other origin in where none is named`() async throws {
        try await withNode { node in
            let reply = try await call(node, "GET", from: CrossOriginTests.app)
            #expect(!reply.fields.keys.contains { $0.hasPrefix("access-control") })
            let asked = try await call(
                node, "OPTIONS", from: CrossOriginTests.app, ["Access-Control-Request-Method": "GET"])
            #expect(asked.status == 405 && !asked.fields.keys.contains { $0.hasPrefix("access-control") })
        }
    }

    @Test func `a named origin is let in, in answers and refusals, and without credentials of the browser`()
        async throws
    {
        try await withOrigins([CrossOriginTests.app, "http://127.0.0.1:5173"]) { node in
            for origin in [CrossOriginTests.app, "http://127.0.0.1:5173"] {
                for path in ["/.well-known/dump", "/v1/profile", "/v1/none"] {
                    let reply = try await node.anyone.send("GET", path, fields: ["Origin": origin])
                    #expect(reply.fields["access-control-allow-origin"] == origin)
                    #expect(reply.fields["access-control-expose-headers"]?.contains("ETag, Request-Id") == true)
                    #expect(reply.fields["access-control-allow-credentials"] == nil)
                    #expect(reply.fields["vary"]?.hasSuffix("Origin") == true)
                }
                let asked = try await call(node, "OPTIONS", from: origin, ["Access-Control-Request-Method": "PATCH"])
                #expect(asked.status == 204 && asked.fields["access-control-allow-origin"] == origin)
                #expect(asked.fields["access-control-allow-methods"]?.contains("PATCH") == true)
                #expect(asked.fields["access-control-allow-headers"]?.contains("If-Match") == true)
            }
        }
    }

    @Test(
        arguments: [
            "https://other.example", "https://app.example.other", "http://app.example", "https://app.example:8443",
            "https://app.example/", "https://APP.example", "null", "*", "",
        ])
    func `any other origin is not`(origin: String) async throws {
        try await withOrigins([CrossOriginTests.app]) { node in
            for method in ["GET", "OPTIONS"] {
                let reply = try await call(node, method, from: origin, ["Access-Control-Request-Method": "GET"])
                #expect(!reply.fields.keys.contains { $0.hasPrefix("access-control") })
                #expect(reply.fields["vary"]?.hasSuffix("Origin") == true)
            }
        }
    }

    @Test(arguments: ["*", "null", "", "app.example", "https://app.example/path", "ftp://app.example", "https://a?b"])
    func `what is no origin cannot be named`(text: String) {
        #expect(throws: IdentityError.self) { try WebOrigin(text) }
    }
}
