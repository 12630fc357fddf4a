internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
public import Logging
internal import NIOCore
public import ServiceLifecycle

/// Where a node listens.
public struct ListenAddress: Sendable {
    /// An IP address or host name.
    public let host: String
    /// A port; 0 for any that is free.
    public let port: Int

    /// An address to listen on.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }
}

/// An address that cannot be listened on.
public struct ListenError: Error, Sendable {
    /// The address.
    public let address: ListenAddress
    /// Whether another process listens there.
    public let isInUse: Bool
}

/// The HTTP service of a node.
public struct NodeServer: Service {
    /// How many connections the system keeps until the node takes them: where there is no room, who connects tries again
    /// after a second. Many come at once where somebody floods.
    private static let backlog = 4_096

    private let listen: ListenAddress
    private let application: Application<MethodResponder>
    private let pulse: FeedPulse?
    private let waiting: HeldCalls?

    /// A server of a node; `whenRunning` is called with the port once it listens. Behind a reverse proxy all connections
    /// come from one source, which then may have all of them.
    public init(
        node: Node, listen: ListenAddress, connections: ConnectionBounds = ConnectionBounds(), logger: Logger,
        whenRunning: @escaping @Sendable (Int) async -> Void = { _ in }
    ) {
        let perSource = node.configuration.isBehindProxy ? connections.total : connections.perSource
        self.init(
            router: NodeServer.router(node), pulse: FeedPulse(node: node, logger: logger), waiting: node.waiting,
            listen: listen,
            connections: ConnectionBounds(
                perSource: perSource, total: connections.total, patience: connections.patience),
            logger: logger, whenRunning: whenRunning)
    }

    /// A server of some routes, with the pulse of the feed where that is among them, and the calls that they hold.
    init(
        router: Router<NodeContext>, pulse: FeedPulse? = nil, waiting: HeldCalls? = nil, listen: ListenAddress,
        connections: ConnectionBounds = ConnectionBounds(), logger: Logger,
        whenRunning: @escaping @Sendable (Int) async -> Void
    ) {
        let open = OpenConnections(connections)
        self.listen = listen
        self.pulse = pulse
        self.waiting = waiting
        application = Application(
            responder: MethodResponder(router),
            server: HTTPServerBuilder { responder in
                BoundedChannel(
                    base: HTTP1Channel(responder: responder), connections: open,
                    patience: .seconds(connections.patience))
            },
            configuration: .init(
                address: .hostname(listen.host, port: listen.port), serverName: nil, backlog: NodeServer.backlog),
            onServerRunning: { channel in await whenRunning(channel.localAddress?.port ?? listen.port) },
            logger: logger)
    }

    /// Serves until graceful shutdown.
    ///
    /// - Throws: ``ListenError`` where the address cannot be listened on.
    public func run() async throws {
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                if let pulse { group.addTask { await pulse.run() } }
                // What is held is ended first: else the node would wait for it.
                try await withGracefulShutdownHandler {
                    try await application.run()
                } onGracefulShutdown: {
                    waiting?.close()
                }
                group.cancelAll()
            }
        } catch let error as IOError {
            throw ListenError(address: listen, isInUse: error.errnoCode == EADDRINUSE)
        } catch is SocketAddressError {
            throw ListenError(address: listen, isInUse: false)
        }
    }

    /// What a node serves, each as its method and its path, `GET /v1/grants`; parameters stand in braces.
    public static func routes(of node: Node) -> [String] {
        router(node).routes.map { "\($0.method.rawValue) \($0.path)" }
    }

    /// All routes of the API. There is no request log: paths name objects and grants.
    static func router(_ node: Node) -> Router<NodeContext> {
        let router = Router(context: NodeContext.self)
        router.add(middleware: RequestIdentifierMiddleware(random: node.random))
        router.add(middleware: MeasuringMiddleware(metrics: node.metrics))
        if !node.configuration.corsOrigins.isEmpty {
            router.add(middleware: CrossOriginMiddleware(node.configuration.corsOrigins))
        }
        if node.configuration.isBehindProxy { router.add(middleware: ForwardedSourceMiddleware()) }
        router.add(middleware: RateFieldMiddleware(attempts: node.attempts, newAccounts: node.newAccounts))
        router.add(middleware: ProblemMiddleware())
        router.add(middleware: MethodMiddleware())
        router.add(middleware: ImportTurnMiddleware(turns: node.imports))
        router.add(middleware: IdempotencyMiddleware(node: node))
        // Again: what the routes throw is an answer, which may be kept.
        router.add(middleware: ProblemMiddleware())
        router.add(middleware: SessionMiddleware(accounts: AccountService(node: node)))
        HealthController(node: node).addRoutes(to: router)
        NetworkController(node: node).addRoutes(to: router)
        ComponentController(node: node).addRoutes(to: router)
        TokenController(node: node).addRoutes(to: router)
        PersonController(node: node).addRoutes(to: router)
        PseudonymController(node: node).addRoutes(to: router)
        AccountController(node: node).addRoutes(to: router)
        OwnerController(node: node).addRoutes(to: router)
        BlockController(node: node).addRoutes(to: router)
        RuleController(node: node).addRoutes(to: router)
        NoticeController(node: node).addRoutes(to: router)
        EventController(node: node).addRoutes(to: router)
        ViewerController(node: node).addRoutes(to: router)
        return router
    }
}
