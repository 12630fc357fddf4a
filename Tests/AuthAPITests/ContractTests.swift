import AsyncHTTPClient
import AuthAPI
import DumpIdentity
import Foundation
import IPLD
import NIOCore
import NIOHTTP1
import TestSupport
import Testing

struct ContractTests {
    /// The operations of `openapi.yaml`, each as its method and its path: of the section `paths`, what stands two spaces in
    /// is a path, and what stands four spaces in and is a method is one of its operations.
    private static func contract() throws -> [String] {
        let text = try Project.text("openapi.yaml")
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let paths = lines.drop { $0 != "paths:" }.dropFirst().prefix { $0.isEmpty || $0.hasPrefix("  ") }
        let methods: Set<Substring> = ["get", "put", "post", "delete", "options", "head", "patch", "trace"]
        var path = Substring()
        var operations: [String] = []
        for line in paths {
            let indent = line.prefix { $0 == " " }.count
            let key = line.dropFirst(indent).prefix { $0 != ":" }
            if indent == 2, key.hasPrefix("/") { path = key }
            if indent == 4, methods.contains(key) { operations.append("\(key.uppercased()) \(path)") }
        }
        return operations.sorted()
    }

    @Test func `the routes of a node are the operations of the contract`() async throws {
        let contract = try ContractTests.contract()
        try #require(contract.count > 30)
        try await withClient { client in
            let node = try await TestNode(client: client).node
            #expect(NodeServer.routes(of: node).sorted() == contract)
        }
    }

    @Test(
        arguments: [
            "GET /v1/accounts": "POST", "PUT /v1/session": "DELETE, POST", "DELETE /v1/profile": "GET, PATCH",
            "GET /v1/invocations": "POST", "POST /.well-known/dump": "GET", "PATCH /v1/inbox": "GET",
            "TRACE /v1/profile": "GET, PATCH", "OPTIONS /v1/accounts": "POST", "HEAD /v1/grants": "GET",
            "PUT /v1/grants/b": "DELETE, GET", "GET /v1/grants/revoke": "POST", "DELETE /v1/grants/revoke": "POST",
        ])
    func `a method that a path does not have is refused with those it has`(
        route: String, methods: String
    ) async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            let parts = route.split(separator: " ").map(String.init)
            for token in [steve.token, nil] {
                var request = HTTPClientRequest(url: node.address.appending(parts[1]))
                request.method = HTTPMethod(rawValue: parts[0])
                if let token { request.headers.add(name: "authorization", value: "Bearer \(token)") }
                let response = try await HTTPClient.shared.execute(request, timeout: .patience)
                let body = try await response.body.collect(upTo: 1 << 20)
                #expect(response.status == .methodNotAllowed)
                #expect(response.headers["allow"] == [methods])
                let reply = Reply(
                    status: Int(response.status.code), body: Array(body.readableBytesView),
                    mediaType: response.headers.first(name: "content-type") ?? "", fields: [:])
                #expect(response.headers["request-id"].count == 1)
                #expect(parts[0] == "HEAD" || reply.problem == "method-not-allowed", "\(reply.text)")
            }
        }
    }

    @Test(arguments: ["/v1/grants", "/nothing"])
    func `what answers HEAD has no content, and the next answer follows its head`(path: String) async throws {
        try await withNode { node in
            let rest = " HTTP/1.1\r\nHost: a\r\n"
            let answers = try await raw(
                "HEAD \(path)\(rest)\r\nGET /healthz\(rest)Connection: close\r\n\r\n", port: node.port)
            let parts = answers.components(separatedBy: "\r\n\r\n")
            try #require(parts.count == 3, "\(answers)")
            #expect(parts[0].contains("Content-Length: ") && !parts[0].contains("Content-Length: 0"))
            #expect(parts[1].hasPrefix("HTTP/1.1 200 "), "\(answers)")
        }
    }

    @Test(
        arguments: [
            "Content-Length: 100\r\n\r\n{}", "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
            "Content-Length: -1\r\n\r\n{}", "Transfer-Encoding: chunked\r\n\r\n9\r\n{}",
            "Transfer-Encoding: chunked\r\n\r\nxyz\r\n{}",
            "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        ])
    func `a body that does not end as its head says ends the connection`(rest: String) async throws {
        try await withNode { node in
            let head = "POST /v1/session HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            let answer = try await raw(head + rest, port: node.port)
            #expect(answer.hasPrefix("HTTP/1.1 400 "), "\(answer)")
            #expect(answer.split(separator: "HTTP/1.1 ").count == 1, "one answer")
            #expect(!node.log.text.contains("An operation failed"))
        }
    }

    @Test(
        arguments: [
            "application/json; charset=utf-16", "application/json;charset=\"ISO-8859-1\"", "text/plain",
            "text/plain, application/json", "application/json, text/plain", "; application/json", "*/*", "",
        ])
    func `a body of another type or charset is refused`(type: String) async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            let body = Array(#"{"fields": {"name": "Eve"}}"#.utf8)
            let reply = try await steve.send("PATCH", "/v1/profile", (body, type))
            #expect(reply.status == 415)
            #expect(reply.problem == "unsupported-media-type")
            #expect(try await steve.done("GET", "/v1/profile")["fields"] == [:])
        }
    }

    @Test(arguments: ["application/json; charset=utf-8", "Application/JSON ;charset=\"UTF-8\"", "application/json;v=1"])
    func `the parameters of a type do not matter otherwise`(type: String) async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            let body = Array(#"{"fields": {"name": "Eve"}}"#.utf8)
            #expect(try await steve.send("PATCH", "/v1/profile", (body, type)).status == 200)
        }
    }
}
