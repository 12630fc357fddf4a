internal import AuthAPI
internal import Configuration
internal import DumpIdentity
internal import IPLD
internal import Sodium

/// What `dump serve` is told: flags first, then the environment, then the file.
struct ServeSettings {
    let data: String
    let listen: ListenAddress
    /// Where metrics are served; `nil` for nowhere.
    let metricsListen: ListenAddress?
    let configuration: NodeConfiguration
    /// Which addresses the node calls.
    let addressPolicy: AddressPolicy

    /// Values of flags; what is absent is looked up in the environment and the file.
    static func read(flags: [String: ConfigContent], file: String?) async throws -> ServeSettings {
        var values: [AbsoluteConfigKey: ConfigValue] = [:]
        for (key, content) in flags { values[AbsoluteConfigKey([key])] = ConfigValue(content, isSecret: false) }
        var providers: [any ConfigProvider] = [
            InMemoryProvider(name: "flags", values: values),
            EnvironmentVariablesProvider().prefixKeys(with: "dump"),
        ]
        if let file {
            try checkNames(in: file)
            let path = InMemoryProvider(values: ["filePath": ConfigValue(.string(file), isSecret: false)])
            do {
                providers.append(try await FileProvider<JSONSnapshot>(config: ConfigReader(provider: path)))
            } catch { throw CommandError.usage("\(file): it is not a JSON file of settings") }
        }
        return try await ServeSettings(ConfigReader(providers: providers))
    }

    /// The names of all settings.
    private static let names: Set<String> = [
        "data", "listen", "publicUrl", "modules", "peers", "pullInterval", "freshDelay", "argon2Operations",
        "argon2Memory", "sessionDays", "sessionIdleDays", "behindProxy", "requestsPerSource", "requestsPerViewer",
        "requestsPerMailbox", "accountsPerSource", "allowLoopback", "allowNetworks", "metricsListen", "corsOrigins",
    ]

    /// A name that is not known is a mistake, and a node that passed over it would not be the one that was meant.
    private static func checkNames(in file: String) throws {
        let bytes = try UserFile.read(file, limit: 1 << 20)
        let map = try usage(file) { try DagJSON.decode(bytes) }.mapValue
        guard let map else { throw CommandError.usage("\(file): it is not a JSON object") }
        if let unknown = map.keys.first(where: { !names.contains($0) }) {
            throw CommandError.usage("\(file): there is no setting \(Output.safe(unknown))")
        }
    }

    private init(_ config: ConfigReader) async throws {
        guard let data = try await setting("data", { try await config.fetchString(forKey: "data") }) else {
            throw CommandError.usage("where is the data folder? Use --data FOLDER, DUMP_DATA, or \"data\" in the file")
        }
        let place = try await setting("listen") { try await config.fetchString(forKey: "listen") }
        let listen = try ServeSettings.listen(place ?? "127.0.0.1:8080")
        let host = listen.host.contains(":") ? "[\(listen.host)]" : listen.host
        let address = try await setting("publicUrl") { try await config.fetchString(forKey: "publicUrl") }
        let interval = try await setting("pullInterval") { try await config.fetchDouble(forKey: "pullInterval") } ?? 2
        guard (0.1...86_400).contains(interval) else {
            throw CommandError.usage("the pull interval is 0.1 to 86400 seconds")
        }
        let delay = try await setting("freshDelay") { try await config.fetchDouble(forKey: "freshDelay") }
        guard delay.map({ (0...604_800).contains($0) }) ?? true else {
            throw CommandError.usage("the fresh delay is 0 to 604800 seconds")
        }
        let modules = try await setting("modules") { try await config.fetchStringArray(forKey: "modules") } ?? []
        let peers = try await setting("peers") { try await config.fetchStringArray(forKey: "peers") } ?? []
        let metrics = try await setting("metricsListen") { try await config.fetchString(forKey: "metricsListen") }
        let origins =
            try await setting("corsOrigins") { try await config.fetchStringArray(forKey: "corsOrigins") } ?? []
        self.data = data
        self.listen = listen
        metricsListen = try metrics.map { try ServeSettings.listen($0) }
        configuration = NodeConfiguration(
            publicAddress: try usage("the public URL") { try NodeAddress(address ?? "http://\(host):\(listen.port)") },
            modules: try modules.map { name in try usage("a module") { try ModuleID(name) } },
            peers: try peers.map { peer in try usage("a peer") { try NodeAddress(peer) } },
            pullInterval: interval, passwordCost: try await ServeSettings.passwordCost(config),
            sessionLimits: try await ServeSettings.sessionLimits(config),
            freshDelay: delay ?? NodeConfiguration.defaultFreshDelay,
            requestBursts: try await ServeSettings.requestBursts(config),
            accountsPerSource: try await ServeSettings.burst(
                "accountsPerSource", "the accounts at once of one address", config)
                ?? NodeConfiguration.defaultAccountsPerSource,
            isBehindProxy: try await setting("behindProxy") { try await config.fetchBool(forKey: "behindProxy") }
                ?? false,
            corsOrigins: try origins.map { origin in try usage("an origin") { try WebOrigin(origin) } })
        let networks = try await setting("allowNetworks") {
            try await config.fetchStringArray(forKey: "allowNetworks")
        }
        addressPolicy = AddressPolicy(
            allowsLoopback: try await setting("allowLoopback") { try await config.fetchBool(forKey: "allowLoopback") }
                ?? false,
            networks: try AddressOptions.networks(networks ?? []), own: configuration.publicAddress,
            peers: configuration.peers)
    }

