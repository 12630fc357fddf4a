internal import ArgumentParser
internal import AuthAPI
internal import Configuration
internal import DumpIdentity
internal import Foundation
internal import Logging
internal import PseudonymStore
internal import ServiceLifecycle
internal import Sodium
internal import UnixSignals

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run a node.",
        discussion: """
            Settings come from flags, else from the environment (DUMP_DATA, DUMP_LISTEN, DUMP_PUBLIC_URL, DUMP_MODULES,
            DUMP_PEERS, DUMP_PULL_INTERVAL, DUMP_FRESH_DELAY, DUMP_ARGON2_OPERATIONS, DUMP_ARGON2_MEMORY,
            DUMP_SESSION_DAYS, DUMP_SESSION_IDLE_DAYS, DUMP_BEHIND_PROXY, DUMP_REQUESTS_PER_SOURCE,
            DUMP_REQUESTS_PER_VIEWER, DUMP_REQUESTS_PER_MAILBOX, DUMP_ACCOUNTS_PER_SOURCE, DUMP_ALLOW_LOOPBACK,
            DUMP_ALLOW_NETWORKS, DUMP_METRICS_LISTEN, DUMP_CORS_ORIGINS; lists with commas), else from a JSON file
            ("data", "listen", "publicUrl", "modules", "peers", "pullInterval", "freshDelay", "argon2Operations",
            "argon2Memory", "sessionDays", "sessionIdleDays", "behindProxy", "requestsPerSource", "requestsPerViewer",
            "requestsPerMailbox", "accountsPerSource", "allowLoopback", "allowNetworks", "metricsListen", "corsOrigins").

            What a guess at a passphrase costs is stored with each account. Where it is raised, an account gets it with its
            owner's next log-in; it is never lowered. Wrong guesses are counted per account and per address: 10 at once and
            then one a minute, 60 at once and then one every 10 seconds. Behind a reverse proxy all come from its address:
            --behind-proxy takes the last one in X-Forwarded-For, which the proxy has to write.

            Other nodes are named by objects and grants, that is by anyone. They are called over HTTPS, where everyone can
            reach them; --allow-network adds a network, --allow-loopback this machine, over HTTP too. Peers are called
            over HTTP where their address says so, and at the IP address that you gave.

            The data folder is made where it is not there, with the node's key.
            End the node with Ctrl-C or SIGTERM: it finishes what it has accepted.

            Example: dump serve --data ./x --listen 127.0.0.1:8001 --module org.dump.market --allow-loopback
                     dump serve --data ./y --listen 127.0.0.1:8002 --module org.dump.market --allow-loopback \
                       --peer http://127.0.0.1:8001
            """)
    @Option(help: ArgumentHelp("The folder in which the node keeps everything.", valueName: "folder"))
    var data: String?
    @Option(help: ArgumentHelp("Where to listen. Default: 127.0.0.1:8080.", valueName: "host:port"))
    var listen: String?
    @Option(
        help: ArgumentHelp(
            "Under which URL others reach the node. Default: http:// and the listen address.", valueName: "url"))
    var publicURL: String?
    @Option(name: .customLong("module"), help: ArgumentHelp("A module to run; may be repeated.", valueName: "id"))
    var modules: [String] = []
    @Option(
        name: .customLong("peer"), help: ArgumentHelp("A node to pull objects from; may be repeated.", valueName: "url")
    )
    var peers: [String] = []
    @Option(help: ArgumentHelp("How often to pull, in seconds. Default: 2.", valueName: "seconds"))
    var pullInterval: Double?
    @Option(
        help: ArgumentHelp(
            "How long objects under pseudonyms of their own wait at random, in the mean. Default: 300.",
            valueName: "seconds"))
    var freshDelay: Double?
    @Option(help: ArgumentHelp("The passes of Argon2id over its memory, 1 to 64. Default: 3.", valueName: "count"))
    var argon2Operations: Int?
    @Option(help: ArgumentHelp("The memory of Argon2id, 1 to 4096 MiB. Default: 256.", valueName: "mib"))
    var argon2Memory: Int?
    @Option(help: ArgumentHelp("How long a session lasts, 1 to 400 days. Default: 30.", valueName: "days"))
    var sessionDays: Int?
    @Option(help: ArgumentHelp("How long it lasts without use, 1 to 400 days. Default: 7.", valueName: "days"))
    var sessionIdleDays: Int?
    @Option(
        help: ArgumentHelp(
            "How many requests of one address are taken at once; then one a second. Default: 300.", valueName: "count"))
    var requestsPerSource: Int?
    @Option(
        help: ArgumentHelp(
            "How many of one viewer at once; then one in three minutes. Default: 20.", valueName: "count"))
    var requestsPerViewer: Int?
    @Option(
        help: ArgumentHelp(
            "How many of one address for one mailbox at once; then one in ten minutes. Default: 50.",
            valueName: "count"))
    var requestsPerMailbox: Int?
    @Option(
        help: ArgumentHelp(
            "How many accounts one address makes at once; then one in ten minutes. Default: 30.", valueName: "count"))
    var accountsPerSource: Int?
    @Flag(help: "A reverse proxy stands before the node, and writes X-Forwarded-For.")
    var behindProxy = false
    @OptionGroup var addresses: AddressOptions
    @Option(
        help: ArgumentHelp(
            "Where to serve /metrics in the Prometheus text format. Default: nowhere.", valueName: "host:port"))
    var metricsListen: String?
    @Option(
        name: .customLong("cors-origin"),
        help: ArgumentHelp(
            "An origin whose web pages may call the node, such as https://app.example; may be repeated. Default: none.",
            valueName: "origin"))
    var corsOrigins: [String] = []
    @Option(help: ArgumentHelp("A JSON file with settings.", valueName: "file"))
    var config: String?

    func run() async throws {
        let settings = try await ServeSettings.read(flags: flags, file: config)
        umask(0o077)
        var logger = Logger(label: "dump") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .notice
        closeMemory(logger)
        try await serve(settings, logger: logger)
    }

    /// How much memory is locked where 250 requests of people are served at once: a page for each key.
    private static let lockedMemory = 1 << 20

    /// Keys and profiles must not be in a core dump, in another process, or in the swap space.
    private func closeMemory(_ logger: Logger) {
        if !ProcessMemory.close() { logger.warning("Core dumps cannot be turned off: keys may reach a file.") }
        if !SecretBytes.canLockMemory(bytes: Serve.lockedMemory) {
            let limit = (ProcessMemory.lockLimit ?? 0) / 1_024
            logger.warning(
                "Too little memory can be locked; keys may reach the swap space. Raise the memlock limit.",
                metadata: ["limit_kib": "\(limit)", "needed_kib": "\(Serve.lockedMemory / 1_024)"])
        }
    }

    /// As many connections as the process may have: with all its files open, a node would accept nobody any more.
    private func connectionBounds(_ logger: Logger) -> ConnectionBounds {
        let wanted = ConnectionBounds()
        let limit = OpenFiles.raise(to: wanted.total + OpenFiles.reserve)
        guard limit < wanted.total + OpenFiles.reserve else { return wanted }
        let total = max(limit - OpenFiles.reserve, limit / 2)
        logger.warning(
            "Few files can be open at once, and so few connections. Raise the nofile limit.",
            metadata: ["limit": "\(limit)", "needed": "\(wanted.total + OpenFiles.reserve)"])
        return ConnectionBounds(perSource: min(wanted.perSource, max(1, total / 4)), total: total)
    }

    private var flags: [String: ConfigContent] {
        var flags: [String: ConfigContent] = [:]
        flags["data"] = data.map { .string($0) }
        flags["listen"] = listen.map { .string($0) }
        flags["publicUrl"] = publicURL.map { .string($0) }
        if !modules.isEmpty { flags["modules"] = .stringArray(modules) }
        if !peers.isEmpty { flags["peers"] = .stringArray(peers) }
        flags["metricsListen"] = metricsListen.map { .string($0) }
        if !corsOrigins.isEmpty { flags["corsOrigins"] = .stringArray(corsOrigins) }
        flags["pullInterval"] = pullInterval.map { .double($0) }
        flags["freshDelay"] = freshDelay.map { .double($0) }
        let numbers = [
            "argon2Operations": argon2Operations, "argon2Memory": argon2Memory, "sessionDays": sessionDays,
            "sessionIdleDays": sessionIdleDays, "requestsPerSource": requestsPerSource,
            "requestsPerViewer": requestsPerViewer, "requestsPerMailbox": requestsPerMailbox,
            "accountsPerSource": accountsPerSource,
        ]
        for (name, number) in numbers { flags[ServeSettings.variable(name)] = number.map { .int($0) } }
        if behindProxy { flags["behindProxy"] = .bool(true) }
        if addresses.allowLoopback { flags["allowLoopback"] = .bool(true) }
        if !addresses.networks.isEmpty { flags["allowNetworks"] = .stringArray(addresses.networks) }
        return flags
    }

    private func serve(_ settings: ServeSettings, logger: Logger) async throws {
        let folder = try reading(settings.data) { try DataFolder(settings.data) }
        let keyFile = folder.file(NodeKeyFile.name)
        if !FileManager.default.fileExists(atPath: keyFile) {
            // Grants name the node's key: a folder in use does not get another one in silence.
            guard !FileManager.default.fileExists(atPath: folder.file("pseudonyms.sqlite")) else {
                throw CommandError("\(keyFile): the node's key is missing; put it back from your backup")
            }
            try KeyFile.create(keyFile)
        }
        let key = try reading(keyFile) { try NodeKeyFile.open(in: folder) }
        let name = try reading(keyFile) { try key.principal() }
        let successions = try reading(keyFile) { try NodeKeyFile.successions(in: folder, to: name) }
        let client = PeerClient(settings.addressPolicy)
        let node: Node
        do {
            let objects = try await ObjectDatabase(
                folder: folder.path, modules: settings.configuration.modules)
            node = try Node(
                configuration: settings.configuration,
                accounts: AccountDatabase(path: folder.file("accounts.sqlite")),
                pseudonyms: PseudonymDatabase(path: folder.file("pseudonyms.sqlite")),
                objects: objects, answers: AnswerDatabase(path: folder.file("answers.sqlite")),
                key: key, successions: successions, hasher: PassphraseWorker.hasher(), client: client, clock: Clock.now)
            try await node.prepare()
        } catch {
            throw CommandError((error as? StoreError)?.description ?? "the data folder cannot be used")
        }
        let connections = connectionBounds(logger)
        let server = NodeServer(node: node, listen: settings.listen, connections: connections, logger: logger) { port in
            Output.atOnce("Node \(node.principal) serves \(node.configuration.publicAddress) on port \(port).")
        }
        var services: [any Service] = [
            server, PullService(node: node, logger: logger), ReleaseService(node: node, logger: logger),
            NoticeService(node: node),
        ]
        if let metricsListen = settings.metricsListen {
            services.append(MetricsServer(node: node, listen: metricsListen, logger: logger))
        }
        let group = ServiceGroup(
            configuration: .init(
                services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        do {
            try await group.run()
        } catch {
            guard let error = error as? ListenError else { throw CommandError("the node ended: \(type(of: error))") }
            let place = "\(error.address.host):\(error.address.port)"
            throw CommandError("cannot listen on \(place)" + (error.isInUse ? ": the port is in use" : ""))
        }
        // The folder's lock is held to the very end.
        withExtendedLifetime(folder) {}
    }
}
