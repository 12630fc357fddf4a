internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOHTTP1

/// A connection of HTTP/1.1 that has a place among the others of its source, and on which requests have to arrive in time.
struct BoundedChannel: ServerChildChannel {
    typealias Value = HTTP1Channel.Value

    /// There was no place: the connection is closed without a word, which costs least.
    struct NoPlace: Error {}

    let base: HTTP1Channel
    let connections: OpenConnections
    let patience: TimeAmount

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let source = RequestSource(channel.remoteAddress)
        guard connections.admit(channel, from: source, close: { channel.close(promise: nil) }) else {
            channel.close(promise: nil)
            return channel.eventLoop.makeFailedFuture(NoPlace())
        }
        channel.closeFuture.whenComplete { _ in connections.remove(channel, from: source) }
        return base.setup(channel: channel, logger: logger).flatMapThrowing { value in
            let pipeline = channel.pipeline.syncOperations
            let decoder = try pipeline.context(handlerType: ByteToMessageHandler<HTTPRequestDecoder>.self).handler
            try pipeline.addHandler(ArrivalDeadline(patience), position: .after(decoder))
            return value
        }
    }

    func handle(value: Value, logger: Logger) async { await base.handle(value: value, logger: logger) }
}

/// Closes a connection on which no request has arrived whole for too long: whether nothing comes or a byte at a time, and
/// whether that is the head or the body; what is long has more time, to come and to be taken, at the pace of a slow line.
/// While a request is being answered the time does not run.
final class ArrivalDeadline: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// The bytes for which there is another second.
    private static let pace: Int64 = 16 * 1024

    private let patience: TimeAmount
    private var deadline: Scheduled<Void>?
    /// When the connection is closed; later than the task that looks where more has come meanwhile.
    private var end = NIODeadline.distantFuture
    /// The bytes of the body that have come, and for which there was no second yet.
    private var received: Int64 = 0
    /// The bytes of bodies that were written since the last answer ended.
    private var written: Int64 = 0
    /// How many requests have arrived and are not answered; below 0 where one was answered before it had arrived.
    private var open = 0

    init(_ patience: TimeAmount) { self.patience = patience }

    func handlerAdded(context: ChannelHandlerContext) { start(context) }

    func handlerRemoved(context: ChannelHandlerContext) { deadline?.cancel() }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: break
        case .body(let part):
            received += Int64(part.readableBytes)
            // Who was answered already sends in vain.
            if open >= 0 { end = end + .seconds(received / ArrivalDeadline.pace) }
            received %= ArrivalDeadline.pace
        case .end:
            open += 1
            if open > 0 { deadline?.cancel() }
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head: break
        case .body(let part): written += Int64(part.readableBytes)
        case .end:
            open -= 1
            if open <= 0 { start(context, taking: written) }
            written = 0
        }
        context.write(data, promise: promise)
    }

    /// Begins to wait for a request, where an answer of so many bytes has to be taken before.
    private func start(_ context: ChannelHandlerContext, taking bytes: Int64 = 0) {
        deadline?.cancel()
        received = 0
        end = context.eventLoop.now + patience + .seconds(bytes / ArrivalDeadline.pace)
        wait(context)
    }

    private func wait(_ context: ChannelHandlerContext) {
        deadline = context.eventLoop.assumeIsolated().scheduleTask(deadline: end) { [self] in
            if context.eventLoop.now < end { wait(context) } else { context.close(promise: nil) }
        }
    }
}
