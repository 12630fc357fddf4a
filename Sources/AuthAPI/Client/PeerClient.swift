internal import AsyncHTTPClient
internal import Foundation
internal import HTTPTypes
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// What a node answered.
public struct PeerResponse: Sendable {
    /// The HTTP status.
    public let status: Int
    /// The body, whole.
    public let body: [UInt8]
    /// The media type, without parameters.
    public let mediaType: String
}

/// Why a node could not be asked.
public enum PeerError: Error, Equatable, Sendable {
    /// There is no connection: nothing was sent.
    case unreachable
    /// There was a connection and no whole answer in time: what was sent may have arrived.
    case unanswered
    /// The answer is longer than its limit, in bytes.
    case tooLarge(limit: Int)
}

/// HTTP calls to nodes: no redirects, 5 s to connect, 10 s in all where nothing else is said, and no more of an answer than
/// asked for.
public struct PeerClient: Sendable {
    private let client: HTTPClient
    private let patience: Int64

    /// A client with its own connections; `patience` is the time for a whole answer, in seconds.
    public init(patience: Int64 = 10) {
        self.patience = patience
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(5), read: .seconds(patience)))
        configuration.httpVersion = .http1Only
        // A failed connection is told at once: the callers have their own backoff.
        configuration.connectionPool.retryConnectionEstablishment = false
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Failures before anything of the request was sent.
    private static let beforeConnecting: [HTTPClientError] = [
        .connectTimeout, .getConnectionFromPoolTimeout, .invalidURL, .emptyHost, .emptyScheme, .tlsHandshakeTimeout,
    ]

    /// Closes the connections.
    public func shutdown() async throws { try await client.shutdown() }

    /// Sends one request; `body` goes with its media type.
    ///
    /// - Throws: ``PeerError``.
    public func send(
        _ method: String, _ url: String, body: (bytes: [UInt8], type: String)? = nil, accept: String,
        bearer: String? = nil, limit: Int
    ) async throws(PeerError) -> PeerResponse {
        var request = HTTPClientRequest(url: url)
        request.method = HTTPMethod(rawValue: method)
        request.headers.add(name: "accept", value: accept)
        if let bearer { request.headers.add(name: "authorization", value: "Bearer \(bearer)") }
        if let body {
            request.headers.add(name: "content-type", value: body.type)
            request.body = .bytes(body.bytes)
        }
        do {
            let response = try await client.execute(request, timeout: .seconds(patience))
            let buffer = try await response.body.collect(upTo: limit)
            let type = response.headers.first(name: "content-type") ?? ""
            return PeerResponse(
                status: Int(response.status.code), body: Array(buffer.readableBytesView),
                mediaType: String(type.prefix { $0 != ";" }))
        } catch is NIOTooManyBytesError {
            throw .tooLarge(limit: limit)
        } catch is NIOConnectionError {
            throw .unreachable
        } catch let error as IOError where [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH].contains(error.errnoCode) {
            throw .unreachable
        } catch let error as HTTPClientError where PeerClient.beforeConnecting.contains(error) {
            throw .unreachable
        } catch {
            throw .unanswered
        }
    }
}
