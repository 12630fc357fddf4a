internal import Capabilities
internal import IPLD
internal import NIOCore

/// A statement as an event of the stream. Source: WHATWG HTML, "Server-sent events", "Parsing an event stream".
struct FeedFrame: Sendable, Equatable {
    let bytes: ByteBuffer

    /// An event; with an id where a follower may go on behind it.
    init(_ statement: RevocationStatement, isPlace: Bool) {
        var text = "event: \(statement.content.kind)\n"
        if isPlace { text += "id: \(statement.position.text)\n" }
        bytes = ByteBuffer(string: text + "data: \(Base64URL.encode(statement.bytes))\n\n")
    }
}

/// One follower's place in the feed, which is free again when this goes, however the connection ended.
final class FeedSubscription: Sendable {
    /// What the follower missed, or a snapshot, and a sign of life.
    let first: [FeedFrame]
    /// What comes after; it ends where the follower is cut off.
    let frames: AsyncStream<FeedFrame>
    private let leave: @Sendable () -> Void

    init(first: [FeedFrame], frames: AsyncStream<FeedFrame>, leave: @escaping @Sendable () -> Void) {
        self.first = first
        self.frames = frames
        self.leave = leave
    }

    deinit { leave() }
}
