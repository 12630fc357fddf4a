import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import AuthAPI

/// How long a connection may be without a whole request, by a clock that the tests move.
struct ArrivalDeadlineTests {
    private let loop = EmbeddedEventLoop()
    private let channel: EmbeddedChannel

    init() throws {
        channel = EmbeddedChannel(loop: loop)
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
        try channel.pipeline.syncOperations.addHandler(ArrivalDeadline(.seconds(60)))
    }

    private func head() throws {
        try channel.writeInbound(HTTPServerRequestPart.head(.init(version: .http1_1, method: .POST, uri: "/")))
    }

    private func body(_ bytes: Int = 1) throws {
        try channel.writeInbound(HTTPServerRequestPart.body(ByteBuffer(repeating: 0, count: bytes)))
    }

    private func end() throws { try channel.writeInbound(HTTPServerRequestPart.end(nil)) }

    private func answer(_ bytes: Int = 0) throws {
        try channel.writeOutbound(HTTPServerResponsePart.head(.init(version: .http1_1, status: .ok)))
        let body = ByteBuffer(repeating: 0, count: bytes)
        try channel.writeOutbound(HTTPServerResponsePart.body(.byteBuffer(body)))
        try channel.writeOutbound(HTTPServerResponsePart.end(nil))
    }

    /// Whether the connection is open after so many more seconds, and not after one more.
    private func isClosed(after seconds: Int64) -> Bool {
        loop.advanceTime(by: .seconds(seconds) - .milliseconds(1))
        let wasOpen = channel.isActive
        loop.advanceTime(by: .milliseconds(1))
        return wasOpen && !channel.isActive
    }

    // Threat: STR-151
    @Test func `a connection on which nothing comes is closed`() { #expect(isClosed(after: 60)) }

    // Threat: STR-151
    @Test func `what comes now and then does not help`() throws {
        try head()
        for _ in 0..<59 {
            loop.advanceTime(by: .seconds(1))
            try body()
        }
        #expect(isClosed(after: 1))
    }

    @Test func `the time does not run while an answer is waited for`() throws {
        try head()
        try end()
        loop.advanceTime(by: .hours(1))
        #expect(channel.isActive)
        try answer()
        #expect(isClosed(after: 60))
    }

    @Test func `each request has its time`() throws {
        for _ in 0..<5 {
            loop.advanceTime(by: .seconds(59))
            try head()
            try end()
            try answer()
        }
        #expect(isClosed(after: 60))
    }

    @Test func `requests that come before the answer of the one before count each`() throws {
        for _ in 0..<2 {
            try head()
            try end()
        }
        try answer()
        loop.advanceTime(by: .hours(1))
        #expect(channel.isActive)
        try answer()
        #expect(isClosed(after: 60))
    }

    @Test func `a long answer has a second for each 16 KiB to be taken, and the next has its own`() throws {
        for (bytes, seconds) in [(16 * 1024 * 1024, 60 + 1024), (16 * 1024 - 1, 60)] {
            try head()
            try end()
            try answer(bytes)
            loop.advanceTime(by: .seconds(Int64(seconds)) - .milliseconds(1))
            #expect(channel.isActive)
        }
        loop.advanceTime(by: .milliseconds(1))
        #expect(!channel.isActive)
    }

    @Test func `a long body has a second for each 16 KiB that have come, and the next request its own`() throws {
        for _ in 0..<2 {
            try head()
            for _ in 0..<160 { try body(1024 + 1) }
            loop.advanceTime(by: .seconds(60 + 10) - .milliseconds(1))
            #expect(channel.isActive)
            try end()
            try answer()
        }
        #expect(isClosed(after: 60))
    }

    // Threat: STR-151
    @Test func `who sends more slowly than that has no more time in the end`() throws {
        try head()
        for _ in 0..<117 {
            loop.advanceTime(by: .seconds(1))
            try body(8 * 1024)
        }
        #expect(isClosed(after: 1))
    }

    // Threat: STR-151
    @Test func `who was refused early and goes on sending has no more time`() throws {
        try head()
        try answer()
        for _ in 0..<59 {
            loop.advanceTime(by: .seconds(1))
            try body(1024 * 1024)
        }
        #expect(isClosed(after: 1))
    }
}
