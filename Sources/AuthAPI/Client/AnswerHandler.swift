internal import NIOCore
internal import NIOHTTP1
internal import NIOTLS

/// Sends a request once there is a connection, and collects the answer within its bounds.
///
/// What fails before the request was sent is ``PeerError/unreachable``, later ``PeerError/unanswered``.
final class AnswerHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    /// What an answer may take, from the moment that the connection is begun.
    struct Bounds: Sendable {
        /// Until the connection stands, TLS included.
        let connect: TimeAmount
        /// Until the answer is whole.
        let answer: TimeAmount
        /// The most bytes of its body.
        let body: Int
    }

    /// The most interim answers (1xx) before the one that counts.
    private static let maximumInterim = 8

    private let head: HTTPRequestHead
    private let body: [UInt8]
    private let isSecure: Bool
    private let bounds: Bounds
    private let answer: EventLoopPromise<PeerResponse>
    private var timers: [Scheduled<Void>] = []
    private var isSent = false
    private var interim = 0
    private var response: HTTPResponseHead?
    private var collected: [UInt8] = []

    init(
        head: HTTPRequestHead, body: [UInt8], isSecure: Bool, bounds: Bounds, answer: EventLoopPromise<PeerResponse>
    ) {
        self.head = head
        self.body = body
        self.isSecure = isSecure
        self.bounds = bounds
        self.answer = answer
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let loop = context.eventLoop.assumeIsolated()
        timers = [
            loop.scheduleTask(in: bounds.connect) { [self] in if !isSent { answer.fail(PeerError.unreachable) } },
            loop.scheduleTask(in: bounds.answer) { [self] in fail() },
        ]
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        for timer in timers { timer.cancel() }
        fail()
    }

    func channelActive(context: ChannelHandlerContext) { if !isSecure { send(context) } }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent { send(context) }
    }

    func channelInactive(context: ChannelHandlerContext) { fail() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { fail() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): take(head)
        case .body(let buffer):
            guard collected.count + buffer.readableBytes <= bounds.body else {
                return answer.fail(PeerError.tooLarge(limit: bounds.body))
            }
            collected += buffer.readableBytesView
        case .end:
            guard let response else { return }
            let type = response.headers.first(name: "content-type") ?? ""
            answer.succeed(
                PeerResponse(
                    status: Int(response.status.code), body: collected, mediaType: String(type.prefix { $0 != ";" }),
                    fields: Dictionary(
                        response.headers.map { ($0.name.lowercased(), $0.value) },
                        uniquingKeysWith: { "\($0), \($1)" })))
        }
    }

    private func take(_ head: HTTPResponseHead) {
        guard head.status.code >= 200 else {
            interim += 1
            // Nothing was asked for that another protocol could be switched to for.
            if interim > AnswerHandler.maximumInterim || head.status == .switchingProtocols { fail() }
            return
        }
        // Nothing compressed was asked for, and what it would unpack to is not known.
        let codings = head.headers[canonicalForm: "content-encoding"]
        guard codings.allSatisfy({ $0.lowercased() == "identity" }) else { return fail() }
        if let stated = head.headers.first(name: "content-length").flatMap({ Int($0) }), stated > bounds.body {
            return answer.fail(PeerError.tooLarge(limit: bounds.body))
        }
        response = head
    }

    private func send(_ context: ChannelHandlerContext) {
        guard !isSent else { return }
        isSent = true
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if !body.isEmpty { context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    /// Ends the exchange without an answer; where it has ended, nothing happens.
    private func fail() { answer.fail(isSent ? PeerError.unanswered : PeerError.unreachable) }
}
