internal import AuthAPI
internal import Configuration
internal import DumpIdentity
internal import IPLD
internal import Sodium

/// What `dump serve` is told: flags first, then the environment, then the file.
struct ServeSettings {
    let data: String
    let listen: ListenAddress
    let configuration: NodeConfiguration

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
        "data", "listen", "publicUrl", "modules", "peers", "pullInterval", "freshDelay",
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
        self.data = data
        self.listen = listen
        configuration = NodeConfiguration(
            publicAddress: try usage("the public URL") { try NodeAddress(address ?? "http://\(host):\(listen.port)") },
            modules: try modules.map { name in try usage("a module") { try ModuleID(name) } },
            peers: try peers.map { peer in try usage("a peer") { try NodeAddress(peer) } },
            pullInterval: interval, passwordCost: .moderate,
            freshDelay: delay ?? NodeConfiguration.defaultFreshDelay)
    }

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
