internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL

/// One request and its answer, over a connection of its own to one address.
struct Exchange: Sendable {
    /// The most bytes of one header field of an answer, of all of them, and their number.
    static let headerLimits = {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = 8_192
        limits.maxHeaderListSize = 32_768
        limits.maxHeaderFieldCount = 64
        return limits
    }()

    let destination: Destination
    let head: HTTPRequestHead
    let body: [UInt8]
    /// The most bytes of the answer's body.
    let limit: Int
    /// How TLS is spoken, where it is.
    let security: NIOSSLContext?

    /// Connects and exchanges; both times in which this has to be done count from now.
    ///
    /// - Throws: ``PeerError``, or `CancellationError`.
    func run(at address: IPAddress, connectWithin: Duration, answerWithin: Duration) async throws -> PeerResponse {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let answer = loop.makePromise(of: PeerResponse.self)
        let bounds = AnswerHandler.Bounds(
            connect: .nanoseconds(connectWithin.nanoseconds), answer: .nanoseconds(answerWithin.nanoseconds),
            body: limit)
        do {
            let socket = try SocketAddress(packedIPAddress: ByteBuffer(bytes: address.bytes), port: destination.port)
            ClientBootstrap(group: loop)
                .connectTimeout(bounds.connect)
                .channelInitializer { channel in
                    // However it ends, the connection ends with it.
                    answer.futureResult.whenComplete { _ in channel.close(promise: nil) }
                    return channel.eventLoop.makeCompletedFuture {
                        try prepare(channel.pipeline.syncOperations, bounds, answer)
                    }
                }
                .connect(to: socket)
                .whenFailure { _ in answer.fail(PeerError.unreachable) }
        } catch { answer.fail(PeerError.unreachable) }
        return try await withTaskCancellationHandler {
            try await answer.futureResult.get()
        } onCancel: {
            answer.fail(CancellationError())
        }
    }

    private func prepare(
        _ pipeline: ChannelPipeline.SynchronousOperations, _ bounds: AnswerHandler.Bounds,
        _ answer: EventLoopPromise<PeerResponse>
    ) throws {
        if let security {
            // An address is no server name; the certificate is then checked for the address.
            let name: String? = if case .name(let name) = destination.host { name } else { nil }
            try pipeline.addHandler(NIOSSLClientHandler(context: security, serverHostname: name))
        }
        try pipeline.addHandler(ByteCountHandler(limit: 2 * bounds.body + 65_536))
        try pipeline.addHandler(HTTPRequestEncoder())
        try pipeline.addHandler(
            ByteToMessageHandler(
                HTTPResponseDecoder(
                    leftOverBytesStrategy: .dropBytes, informationalResponseStrategy: .forward,
                    limitConfiguration: Exchange.headerLimits)))
        try pipeline.addHandler(
            AnswerHandler(head: head, body: body, isSecure: security != nil, bounds: bounds, answer: answer))
    }
}

/// Ends a connection that brings more bytes than an answer has, whatever they are: interim answers without end, frames
/// of chunks that carry nothing.
private final class ByteCountHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private var rest: Int

    init(limit: Int) { rest = limit }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        rest -= unwrapInboundIn(data).readableBytes
        guard rest >= 0 else {
            context.fireErrorCaught(PeerError.unanswered)
            context.close(promise: nil)
            return
        }
        context.fireChannelRead(data)
    }
}

extension Duration {
    /// In whole nanoseconds.
    fileprivate var nanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}
