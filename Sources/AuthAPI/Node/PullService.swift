internal import Capabilities
internal import DumpIdentity
internal import IPLD
public import Logging
internal import PseudonymStore
public import ServiceLifecycle
internal import Sodium

/// Pulls the module logs of the configured peers, for ever. A peer that is down, slow or sends rubbish is told of once,
/// and tried again with growing pauses; the others go on.
public struct PullService: Service {
    /// The longest pause after failures, in seconds.
    static let maximumPause = 300.0

    let node: Node
    let logger: Logger
    private let names = PeerNames()

    /// A service for a node.
    public init(node: Node, logger: Logger) {
        self.node = node
        self.logger = logger
    }

    /// Runs until graceful shutdown.
    public func run() async throws {
        // Without peers there is nothing to do but to wait: a service that ends ends the node.
        if node.configuration.peers.isEmpty { return try await gracefulShutdown() }
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                for peer in node.configuration.peers {
                    group.addTask { await follow(peer) }
                }
            }
        }
    }

    private func follow(_ peer: NodeAddress) async {
        var failures = 0
        while !Task.isCancelled {
            do {
                for module in node.configuration.modules { try await pull(module, from: peer) }
                if failures > 0 { logger.notice("A peer answers again", metadata: ["peer": "\(peer)"]) }
                failures = 0
            } catch {
                // Whatever fails because the node is ending says nothing of the peer.
                if Task.isCancelled { return }
                failures += 1
                if failures == 1 {
                    logger.warning(
                        "A peer cannot be pulled from; it will be tried again",
                        metadata: ["peer": "\(peer)", "reason": "\(PullService.reason(error))"])
                }
            }
            let pause = failures == 0 ? node.configuration.pullInterval : PullService.pause(afterFailures: failures)
            try? await Task.sleep(for: .seconds(pause))
        }
    }

    /// 1 second after the first failure, then twice as long each time, up to the longest pause.
    static func pause(afterFailures count: Int) -> Double {
        min(maximumPause, Double(1 << min(count - 1, 20)))
    }

    /// Pulls what is new of one module. Everything is verified before anything of a page is stored.
    func pull(_ module: ModuleID, from peer: NodeAddress) async throws {
        while true {
            try Task.checkCancellation()
            let after = try await node.objects.position(in: peer, module: module)
            let response = try await ask(peer, for: ModulePage(module: module, after: after, limit: 100))
            // A peer that does not run the module has nothing of it.
            if response.status == 404 { return }
            guard response.status == 200, let map = try DagCBOR.decode(response.body).mapValue else {
                throw APIError.unreachable
            }
            var reader = MapReader(map)
            let list = try reader.list("objects")
            let next = try reader.int("next")
            if list.isEmpty { return }
            var last = after
            let objects = try list.map { item in
                // Numbers only grow, and the page ends where its last object stands.
                guard let sequence = item.mapValue?["sequence"]?.intValue, sequence > last else {
                    throw APIError.unreachable
                }
                last = sequence
                let object = try ModuleObject(verifying: item.mapValue?["object"]?.bytesValue ?? [])
                guard object.module == module else { throw APIError.unreachable }
                return object
            }
            guard next == last else { throw APIError.unreachable }
            try await node.objects.add(objects, from: peer, module: module, upTo: next)
        }
    }

    /// Asks a peer for a page, as this node and by its key.
    private func ask(_ peer: NodeAddress, for page: ModulePage) async throws -> PeerResponse {
        let client = InvocationClient(client: node.client, random: node.random, clock: node.clock)
        let invocation = try Invocation.sign(
            .modulePull, on: node.principal, audience: try await names.name(of: peer, client: node.client),
            arguments: page.arguments, nonce: node.random.bytes(16), expiration: client.expiration, with: node.key)
        let response = try await client.exchange(invocation, proofs: [], with: peer)
        // Perhaps another node is there now.
        if response.status == 403 { names.forget(peer) }
        return response
    }

    /// Why a pull failed, in words of ours.
    private static func reason(_ error: any Error) -> String {
        switch error {
        case PeerError.addressRefused: "its address is none that may be called; see --allow-network"
        case is PeerError: "it cannot be reached, or takes too long, or sends too much"
        case is StoreError: "what it sent could not be stored"
        default: "what it sent is not a log of this module"
        }
    }
}
