import AsyncHTTPClient
import AuthAPI
import NIOCore
import NIOHTTP1

/// Sends a body in chunks, without saying how long it is.
func chunked(
    _ method: String, _ url: String, _ bytes: [UInt8], type: String, bearer: String?
) async throws -> Reply {
    var request = HTTPClientRequest(url: url)
    request.method = HTTPMethod(rawValue: method)
    request.headers.add(name: "content-type", value: type)
    request.headers.add(name: "accept", value: "application/json")
    request.headers.add(name: "if-match", value: "*")
    if let bearer { request.headers.add(name: "authorization", value: "Bearer \(bearer)") }
    let parts = stride(from: 0, to: bytes.count, by: 8_192).map {
        ByteBuffer(bytes: bytes[$0..<min($0 + 8_192, bytes.count)])
    }
    request.body = .stream(parts.async, length: .unknown)
    let response = try await HTTPClient.shared.execute(request, timeout: .patience)
    let body = try await response.body.collect(upTo: 1 << 20)
    return Reply(
        status: Int(response.status.code), body: Array(body.readableBytesView),
        mediaType: response.headers.first(name: "content-type") ?? "",
        fields: Dictionary(
            response.headers.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { "\($0), \($1)" }))
}

extension Array where Element == ByteBuffer {
    /// The parts, one after another.
    fileprivate var async: AsyncStream<ByteBuffer> {
        AsyncStream { continuation in
            for part in self { continuation.yield(part) }
            continuation.finish()
        }
    }
}
