import AsyncHTTPClient
import AuthAPI
import Capabilities
import DumpIdentity
import IPLD
import NIOCore
import NIOHTTP1

/// A connection to the feed of a node, read event by event.
struct FeedReading {
    struct Event: Sendable, Equatable {
        let type: String
        let id: String?
        let statement: RevocationStatement
    }

    let status: Int
    let headers: [String: String]
    private var parts: HTTPClientResponse.Body.AsyncIterator
    private var text = ""

    /// Connects; `last` is sent as `Last-Event-ID`.
    init(_ node: TestNode, after last: String? = nil) async throws {
        var request = HTTPClientRequest(url: node.address.appending("/v1/revocations"))
        if let last { request.headers.add(name: "last-event-id", value: last) }
        let response = try await HTTPClient.shared.execute(request, timeout: .patience)
        status = Int(response.status.code)
        headers = Dictionary(
            response.headers.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { first, _ in first })
        parts = response.body.makeAsyncIterator()
    }

    /// The next event, verified as a statement of the node's; `nil` where the stream has ended.
    mutating func next(_ node: TestNode) async throws -> Event? {
        while true {
            while let end = text.firstRange(of: "\n\n") {
                let lines = text[..<end.lowerBound].split(separator: "\n").map(String.init)
                text.removeSubrange(..<end.upperBound)
                let fields = Dictionary(
                    lines.compactMap { line in
                        line.firstRange(of: ": ").map {
                            (String(line[..<$0.lowerBound]), String(line[$0.upperBound...]))
                        }
                    }, uniquingKeysWith: { $1 })
                guard let data = fields["data"] else { continue }
                let statement = try RevocationStatement(
                    verifying: Base64URL.decode(data), by: [node.node.principal])
                return Event(type: fields["event"] ?? "", id: fields["id"], statement: statement)
            }
            guard let part = try await parts.next() else { return nil }
            text += String(buffer: part)
        }
    }

    /// The next events, up to and with a sign of life.
    mutating func untilAlive(_ node: TestNode) async throws -> [Event] {
        var events: [Event] = []
        while let event = try await next(node) {
            events.append(event)
            if event.type == "alive" { break }
        }
        return events
    }
}

extension RevocationStatement {
    /// The names it tells.
    var names: [RevocationName] {
        switch content {
        case .revoked(let names), .snapshot(let names, _, _): names
        case .alive: []
        }
    }
}
