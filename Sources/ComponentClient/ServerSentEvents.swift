/// One event of a stream.
struct ServerSentEvent: Sendable, Equatable {
    /// What kind of event it is; `message` where nothing is said.
    let type: String
    /// The lines of its data, joined by line feeds.
    let data: String
}

/// Reads an event stream piece by piece. Ids and pauses that the stream names are passed over: where the feed goes on is
/// told by what is signed in it.
///
/// Source: WHATWG HTML, "Server-sent events", "Interpreting an event stream".
struct ServerSentEvents: Sendable {
    /// The longest line, and the longest data of one event, in bytes.
    let limit: Int

    private var line: [UInt8] = []
    private var data: [UInt8] = []
    private var hasData = false
    private var type = ""
    /// Whether the last byte was a carriage return: a line feed behind it belongs to it.
    private var isAfterReturn = false
    private var isAtStart = true

    init(limit: Int) { self.limit = limit }

    /// Takes bytes as they come, and gives the events that they complete.
    ///
    /// - Throws: ``ComponentError/tooLong(limit:)``, ``ComponentError/malformed`` for what is not UTF-8.
    mutating func take(_ bytes: some Sequence<UInt8>) throws(ComponentError) -> [ServerSentEvent] {
        var events: [ServerSentEvent] = []
        for byte in bytes {
            defer { isAfterReturn = byte == 0x0d }
            switch byte {
            case 0x0a where isAfterReturn: continue
            case 0x0a, 0x0d: if let event = try endLine() { events.append(event) }
            default:
                guard line.count < limit else { throw .tooLong(limit: limit) }
                line.append(byte)
            }
        }
        return events
    }

    private mutating func endLine() throws(ComponentError) -> ServerSentEvent? {
        defer { line.removeAll(keepingCapacity: true) }
        // One byte order mark may stand at the beginning.
        if isAtStart, line.starts(with: [0xef, 0xbb, 0xbf]) { line.removeFirst(3) }
        isAtStart = false
        if line.isEmpty { return try endEvent() }
        let name = line.prefix { $0 != UInt8(ascii: ":") }
        var value = line.dropFirst(name.count + 1)
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        if name.elementsEqual("data".utf8) {
            guard data.count + value.count < limit else { throw .tooLong(limit: limit) }
            if hasData { data.append(0x0a) }
            data += value
            hasData = true
        } else if name.elementsEqual("event".utf8) {
            type = try text(value)
        }
        return nil
    }

    private mutating func endEvent() throws(ComponentError) -> ServerSentEvent? {
        defer {
            data.removeAll(keepingCapacity: true)
            hasData = false
            type = ""
        }
        guard hasData else { return nil }
        return ServerSentEvent(type: type.isEmpty ? "message" : type, data: try text(data[...]))
    }

    private func text(_ bytes: ArraySlice<UInt8>) throws(ComponentError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .malformed }
        return text
    }
}
