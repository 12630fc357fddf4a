import Foundation
import Hummingbird
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import AuthAPI

/// Who has a connection, and for how long.
struct OpenConnectionsTests {
    /// Something that has a place, and notes that it lost it.
    private final class Place: Sendable {
        private let lost = Mutex(false)
        var isLost: Bool { lost.withLock { $0 } }
        func lose() { lost.withLock { $0 = true } }
    }

    private func source(_ number: Int) throws -> RequestSource { try #require(RequestSource("203.0.113.\(number)")) }

    private func admit(_ place: Place, _ source: RequestSource, to connections: OpenConnections) -> Bool {
        connections.admit(place, from: source) { place.lose() }
    }

    @Test func `a source has so many connections, and others have theirs`() throws {
        let connections = OpenConnections(ConnectionBounds(perSource: 2, total: 8))
        let (one, two) = (try source(1), try source(2))
        let places = (0..<3).map { _ in Place() }
        #expect(places.map { admit($0, one, to: connections) } == [true, true, false])
        #expect(admit(Place(), two, to: connections))
        connections.remove(places[0], from: one)
        connections.remove(places[0], from: one)
        #expect(connections.count == 2)
        #expect(admit(places[2], one, to: connections))
        #expect(places.allSatisfy { !$0.isLost })
    }

    // Threat: STR-150
    @Test func `where all places are taken, who has most gives one to who has fewer`() throws {
        let connections = OpenConnections(ConnectionBounds(perSource: 3, total: 4))
        let held = (0..<3).map { _ in Place() }
        for place in held { #expect(admit(place, try source(1), to: connections)) }
        #expect(admit(Place(), try source(2), to: connections))
        #expect(admit(Place(), try source(3), to: connections))
        #expect(held.filter(\.isLost).count == 1)
        #expect(connections.count == 4)
        // Its closing gives nothing back a second time.
        for place in held where place.isLost { connections.remove(place, from: try source(1)) }
        #expect(connections.count == 4)
    }

    @Test func `where nobody would have fewer, nobody gives up a place`() throws {
        let connections = OpenConnections(ConnectionBounds(perSource: 2, total: 2))
        let places = (0..<4).map { _ in Place() }
        #expect(admit(places[0], try source(1), to: connections))
        #expect(admit(places[1], try source(2), to: connections))
        #expect(!admit(places[2], try source(1), to: connections))
        #expect(!admit(places[3], try source(3), to: connections))
        #expect(places.allSatisfy { !$0.isLost })
    }

    // MARK: Over connections

    /// A server with an answer for what has arrived.
    private func serving(_ bounds: ConnectionBounds, _ body: (Int) async throws -> Void) async throws {
        let router = Router(context: NodeContext.self)
        router.get("/soon") { _, _ in "soon" }
        router.post("/all") { request, _ in "\(try await request.bytes(upTo: 1 << 20).count)" }
        let port = try FreePort.next()
        let (running, continuation) = AsyncStream.makeStream(of: Int.self)
        let server = NodeServer(
            router: router, listen: ListenAddress(host: "127.0.0.1", port: port), connections: bounds,
            logger: LogCollector().logger
        ) { continuation.yield($0) }
        try await whileRunning(running) {
            defer { continuation.finish() }
            try await server.run()
        } body: {
            try await body(port)
        }
    }

    /// Connects from an address of this machine.
    private func connect(from address: String, to port: Int) async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
        try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .bind(to: SocketAddress(ipAddress: address, port: 0))
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel(wrappingChannelSynchronously: channel)
                }
            }
    }

    /// Sends text, a part each 100 ms, and gives what comes until the other end closes.
    private func exchange(_ parts: [String], from address: String, port: Int) async throws -> String {
        let channel = try await connect(from: address, to: port)
        return try await channel.executeThenClose { inbound, outbound in
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    for part in parts {
                        // A connection that is closed meanwhile is what is asked about.
                        do {
                            try await outbound.write(ByteBuffer(string: part))
                            try await Task.sleep(for: .milliseconds(100))
                        } catch { return }
                    }
                }
                var text = ""
                do {
                    for try await part in inbound { text += String(buffer: part) }
                } catch { text += "" }
                group.cancelAll()
                return text
            }
        }
    }

    private static let head = "HTTP/1.1\r\nHost: a\r\n"
    private static let soon = "GET /soon \(head)Connection: close\r\n\r\n"

    // Threat: STR-150
    @Test func `who holds all places of a source keeps out that source alone`() async throws {
        try await serving(ConnectionBounds(perSource: 2, total: 8)) { port in
            let held = [try await connect(from: "127.0.0.2", to: port), try await connect(from: "127.0.0.2", to: port)]
            // A connection is open for the client before the server has seen it: one that is answered shows that.
            #expect(try await exchange([Self.soon], from: "127.0.0.3", port: port).hasSuffix("soon"))
            #expect(try await exchange([Self.soon], from: "127.0.0.2", port: port) == "")
            #expect(try await exchange([Self.soon], from: "127.0.0.3", port: port).hasSuffix("soon"))
            for channel in held { try await channel.executeThenClose { _, _ in } }
            var answer = ""
            // The server sees the end of a connection a moment later.
            while answer.isEmpty { answer = try await exchange([Self.soon], from: "127.0.0.2", port: port) }
            #expect(answer.hasSuffix("soon"))
        }
    }

    // Threat: STR-151
    @Test(
        .timeLimit(.minutes(5)),
        arguments: [
            [], ["GET /so"], Array(repeating: "G", count: 3_000),
            ["POST /all \(head)Content-Length: 3000\r\n\r\n"] + Array(repeating: "x", count: 2_999),
        ])
    func `a connection on which no request arrives whole in time is closed`(parts: [String]) async throws {
        try await serving(ConnectionBounds(patience: 1)) { port in
            // It ends, though this end goes on sending or says nothing more.
            let answer = try await exchange(parts, from: "127.0.0.2", port: port)
            #expect(!answer.contains("soon") && !answer.contains("\r\n\r\n3000"))
        }
    }
}
