internal import Capabilities
internal import DumpIdentity
internal import IPLD
public import Logging
internal import PseudonymStore
public import ServiceLifecycle

/// Pulls the module logs of the configured peers, for ever. A peer that is down, slow or sends rubbish is told of once,
/// and tried again with growing pauses; the others go on.
public struct PullService: Service {
    /// The longest pause after failures, in seconds.
    static let maximumPause = 300.0

    let node: Node
    let logger: Logger

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
                for (number, peer) in node.configuration.peers.enumerated() {
                    group.addTask { await follow(peer, number: number + 1) }
                }
            }
        }
    }

    private func follow(_ peer: NodeAddress, number: Int) async {
        var failures = 0
        while !Task.isCancelled {
            do {
                for module in node.configuration.modules { try await pull(module, from: peer) }
                if failures > 0 { logger.notice("A peer answers again", metadata: ["peer": "\(number)"]) }
                failures = 0
            } catch is CancellationError {
                return
            } catch {
                failures += 1
                if failures == 1 {
                    logger.warning(
                        "A peer cannot be pulled from; it will be tried again",
                        metadata: ["peer": "\(number)", "reason": "\(PullService.reason(error))"])
                }
            }
            // 2^20 intervals exceed any maximum; the exponent is bounded so that the number stays finite.
            let pause = node.configuration.pullInterval * Double(1 << min(failures, 20))
            let bounded = failures == 0 ? pause : min(pause, max(PullService.maximumPause, node.configuration.pullInterval))
            try? await Task.sleep(for: .seconds(bounded))
        }
    }

    /// Pulls what is new of one module. Everything is verified before anything of a page is stored.
    func pull(_ module: ModuleID, from peer: NodeAddress) async throws {
        while true {
            try Task.checkCancellation()
            let after = try await node.objects.position(in: peer, module: module)
            let response = try await node.client.send(
                "GET", peer.appending("/v1/modules/\(module)/objects?after=\(after)"), accept: Media.cbor,
                limit: 2 << 20)
            // A peer that does not run the module has nothing of it.
            if response.status == 404 { return }
            guard response.status == 200, let map = try DagCBOR.decode(response.body).mapValue else {
                throw APIError.unreachable
            }
            var reader = MapReader(map)
            let list = try reader.list("objects")
            let next = try reader.int("next")
            if list.isEmpty { return }
            guard next > after else { throw APIError.unreachable }
            let objects = try list.map { item in
                let object = try ModuleObject(verifying: item.mapValue?["object"]?.bytesValue ?? [])
                guard object.module == module else { throw APIError.unreachable }
                return object
            }
            try await node.objects.add(objects, from: peer, module: module, upTo: next)
        }
    }

    /// Why a pull failed, in words of ours.
    private static func reason(_ error: any Error) -> String {
        switch error {
        case is PeerError: "it cannot be reached, or takes too long, or sends too much"
        case is StoreError: "what it sent could not be stored"
        default: "what it sent is not a log of this module"
        }
    }
}
