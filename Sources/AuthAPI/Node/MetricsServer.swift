internal import Hummingbird
public import Logging
public import ServiceLifecycle

/// Serves what a node has counted, on an address of its own: it is for those who run the node, and not for who reaches it.
/// Source: `docs/spec.md`, "HTTP API", "Running a node".
public struct MetricsServer: Service {
    private let server: NodeServer

    /// A server of a node's metrics; `whenRunning` is called with the port once it listens.
    public init(
        node: Node, listen: ListenAddress, logger: Logger,
        whenRunning: @escaping @Sendable (Int) async -> Void = { _ in }
    ) {
        let router = Router(context: NodeContext.self)
        router.add(middleware: RequestIdentifierMiddleware(random: node.random))
        router.add(middleware: ProblemMiddleware())
        HealthController(node: node).addRoutes(to: router)
        MetricsController(metrics: node.metrics).addRoutes(to: router)
        server = NodeServer(router: router, listen: listen, logger: logger, whenRunning: whenRunning)
    }

    /// Serves until graceful shutdown.
    ///
    /// - Throws: ``ListenError`` where the address cannot be listened on.
    public func run() async throws { try await server.run() }
}
