import DumpIdentity
import IPLD
import Logging
import PseudonymStore
import Sodium
import TestSupport

@testable import AuthAPI

/// A node of the tests: its databases and its address outlive the process that it plays.
struct TestNode: Sendable {
    static let market = "org.dump.market"
    static let travel = "org.dump.travel"

    let node: Node
    let port: Int
    let clock: TestClock
    let log: LogCollector
    let client: PeerClient
    private let seed: UInt8
    private let random: RandomSource

    var address: NodeAddress { node.configuration.publicAddress }

    /// A node in memory, or in files of a folder whose names begin with `name`.
    init(
        _ seed: UInt8 = 100, in folder: (TemporaryFolder, name: String)? = nil, peers: [NodeAddress] = [],
        clock: TestClock = TestClock(), log: LogCollector = LogCollector(), passwordCost: PasswordHash.Cost = .minimum,
        isBehindProxy: Bool = false, corsOrigins: [WebOrigin] = [], requestBursts: RequestBursts = RequestBursts(),
        accountsPerSource: Int64 = NodeConfiguration.defaultAccountsPerSource,
        hasher: PassphraseHasher = .inPlace, client: PeerClient,
        random: RandomSource = .system, address: NodeAddress? = nil
    ) async throws {
        let accounts: AccountDatabase
        let pseudonyms: PseudonymDatabase
        let objects: ObjectDatabase
        let answers: AnswerDatabase
        let modules = try [ModuleID(TestNode.market), ModuleID(TestNode.travel)]
        if let (folder, name) = folder {
            accounts = try AccountDatabase(path: folder.file(name + "-accounts.sqlite"))
            pseudonyms = try PseudonymDatabase(path: folder.file(name + "-pseudonyms.sqlite"))
            objects = try await ObjectDatabase(folder: folder.path, modules: modules, prefix: name + "-objects")
            answers = try AnswerDatabase(path: folder.file(name + "-answers.sqlite"))
        } else {
            accounts = try AccountDatabase(inMemory: ())
            pseudonyms = try PseudonymDatabase(inMemory: ())
            objects = try ObjectDatabase(inMemory: modules)
            answers = try AnswerDatabase(inMemory: ())
        }
        let port = try FreePort.next()
        let configuration = try NodeConfiguration(
            publicAddress: address ?? NodeAddress("http://127.0.0.1:\(port)"),
            modules: modules, peers: peers, pullInterval: 0.01, passwordCost: passwordCost,
            requestBursts: requestBursts, accountsPerSource: accountsPerSource, isBehindProxy: isBehindProxy,
            corsOrigins: corsOrigins)
        let parts = Parts(accounts: accounts, pseudonyms: pseudonyms, objects: objects, answers: answers)
        try self.init(
            seed, port: port, configuration, parts, clock: clock, log: log, hasher: hasher, client: client,
            random: random)
        try await node.prepare()
    }

    /// The same node after a restart: other objects on the same databases.
    func restarted(
        passwordCost: PasswordHash.Cost = .minimum, hasher: PassphraseHasher = .inPlace
    ) async throws -> TestNode {
        let before = node.configuration
        let configuration = NodeConfiguration(
            publicAddress: before.publicAddress, modules: before.modules, peers: before.peers,
            pullInterval: before.pullInterval, passwordCost: passwordCost)
        let parts = Parts(
            accounts: node.accounts, pseudonyms: node.pseudonyms, objects: node.objects, answers: node.idempotency.kept)
        let again = try TestNode(
            seed, port: port, configuration, parts, clock: clock, log: log, hasher: hasher, client: client,
            random: random)
        try await again.node.prepare()
        return again
    }

    /// The same node with another key after a restart, and the statement that `follower` follows the former; `nil`
    /// for no statement.
    func changingKey(to next: UInt8, saidToFollow follower: UInt8?) throws -> TestNode {
        let parts = Parts(
            accounts: node.accounts, pseudonyms: node.pseudonyms, objects: node.objects, answers: node.idempotency.kept)
        var successions = node.successions
        if let follower {
            let former = try SigningKey.test(seed)
            let key = try SigningKey.test(follower)
            try successions.insert(Succession.sign(from: former, to: key, time: clock.time))
        }
        return try TestNode(
            next, port: port, node.configuration, parts, successions, clock: clock, log: log, client: client,
            random: random)
    }

