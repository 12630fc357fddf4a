internal import AsyncHTTPClient
internal import Capabilities
internal import Deflate
internal import NIOCore
internal import NIOHTTP1

/// Reads what nodes publish: no redirects, 5 s to connect, no more of an answer than allowed.
struct NodeReader: Sendable {
    /// An answer that is whole.
    struct Answer: Sendable {
        let status: Int
        let bytes: [UInt8]
        let tag: String?
    }

    private static let patience = TimeAmount.seconds(10)
    private let client: HTTPClient

    /// A reader that gives an answer up which brings nothing for so many seconds.
    init(silence: Int64) {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: .init(connect: .seconds(5), read: .seconds(silence)))
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    func shutdown() async { try? await client.shutdown() }

    /// Fetches something whole; with a tag, 304 says that it has not changed.
    func fetch(_ uri: String, accept: String, tag: String? = nil, limit: Int) async throws -> Answer {
        var request = HTTPClientRequest(url: uri)
        request.headers.add(name: "accept", value: accept)
        request.headers.add(name: "accept-encoding", value: "gzip")
        if let tag { request.headers.add(name: "if-none-match", value: tag) }
        let response = try await client.execute(request, timeout: NodeReader.patience)
        let status = Int(response.status.code)
        if status == 304, tag != nil { return Answer(status: status, bytes: [], tag: tag) }
        guard status == 200 else { throw ComponentError.status(status) }
        let buffer = try await response.body.collect(upTo: limit)
        var bytes = Array(buffer.readableBytesView)
        switch response.headers.first(name: "content-encoding") {
        case nil: break
        case "gzip": bytes = try Deflate.decompress(bytes, format: .gzip, limit: limit)
        default: throw ComponentError.mediaType
        }
        return Answer(status: status, bytes: bytes, tag: response.headers.first(name: "etag"))
    }

    /// Opens an event stream, behind the event of that id.
    func stream(_ uri: String, after last: String?) async throws -> HTTPClientResponse.Body {
        var request = HTTPClientRequest(url: uri)
        request.headers.add(name: "accept", value: RevocationStatement.mediaType)
        request.headers.add(name: "cache-control", value: "no-store")
        if let last { request.headers.add(name: "last-event-id", value: last) }
        let response = try await client.execute(request, timeout: NodeReader.patience)
        guard response.status == .ok else { throw ComponentError.status(Int(response.status.code)) }
        let type = response.headers.first(name: "content-type")?.prefix { $0 != ";" } ?? ""
        guard type.lowercased() == RevocationStatement.mediaType else { throw ComponentError.mediaType }
        return response.body
    }
}
