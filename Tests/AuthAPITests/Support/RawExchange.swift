import AsyncHTTPClient
import AuthAPI
import DumpIdentity
import NIOCore
import NIOHTTP1

/// What a node answered, with all its headers.
struct RawReply: Sendable {
    let status: Int
    let headers: HTTPHeaders
    let body: [UInt8]

    /// Takes nothing apart: the shared client asks for compressed answers and expands them.
    fileprivate static let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: .init())

    var text: String { String(decoding: body, as: UTF8.self) }

    subscript(header: String) -> String? { headers.first(name: header) }
}

extension TimeAmount {
    /// How long a test waits for an answer: on a machine with other work one may take minutes, and a test that hangs ends
    /// all the same.
    static let patience = TimeAmount.minutes(10)
}

extension TestNode {
    /// Sends a request with these headers, and nothing is taken apart.
    func raw(
        _ method: String, _ path: String, _ headers: [String: String] = [:], body: String? = nil
    ) async throws -> RawReply {
        var request = HTTPClientRequest(url: address.appending(path))
        request.method = HTTPMethod(rawValue: method)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body { request.body = .bytes(ByteBuffer(string: body)) }
        let response = try await RawReply.client.execute(request, timeout: .patience)
        let bytes = try await response.body.collect(upTo: 4 << 20)
        return RawReply(
            status: Int(response.status.code), headers: response.headers, body: Array(bytes.readableBytesView))
    }
}
