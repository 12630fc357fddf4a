import AuthAPI
import DumpIdentity
import Foundation
import IPLD
import LiveNode
import NIOCore
import NIOPosix
import Synchronization

/// Measures whether a genuine request from another node arrives, and is seen, while one node floods the owner.
///
/// ``FloodSize`` tells what may stand on the command line. Exit status 1: a genuine request was refused, late, or not in the
/// owner's first page.
@main struct Flood {
    static let module = "org.dump.market"
    /// Within this time a genuine request has to be in the owner's first page.
    static let bound = Duration.seconds(1)
    /// As many genuine requests of one source are taken at once for one mailbox.
    static let maximumGenuine = 40

    static func main() async {
        let size = FloodSize(arguments: Array(CommandLine.arguments.dropFirst()))
        let client = PeerClient(AddressPolicy(allowsLoopback: true))
        do {
            let isKept = try await NodeProcess.serving(port: try await freePort(), module: module) { node in
                _ = try await node.principal(client)
                let peer = ["--peer", node.address.description]
                return try await NodeProcess.serving(port: try await freePort(), module: module, flags: peer) { other in
                    _ = try await other.principal(client)
                    return try await run(node, other, client, size)
                }
            }
            exit(isKept ? 0 : 1)
        } catch {
            print("flood: \(error)")
            exit(2)
        }
    }

    /// A port of the loopback interface on which nobody listens.
    private static func freePort() async throws -> Int {
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = channel.localAddress?.port
        try await channel.close()
        guard let port else { throw LiveFailure("there is no free port") }
        return port
    }

    /// Floods an owner of one node while people of the other ask the owner.
    private static func run(
        _ node: NodeProcess, _ other: NodeProcess, _ client: PeerClient, _ size: FloodSize
    ) async throws -> Bool {
        let owner = try await LivePerson("steve", at: node.address, client)
        let object = try await owner.publish(in: module)
        let genuine = try await Genuine(from: other.address, about: object, of: owner)
        let calm = try await genuine.ask(as: "stephanie")

        print("Signing \(size.count) requests with \(size.keys) fresh keys.")
        let requests = try await Ammunition.prepare(
            count: size.count, keys: size.keys, object: object, host: "127.0.0.1:\(node.port)")
        let tally = Tally(requests.requests.count)
        let isFlooding = Atomic(true)
        print(
            """
            Sending them from \(size.sources) address(es) over \(size.connections) connections, while \(size.held) more are \
            held open.
            """)
        let start = ContinuousClock.now
        async let outcomes = genuine.run(atMost: maximumGenuine) { isFlooding.load(ordering: .acquiring) }
        try await Flooder(sources: size.sources, port: node.port, requests: requests, tally: tally).run(
            connections: size.connections, held: size.held)
        isFlooding.store(false, ordering: .releasing)
        let report = FloodReport(
            counts: tally.counts, time: ContinuousClock.now - start, calm: calm, genuine: try await outcomes,
            sources: size.sources)
        return report.print(isTimed: size.isTimed)
    }
}
