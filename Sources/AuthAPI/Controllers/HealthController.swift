internal import HTTPTypes
internal import Hummingbird
internal import IPLD
internal import NIOCore
internal import PseudonymStore

/// Whether a node is alive and can work, for those who run it.
struct HealthController {
    let node: Node

    func addRoutes(to router: some RouterMethods<NodeContext>) {
        router.get("/healthz", use: alive)
        router.get("/readyz", use: ready)
    }

    /// The process answers.
    @Sendable func alive(_ request: Request, context: NodeContext) async throws -> Response {
        try request.respond(["status": "alive"])
    }

    /// The node was prepared, and each of its databases can be read and takes the lock for writing.
    @Sendable func ready(_ request: Request, context: NodeContext) async throws -> Response {
        do { try await node.checkReadiness() } catch { throw APIError.notReady }
        return try request.respond(["status": "ready"])
    }
}

/// What a node has counted, for those who run it alone.
struct MetricsController {
    let metrics: NodeMetrics

    func addRoutes(to router: some RouterMethods<NodeContext>) { router.get("/metrics", use: show) }

    @Sendable func show(_ request: Request, context: NodeContext) async throws -> Response {
        Response(
            status: .ok, headers: [.contentType: PrometheusRegistry.mediaType, .cacheControl: "no-store"],
            body: .init(byteBuffer: ByteBuffer(string: metrics.registry.text)))
    }
}