    private struct Parts {
        let accounts: AccountDatabase
        let pseudonyms: PseudonymDatabase
        let objects: ObjectDatabase
        let answers: AnswerDatabase
    }

    private init(
        _ seed: UInt8, port: Int, _ configuration: NodeConfiguration, _ parts: Parts,
        _ successions: Successions = Successions(), clock: TestClock, log: LogCollector,
        hasher: PassphraseHasher = .inPlace, client: PeerClient, random: RandomSource
    ) throws {
        let key = try SigningKey.test(seed)
        node = try Node(
            configuration: configuration, accounts: parts.accounts, pseudonyms: parts.pseudonyms,
            objects: parts.objects, answers: parts.answers, key: key, successions: successions, hasher: hasher,
            client: client,
            random: random, clock: { clock.time })
        self.seed = seed
        self.random = random
        self.port = port
        self.clock = clock
        self.log = log
        self.client = client
    }

    /// Serves while `body` runs.
    func serving<Result: Sendable>(_ body: (TestNode) async throws -> Result) async throws -> Result {
        let (running, continuation) = AsyncStream.makeStream(of: Int.self)
        return try await whileRunning(running) {
            defer { continuation.finish() }
            // The node that listened there before may not have given the port back yet.
            for _ in 0..<100 {
                do { return try await run(continuation) } catch let error as ListenError where error.isInUse {
                    try await Task.sleep(for: .milliseconds(50))
                }
            }
            try await run(continuation)
        } body: {
            try await body(self)
        }
    }
}

extension TestNode {
    private func run(_ running: AsyncStream<Int>.Continuation) async throws {
        let listen = ListenAddress(host: "127.0.0.1", port: port)
        // A client that keeps its connections gives one up before the node does: else a call may meet the end of its own.
        let bounds = ConnectionBounds(patience: 600)
        try await NodeServer(node: node, listen: listen, connections: bounds, logger: log.logger) { running.yield($0) }
            .run()
    }
}

/// Runs a service while `body` runs, which begins once the service has said that it listens.
func whileRunning<Result: Sendable>(
    _ running: AsyncStream<Int>, service: @escaping @Sendable () async throws -> Void,
    body: () async throws -> Result
) async throws -> Result {
    let task = Task { try await service() }
    var events = running.makeAsyncIterator()
    if await events.next() == nil { try await task.value }
    do {
        let result = try await body()
        task.cancel()
        _ = await task.result
        return result
    } catch {
        task.cancel()
        _ = await task.result
        throw error
    }
}

/// Runs `body` with a client that calls nodes on this machine.
func withClient<Result: Sendable>(_ body: (PeerClient) async throws -> Result) async throws -> Result {
    // All tests run at once, on as many threads as there are cores: a call waits for the work of the others.
    try await body(PeerClient(AddressPolicy(allowsLoopback: true), patience: 600, connectPatience: 600))
}

/// Runs `body` with one node that serves.
func withNode<Result: Sendable>(_ body: (TestNode) async throws -> Result) async throws -> Result {
    try await withClient { client in try await TestNode(client: client).serving(body) }
}

/// Runs `body` with two nodes that serve, the second of which has the first as its peer.
func withTwoNodes<Result: Sendable>(
    in folder: TemporaryFolder? = nil, _ body: (TestNode, TestNode) async throws -> Result
) async throws -> Result {
    try await withClient { client in
        let clock = TestClock()
        let x = try await TestNode(100, in: folder.map { ($0, "x") }, clock: clock, client: client)
        let y = try await TestNode(
            101, in: folder.map { ($0, "y") }, peers: [x.address], clock: clock, client: client)
        return try await x.serving { x in try await y.serving { y in try await body(x, y) } }
    }
}
