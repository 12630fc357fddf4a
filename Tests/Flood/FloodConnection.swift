import NIOCore

/// One connection of the flood: sends a request as soon as the one before is answered.
///
/// The answer is read with no more than what that takes: the flood is to be limited by the node, not by itself.
final class FloodConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let requests: Ammunition
    private let tally: Tally
    private var unread = ByteBuffer()
    /// The request that is not answered yet.
    private var waiting: Int?

    init(_ requests: Ammunition, _ tally: Tally) {
        self.requests = requests
        self.tally = tally
    }

    func channelActive(context: ChannelHandlerContext) { send(context) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var part = unwrapInboundIn(data)
        unread.writeBuffer(&part)
        while let status = FloodConnection.answer(&unread) {
            waiting = nil
            tally.note(answer: status)
            send(context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if let waiting { tally.note(cut: waiting) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func send(_ context: ChannelHandlerContext) {
        guard let number = tally.next() else { return context.close(promise: nil) }
        waiting = number
        context.writeAndFlush(wrapOutboundOut(requests.requests[number]), promise: nil)
    }

    /// Takes one answer with its body from the buffer, and gives its status; `nil` where it is not whole yet.
    private static func answer(_ buffer: inout ByteBuffer) -> Int? {
        let bytes = buffer.readableBytesView
        let ending = Array("\r\n\r\n".utf8)
        guard
            let end = bytes.indices.dropLast(3).first(where: {
                bytes[$0] == 13 && bytes[$0..<$0 + 4].elementsEqual(ending)
            })
        else { return nil }
        let head = String(decoding: bytes[..<end], as: UTF8.self).lowercased().split(separator: "\r\n")
        let length =
            head.compactMap { line in
                line.hasPrefix("content-length:") ? Int(line.dropFirst(15).drop { $0 == " " }) : nil
            }.first ?? 0
        let whole = end + 4 - bytes.startIndex + length
        guard buffer.readableBytes >= whole, let status = head.first?.dropFirst(9).prefix(3) else { return nil }
        buffer.moveReaderIndex(forwardBy: whole)
        buffer.discardReadBytes()
        return Int(status) ?? 0
    }
}

/// A connection that is only held: its request comes a byte at a time, and never ends.
final class HeldConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let host: String

    init(_ host: String) { self.host = host }

    func channelActive(context: ChannelHandlerContext) {
        let head = ByteBuffer(string: Ammunition.head(host, length: 100_000))
        context.writeAndFlush(wrapOutboundOut(head), promise: nil)
        let channel = context.channel
        context.eventLoop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { task in
            guard channel.isActive else { return task.cancel() }
            channel.writeAndFlush(ByteBuffer(bytes: [0]), promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
