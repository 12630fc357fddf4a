public import DumpIdentity
internal import NIOHTTP1
internal import NIOSSL
internal import Synchronization

/// What a node answered.
public struct PeerResponse: Sendable {
    /// The HTTP status.
    public let status: Int
    /// The body, whole.
    public let body: [UInt8]
    /// The media type, without parameters.
    public let mediaType: String
    /// The fields of the answer, under names in lower case; those that came more than once with commas between them.
    public let fields: [String: String]
}

/// Why a node could not be asked.
public enum PeerError: Error, Equatable, Sendable {
    /// The address is none that may be called, or stands for one: nothing was connected to.
    case addressRefused
    /// There is no connection: nothing was sent.
    case unreachable
    /// There was a connection and no whole answer in time: what was sent may have arrived.
    case unanswered
    /// The answer is longer than its limit, in bytes.
    case tooLarge(limit: Int)
}

/// HTTP calls to nodes whose addresses come from anyone.
///
/// A name is resolved once, every address of the answer is checked, and the connection is made to one that was checked;
/// `Host`, server name and certificate are those of the name. No redirects, no compression, 5 s to connect, 10 s in all
/// where nothing else is said, and no more of an answer than asked for. A connection serves one call: none that was
/// checked for one name serves another.
public final class PeerClient: Sendable {
    /// The longest time that a call is held at the other end, in seconds.
    static let maximumWait: Int64 = 60
    /// How many addresses of a name are tried, where the ones before cannot be connected to.
    static let maximumAttempts = 4

    private let policy: AddressPolicy
    private let patience: Duration
    /// How long it may take to resolve, connect and agree on TLS.
    private let connectPatience: Duration
    private let resolver: NameResolver
    private let trust: NIOSSLTrustRoots
    private let breakers: HostBreakers
    /// Made where it is first needed: it reads the certificates of the authorities.
    private let security = Mutex<NIOSSLContext?>(nil)

    /// A client that calls what a policy allows; `patience` is the time for a whole answer, and `connectPatience` that
    /// until there is a connection, in seconds.
    public convenience init(_ policy: AddressPolicy, patience: Int64 = 10, connectPatience: Int64 = 5) {
        self.init(
            policy, patience: .seconds(patience), connectPatience: .seconds(connectPatience),
            resolver: SystemResolver.resolve)
    }

    init(
        _ policy: AddressPolicy, patience: Duration = .seconds(10), connectPatience: Duration = .seconds(5),
        resolver: @escaping NameResolver, trust: NIOSSLTrustRoots = .default, breakers: HostBreakers = HostBreakers()
    ) {
        self.policy = policy
        self.patience = patience
        self.connectPatience = connectPatience
        self.resolver = resolver
        self.trust = trust
        self.breakers = breakers
    }

    /// Sends one request to a node; `path` begins with `/`, `body` goes with its media type, and `fields` are further fields
    /// of the request. The other end may hold it for `wait` seconds, 60 at most.
    ///
    /// - Throws: ``PeerError``.
    public func send(
        _ method: String, _ path: String, at node: NodeAddress, body: (bytes: [UInt8], type: String)? = nil,
        accept: String, bearer: String? = nil, fields: [String: String] = [:], limit: Int = 1 << 20, wait: Int64 = 0
    ) async throws(PeerError) -> PeerResponse {
        guard let destination = Destination(node), let reach = policy.reach(of: node, at: destination),
            Destination.isTarget(path)
        else { throw .addressRefused }
        guard breakers.admits(destination.place) else { throw .unreachable }
        var headers = HTTPHeaders([("host", destination.authority), ("accept", accept), ("connection", "close")])
        for field in fields { headers.add(name: field.key, value: field.value) }
        if let bearer { headers.add(name: "authorization", value: "Bearer \(bearer)") }
        if let body {
            headers.add(name: "content-type", value: body.type)
            headers.add(name: "content-length", value: "\(body.bytes.count)")
        }
        do {
            let exchange = Exchange(
                destination: destination,
                head: HTTPRequestHead(
                    version: .http1_1, method: HTTPMethod(rawValue: method), uri: destination.basePath + path,
                    headers: headers),
                body: body?.bytes ?? [], limit: limit, security: destination.isSecure ? try secure() : nil)
            let held = Duration.seconds(min(max(wait, 0), PeerClient.maximumWait))
            let response = try await run(exchange, within: reach, patience: patience + held)
            breakers.succeed(destination.place)
            return response
        } catch let error as PeerError {
            // What was refused was not called.
            if error == .addressRefused {
                breakers.abandon(destination.place)
            } else {
                breakers.fail(destination.place)
            }
            throw error
        } catch {
            breakers.abandon(destination.place)
            throw .unanswered
        }
    }

    private func run(
        _ exchange: Exchange, within reach: AddressPolicy.Reach, patience: Duration
    ) async throws -> PeerResponse {
        let start = ContinuousClock.now
        let addresses = try await addresses(of: exchange.destination)
        // One that is not allowed speaks against the name: it mixes what its owner has with what is ours, and which of
        // them is tried first is not to decide.
        guard addresses.allSatisfy({ policy.allows($0, within: reach) }) else { throw PeerError.addressRefused }
        for address in addresses.prefix(PeerClient.maximumAttempts) {
            let passed = ContinuousClock.now - start
            guard passed < connectPatience, passed < patience else { break }
            do {
                return try await exchange.run(
                    at: address, connectWithin: connectPatience - passed, answerWithin: patience - passed)
            } catch PeerError.unreachable { continue }
        }
        throw PeerError.unreachable
    }

    /// All addresses that a destination stands for, at least one.
    private func addresses(of destination: Destination) async throws -> [IPAddress] {
        switch destination.host {
        case .address(let address): return [address]
        // Source: RFC 6761, section 6.3: nobody is asked for it.
        case .name("localhost"): return [.v4(0x7f00_0001), .v6(1)]
        case .name(let name):
            let addresses = await resolve(name)
            try Task.checkCancellation()
            guard !addresses.isEmpty else { throw PeerError.unreachable }
            return addresses
        }
    }

    /// The resolver's answer, or none where it takes too long.
    private func resolve(_ name: String) async -> [IPAddress] {
        let (answers, continuation) = AsyncStream.makeStream(of: [IPAddress].self)
        let question = Task { [resolver] in
            continuation.yield(await resolver(name))
            continuation.finish()
        }
        let limit = min(connectPatience, patience)
        let timer = Task {
            try await Task.sleep(for: limit)
            continuation.finish()
        }
        defer {
            question.cancel()
            timer.cancel()
        }
        return await answers.first { _ in true } ?? []
    }

    /// TLS 1.2 or later, with full verification of the certificate.
    private func secure() throws -> NIOSSLContext {
        try security.withLock { security in
            if let security { return security }
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.minimumTLSVersion = .tlsv12
            configuration.trustRoots = trust
            configuration.applicationProtocols = ["http/1.1"]
            let context = try NIOSSLContext(configuration: configuration)
            security = context
            return context
        }
    }
}
