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
///     Flood [REQUESTS [KEYS [CONNECTIONS [HELD [SOURCES]]]]]
///     Flood --short
///
/// The short form is for busy machines: it looks at what was refused and in which order the owner is shown what came,
/// not at times. Exit status 1: a genuine request was refused, late, or not in the owner's first page.
@main struct Flood {
    static let module = "org.dump.market"
    /// Within this time a genuine request has to be in the owner's first page.
    static let bound = Duration.seconds(1)
    /// As many genuine requests of one source are taken at once for one mailbox.
    static let maximumGenuine = 40

    static func main() async {
        let isShort = CommandLine.arguments.dropFirst().first == "--short"
        let numbers = CommandLine.arguments.dropFirst().compactMap { Int($0) }
        func number(_ place: Int, _ usual: Int, _ short: Int) -> Int {
            numbers.dropFirst(place).first ?? (isShort ? short : usual)
        }
        do {
            let port = try await freePort()
            let node = try NodeProcess(port: port, module: module)
            let result: Result<Bool, any Error>
            do {
                result = .success(
                    try await run(
                        node, port: port, count: number(0, 100_000, 2_000), keys: number(1, 10_000, 200),
                        connections: number(2, 200, 50), held: number(3, 1_000, 400),
                        sources: min(max(number(4, 1, 1), 1), 250), isTimed: !isShort))
            } catch { result = .failure(error) }
            node.end()
            exit(try result.get() ? 0 : 1)
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

    private static func run(
        _ node: NodeProcess, port: Int, count: Int, keys: Int, connections: Int, held: Int, sources: Int,
        isTimed: Bool
    ) async throws -> Bool {
        let client = PeerClient(AddressPolicy(allowsLoopback: true))
        _ = try await node.principal(client)
        let owner = try await LiveOwner(at: node.address, client, module: module)
        let genuine = Genuine(owner: owner)
        let calm = try await genuine.ask()

        print("Signing \(count) requests with \(keys) fresh keys.")
        let requests = try await Ammunition.prepare(
            count: count, keys: keys, object: owner.object, host: "127.0.0.1:\(port)")
        let tally = Tally(requests.requests.count)
        let isFlooding = Atomic(true)
        print(
            "Sending them from \(sources) address(es) over \(connections) connections, while \(held) more are held open."
        )
        let start = ContinuousClock.now
        async let outcomes = genuine.run(atMost: maximumGenuine) { isFlooding.load(ordering: .acquiring) }
        try await Flooder(sources: sources, port: port, requests: requests, tally: tally).run(
            connections: connections, held: held)
        isFlooding.store(false, ordering: .releasing)
        let report = FloodReport(
            counts: tally.counts, time: ContinuousClock.now - start, calm: calm, genuine: try await outcomes,
            sources: sources)
        return report.print(isTimed: isTimed)
    }
}
