import Foundation
import NIOCore
import NIOPosix

/// A node, or who passes for one, that sends all its requests from one address, or from some, over many connections.
struct Flooder: Sendable {
    /// How many addresses of this machine the flood comes from, none of them that of everyone else.
    let sources: Int
    let port: Int
    let requests: Ammunition
    let tally: Tally

    /// Sends all requests over so many connections, and holds as many others open as were asked for.
    func run(connections: Int, held: Int) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let host = "127.0.0.1:\(port)"
        let holding = Task {
            // The node gives out only so many places: those that send come first.
            while tally.counts.sent < connections { try? await Task.sleep(for: .milliseconds(10)) }
            await withTaskGroup(of: Void.self) { holders in
                for number in 0..<held { holders.addTask { await hold(group, host, from: number) } }
            }
        }
        await withTaskGroup(of: Void.self) { senders in
            for number in 0..<connections { senders.addTask { await send(group, from: number) } }
        }
        holding.cancel()
        await holding.value
        try await group.shutdownGracefully()
    }

    /// Sends over one connection after the other, until all are sent.
    private func send(_ group: any EventLoopGroup, from number: Int) async {
        while !tally.isDone {
            let channel = try? await connect(group, from: number) { FloodConnection(requests, tally) }
            guard let channel else {
                tally.note { $0.unconnected += 1 }
                try? await Task.sleep(for: .milliseconds(50))
                continue
            }
            try? await channel.closeFuture.get()
            // Cut off, or the last are under way.
            try? await Task.sleep(for: .milliseconds(10))
        }
    }

    /// Holds one connection after the other.
    private func hold(_ group: any EventLoopGroup, _ host: String, from number: Int) async {
        while !Task.isCancelled {
            if let channel = try? await connect(group, from: number, { HeldConnection(host) }) {
                await withTaskCancellationHandler {
                    try? await channel.closeFuture.get()
                } onCancel: {
                    channel.close(promise: nil)
                }
                if !Task.isCancelled { tally.note { $0.dropped += 1 } }
            } else {
                tally.note { $0.unconnected += 1 }
            }
            try? await Task.sleep(for: .milliseconds(200))
        }
    }

    private func connect(
        _ group: any EventLoopGroup, from number: Int, _ handler: @escaping @Sendable () -> some ChannelInboundHandler
    ) async throws -> any Channel {
        let bootstrap = ClientBootstrap(group: group)
            .connectTimeout(.seconds(5))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(handler())
                }
            }
        let source = try SocketAddress(ipAddress: "127.0.1.\(1 + number % sources)", port: 0)
        return try await bootstrap.bind(to: source).connect(host: "127.0.0.1", port: port).get()
    }
}
