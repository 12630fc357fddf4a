internal import Configuration
internal import DumpIdentity
internal import AuthAPI
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
            let path = InMemoryProvider(values: ["filePath": ConfigValue(.string(file), isSecret: false)])
            do {
                providers.append(try await FileProvider<JSONSnapshot>(config: ConfigReader(provider: path)))
            } catch { throw CommandError("\(file): it is not a JSON file that can be read") }
        }
        return try ServeSettings(ConfigReader(providers: providers))
    }

    private init(_ config: ConfigReader) throws {
        guard let data = config.string(forKey: "data") else {
            throw CommandError.usage("where is the data folder? Use --data FOLDER, DUMP_DATA, or \"data\" in the file")
        }
        let listen = try ServeSettings.listen(config.string(forKey: "listen", default: "127.0.0.1:8080"))
        let address = config.string(forKey: "publicUrl", default: "http://\(listen.host):\(listen.port)")
        let interval = config.double(forKey: "pullInterval", default: 10)
        guard (0.1...86_400).contains(interval) else {
            throw CommandError.usage("the pull interval is 0.1 to 86400 seconds")
        }
        let moderate = PasswordHash.Cost.moderate
        let configuration = NodeConfiguration(
            publicAddress: try reading("the public URL") { try NodeAddress(address) },
            modules: try config.stringArray(forKey: "modules", default: []).map { name in
                try reading("a module") { try ModuleID(name) }
            },
            peers: try config.stringArray(forKey: "peers", default: []).map { peer in
                try reading("a peer") { try NodeAddress(peer) }
            },
            pullInterval: interval, passwordCost: moderate)
        self.data = data
        self.listen = listen
        self.configuration = configuration
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
