import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A server on loopback that counts its connections, and writes what it is told to without looking at what it is asked.
final class ScriptedServer: Sendable {
    /// What is written to who has sent something.
    struct Script: Sendable {
        var opening: [UInt8] = []
        /// Written after it without end.
        var more: [UInt8] = []
        /// How long it waits before each of them.
        var pace: TimeAmount?
        /// Whether the connection is closed after the opening.
        var closes = false
        /// Whether it begins before anything was sent.
        var speaksFirst = false

        static let silence = Script()

        static func text(_ opening: String, more: String = "", pace: TimeAmount? = nil, closes: Bool = false) -> Script
        {
            Script(opening: Array(opening.utf8), more: Array(more.utf8), pace: pace, closes: closes)
        }
    }

    private let count = Mutex(0)
    private let heard = Mutex<[UInt8]>([])

    /// How many connections came.
    var connections: Int { count.withLock { $0 } }
    /// What they sent.
    var text: String { heard.withLock { String(decoding: $0, as: UTF8.self) } }

    /// Serves while `body` runs, which is given the port.
    @discardableResult
    func serving<Result>(
        _ script: Script = .silence, host: String = "127.0.0.1", port: Int = 0, security: NIOSSLContext? = nil,
        _ body: (Int) async throws -> Result
    ) async throws -> Result {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { [self] channel in
                count.withLock { $0 += 1 }
                return channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let security { try pipeline.addHandler(NIOSSLServerHandler(context: security)) }
                    try pipeline.addHandler(ScriptHandler(script) { bytes in self.heard.withLock { $0 += bytes } })
                }
            }
            .bind(host: host, port: port).get()
        do {
            let result = try await body(channel.localAddress?.port ?? 0)
            try await channel.close()
            return result
        } catch {
            try? await channel.close()
            throw error
        }
    }
}

private final class ScriptHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let script: ScriptedServer.Script
    private let hear: @Sendable ([UInt8]) -> Void
    private var hasBegun = false
    private var isOpen = true

    init(_ script: ScriptedServer.Script, _ hear: @escaping @Sendable ([UInt8]) -> Void) {
        self.script = script
        self.hear = hear
    }

    func channelActive(context: ChannelHandlerContext) { if script.speaksFirst { begin(context) } }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        hear(Array(unwrapInboundIn(data).readableBytesView))
        if !script.opening.isEmpty || script.closes || !script.more.isEmpty { begin(context) }
    }

    func channelInactive(context: ChannelHandlerContext) { isOpen = false }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func begin(_ context: ChannelHandlerContext) {
        guard !hasBegun else { return }
        hasBegun = true
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: script.opening))).whenComplete { _ in
            let (handler, context) = bound.value
            if handler.script.closes { context.close(promise: nil) } else { handler.goOn(context) }
        }
    }

    private func goOn(_ context: ChannelHandlerContext) {
        guard isOpen, !script.more.isEmpty else { return }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        guard let pace = script.pace else {
            let loop = context.eventLoop
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: script.more))).whenSuccess {
                // In a turn of its own: a write that ends at once would nest without end.
                loop.execute { bound.value.0.goOn(bound.value.1) }
            }
            return
        }
        context.eventLoop.assumeIsolated().scheduleTask(in: pace) {
            let (handler, context) = bound.value
            context.writeAndFlush(handler.wrapOutboundOut(ByteBuffer(bytes: handler.script.more))).whenSuccess {
                bound.value.0.goOn(bound.value.1)
            }
        }
    }
}