    private static func passwordCost(_ config: ConfigReader) async throws -> PasswordHash.Cost {
        let operations = try await number("argon2Operations", 1...64, "the passes of Argon2id", config)
        let memory = try await number("argon2Memory", 1...4_096, "the memory of Argon2id in MiB", config)
        return PasswordHash.Cost(
            operations: operations ?? PasswordHash.Cost.moderate.operations,
            memory: memory.map { $0 << 20 } ?? PasswordHash.Cost.moderate.memory)
    }

    private static func sessionLimits(_ config: ConfigReader) async throws -> SessionLimits {
        let standard = SessionLimits()
        let days = try await number("sessionDays", 1...400, "the length of a session in days", config)
        let idle = try await number("sessionIdleDays", 1...400, "the length of a session without use in days", config)
        let absolute = days.map { Int64($0) * Day.seconds } ?? standard.absolute
        return SessionLimits(
            absolute: absolute, idle: min(idle.map { Int64($0) * Day.seconds } ?? standard.idle, absolute))
    }

    private static func requestBursts(_ config: ConfigReader) async throws -> RequestBursts {
        let standard = RequestBursts()
        return RequestBursts(
            perSource: try await burst("requestsPerSource", "the requests at once of one address", config)
                ?? standard.perSource,
            perViewer: try await burst("requestsPerViewer", "the requests at once of one viewer", config)
                ?? standard.perViewer,
            perMailbox: try await burst(
                "requestsPerMailbox", "the requests at once of one address for one mailbox", config)
                ?? standard.perMailbox)
    }

    /// How much is taken at once, before it comes at intervals.
    private static func burst(_ name: String, _ meaning: String, _ config: ConfigReader) async throws -> Int64? {
        try await number(name, 1...1_000_000_000, meaning, config).map(Int64.init)
    }

    /// A whole number in bounds. A flag or a variable stands before the file.
    private static func number(
        _ name: String, _ range: ClosedRange<Int>, _ meaning: String, _ config: ConfigReader
    ) async throws -> Int? {
        var value = try await setting(name) { try await config.fetchInt(forKey: ConfigKey([variable(name)])) }
        if value == nil { value = try await setting(name) { try await config.fetchInt(forKey: ConfigKey([name])) } }
        guard let value else { return nil }
        guard range.contains(value) else {
            throw CommandError.usage("\(meaning): \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// The name under which flags and the environment give a setting. `argon2Operations` would be looked for as
    /// `DUMP_ARGON2OPERATIONS`: after a digit no word is seen to begin.
    static func variable(_ name: String) -> String { name.replacing("argon2", with: "argon2_") }

    private static func listen(_ text: String) throws -> ListenAddress {
        // The port stands behind the last colon: an IPv6 address has colons of its own, in brackets.
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (1...65_535).contains(port), colon != text.startIndex
        else { throw CommandError.usage("the listen address is HOST:PORT") }
        let host = text[..<colon]
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? host.dropFirst().dropLast() : host
        return ListenAddress(host: String(bare), port: port)
    }
}

/// A setting that is there and cannot be read as what it should be is wrong usage, not absent.
private func setting<Result>(_ name: String, _ body: () async throws -> Result) async throws -> Result {
    do { return try await body() } catch { throw CommandError.usage("the setting \(name) is not of the right kind") }
}
