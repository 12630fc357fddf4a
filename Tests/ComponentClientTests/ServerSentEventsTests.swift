import Testing

@testable import ComponentClient

struct ServerSentEventsTests {
    private static let cases: [(text: String, events: [(String, String)])] = [
        ("data: a\n\n", [("message", "a")]),
        ("event: revoked\nid: 1\ndata: a\n\ndata: b\n\n", [("revoked", "a"), ("message", "b")]),
        ("data: a\ndata: b\n\n", [("message", "a\nb")]),
        ("data:a\n\n", [("message", "a")]),
        ("data:  a\n\n", [("message", " a")]),
        ("data\n\n", [("message", "")]),
        ("data\ndata\n\n", [("message", "\n")]),
        (": a comment\n\n:\n\n", []),
        ("event: x\n\ndata: a\n\n", [("message", "a")]),
        ("retry: 1000\n\nmore: 1\ndata: a\n\n", [("message", "a")]),
        ("\u{feff}data: a\n\n", [("message", "a")]),
        ("data: a\n\n\u{feff}data: b\n\n", [("message", "a")]),
        ("data: not ended\n", []),
        ("data: \u{e9}\u{1F600}\n\n", [("message", "\u{e9}\u{1F600}")]),
    ]

    @Test(arguments: cases.indices, ["\n", "\r", "\r\n"])
    func `a stream is read alike, whatever ends its lines and wherever it is cut`(index: Int, end: String) throws {
        let (text, expected) = Self.cases[index]
        let bytes = Array(text.replacing("\n", with: end).utf8)
        for size in [1, 2, 3, 7, 100] {
            var stream = ServerSentEvents(limit: 64)
            var events: [ServerSentEvent] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                events += try stream.take(bytes[start..<min(start + size, bytes.count)])
            }
            #expect(events == expected.map { ServerSentEvent(type: $0.0, data: $0.1) })
        }
    }

    @Test(arguments: [String(repeating: "a", count: 65), "data: " + String(repeating: "a", count: 59)])
    func `a line beyond the limit is refused before it ends`(line: String) throws {
        var stream = ServerSentEvents(limit: 64)
        #expect(throws: ComponentError.tooLong(limit: 64)) { try stream.take(line.utf8) }
    }

    @Test func `an event beyond the limit is refused, however short its lines`() throws {
        var stream = ServerSentEvents(limit: 64)
        #expect(throws: ComponentError.tooLong(limit: 64)) {
            for _ in 0..<7 { _ = try stream.take("data: 0123456789\n".utf8) }
        }
    }

    @Test func `what is not UTF-8 is refused`() throws {
        var stream = ServerSentEvents(limit: 64)
        #expect(throws: ComponentError.malformed) {
            try stream.take(Array("data: ".utf8) + [0xff] + Array("\n\n".utf8))
        }
    }
}
