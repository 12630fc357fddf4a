internal import HTTPTypes
internal import IPLD
internal import NIOCore

/// One event of a stream. Source: WHATWG HTML, "Server-sent events", "Parsing an event stream".
struct ServerSentEvent: Sendable, Equatable {
    static let mediaType = "text/event-stream"

    let bytes: ByteBuffer

    /// An event with a value, which stands in DAG-JSON: on one line, because no line feed is written in it.
    init(_ name: String, _ value: Value) throws {
        bytes = ByteBuffer(string: "event: \(name)\ndata: \(try DagJSON.encode(value))\n\n")
    }

    private init(text: String) { bytes = ByteBuffer(string: text) }

    /// A sign of life, which is no event.
    static let heartbeat = ServerSentEvent(text: ":\n\n")

    /// After how many milliseconds who was cut off should come back.
    static func retry(milliseconds: Int) -> ServerSentEvent {
        ServerSentEvent(text: "retry: \(milliseconds)\n\n")
    }

    /// The fields of an answer that is a stream.
    static var headers: HTTPFields {
        var headers: HTTPFields = [.contentType: mediaType, .cacheControl: "no-store"]
        // Proxies of the nginx family pass events on at once where they are told so.
        if let buffering = HTTPField.Name("X-Accel-Buffering") { headers[buffering] = "no" }
        return headers
    }
}
