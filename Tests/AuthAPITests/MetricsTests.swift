import DumpIdentity
import IPLD
import Metrics
import Testing

@testable import AuthAPI

struct MetricsTests {
    @Test func `calls are counted by route, method and class of status`() async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            _ = try await steve.call("GET", "/v1/requests/x")
            _ = try await steve.call("GET", "/v1/requests/y")
            _ = try await steve.call("GET", "/nowhere")
            let lines = node.metrics.split(separator: "\n").map(String.init)
            #expect(lines.contains("# TYPE dump_http_requests_total counter"))
            #expect(
                lines.contains(
                    "dump_http_requests_total{method=\"POST\",route=\"/v1/accounts\",status=\"2xx\"} 1"))
            let route = "method=\"GET\",route=\"/v1/requests/{id}\""
            #expect(lines.contains("dump_http_requests_total{\(route),status=\"4xx\"} 2"))
            #expect(lines.contains("dump_http_request_duration_seconds_count{\(route)} 2"))
            #expect(lines.contains("dump_http_request_duration_seconds_bucket{\(route),le=\"+Inf\"} 2"))
            #expect(lines.contains("dump_http_requests_total{method=\"GET\",route=\"none\",status=\"4xx\"} 1"))
        }
    }

    // Threat: STR-37
    @Test func `no label holds a path, an identifier, a handle, a method or an address of a caller`() async throws {
        try await withNode { node in
            let scene = try await Pending(node)
            let grant = try await scene.steve.approve(scene.request)
            _ = try await scene.steve.call("GET", "/v1/grants/\(grant)?limit=\(grant)")
            _ = try await scene.steve.call("GET", "/\(grant)")
            _ = try await scene.steve.call("SUBSCRIBE", "/v1/profile")
            let text = node.metrics
            #expect(text.contains("dump_http_requests_total"))
            let words = [
                grant, scene.request, "steve", "stephanie", "SUBSCRIBE", "127.0.0.1", "did:key", TestNode.market,
            ]
            for word in words { #expect(!text.contains(word), "\(word)") }
        }
    }

    @Test func `text is in the format of Prometheus`() {
        let registry = PrometheusRegistry(help: ["a_total": "What it is."])
        registry.makeCounter(label: "a_total", dimensions: [("x", "a\"b\\c\nd")]).increment(by: 3)
        registry.makeMeter(label: "b", dimensions: []).set(1.5)
        let timer = registry.makeTimer(label: "c", dimensions: [])
        for milliseconds in [1, 30, 20_000] { timer.recordNanoseconds(Int64(milliseconds) * 1_000_000) }
        let lines = registry.text.split(separator: "\n").map(String.init)
        #expect(lines.prefix(2) == ["# HELP a_total What it is.", "# TYPE a_total counter"])
        #expect(lines[2] == "a_total{x=\"a\\\"b\\\\c\\nd\"} 3")
        #expect(lines.contains("b 1.5"))
        let buckets = lines.filter { $0.hasPrefix("c_bucket") }.map { $0.split(separator: " ").last ?? "" }
        #expect(buckets == ["1", "1", "2", "2", "2", "2", "2", "3"])
        #expect(lines.contains("c_count 3") && lines.contains("c_sum 20.031"))
    }

    @Test func `there is an end to what is counted`() {
        let registry = PrometheusRegistry(help: [:])
        for number in 0..<2 * PrometheusRegistry.maximumSeries {
            registry.makeCounter(label: "x", dimensions: [("n", "\(number)")]).increment(by: 1)
        }
        #expect(registry.text.split(separator: "\n").count == PrometheusRegistry.maximumSeries + 2)
    }

    @Test func `metrics are on an address of their own, and not where the API is`() async throws {
        try await withNode { node in
            #expect(try await node.anyone.call("GET", "/metrics").status == 404)
            let port = try FreePort.next()
            let (running, continuation) = AsyncStream.makeStream(of: Int.self)
            let server = MetricsServer(
                node: node.node, listen: ListenAddress(host: "127.0.0.1", port: port), logger: node.log.logger
            ) { continuation.yield($0) }
            try await whileRunning(running) {
                defer { continuation.finish() }
                try await server.run()
            } body: {
                func get(_ path: String) async throws -> Reply {
                    Reply(
                        try await node.client.send(
                            "GET", path, at: NodeAddress("http://127.0.0.1:\(port)"), accept: "*/*", limit: 1 << 20))
                }
                let metrics = try await get("/metrics")
                #expect(metrics.fields["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
                #expect(metrics.text.contains("dump_http_requests_total"))
                #expect(try await get("/healthz").status == 200)
                #expect(try await get("/v1/accounts").status == 404)
            }
        }
    }
}

extension TestNode {
    /// What the node has counted, as it is served.
    var metrics: String { node.metrics.registry.text }
}
