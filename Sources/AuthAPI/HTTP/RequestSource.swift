internal import DumpIdentity
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Sodium

/// Where a request comes from, as far as guesses are counted: an IPv4 address, or the first 64 bits of an IPv6 address,
/// of which one household has all the others.
struct RequestSource: Hashable, Sendable {
    /// 4 bytes, 8 bytes, or none where it is not known.
    private let bytes: [UInt8]

    /// Where no address is known; all such requests count together.
    static let unknown = RequestSource(bytes: [])

    private init(bytes: [UInt8]) { self.bytes = bytes }

    /// An address as text, without a port; `nil` where it is none.
    init?(_ text: some StringProtocol) {
        let address = text.prefix { $0 != "%" }
        var bytes = [UInt8](repeating: 0, count: 16)
        if unsafe inet_pton(AF_INET, String(address), &bytes) == 1 {
            self.bytes = Array(bytes.prefix(4))
        } else if unsafe inet_pton(AF_INET6, String(address), &bytes) == 1 {
            // An IPv4 address in the form of IPv6 is the same source (RFC 4291, section 2.5.5.2).
            let isMapped = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 0xff && bytes[11] == 0xff
            self.bytes = Array(isMapped ? bytes.suffix(4) : bytes.prefix(8))
        } else {
            return nil
        }
    }

    /// The other end of a connection.
    init(_ address: SocketAddress?) { self = address?.ipAddress.flatMap { RequestSource($0) } ?? .unknown }

    /// The source as owners of requests may know it, under a key that only the node has.
    func origin(under key: borrowing SecretBytes) throws -> RequestOrigin {
        let digest = try Hashing.blake2b(Derivation.message("dump/v1/origin", context: bytes), key: key)
        return try RequestOrigin(Array(digest.prefix(RequestOrigin.length)))
    }

    /// The last entry of `X-Forwarded-For`, which the proxy before the node has written; those before it came with the
    /// request. `nil` where there is none that can be read.
    init?(forwarded headers: HTTPFields) {
        guard let name = HTTPField.Name("X-Forwarded-For"),
            let last = headers[values: name].last?.split(separator: ",", omittingEmptySubsequences: false).last
        else { return nil }
        let entry = last.trimmingCharacters(in: .whitespaces)
        if entry.hasPrefix("[") {
            self.init(entry.dropFirst().prefix { $0 != "]" })
        } else if entry.count(where: { $0 == ":" }) == 1 {
            self.init(entry.prefix { $0 != ":" })
        } else {
            self.init(entry)
        }
    }
}

/// Takes the source of a request from the header that a reverse proxy writes. Only for nodes behind one: anyone can write
/// the header.
struct ForwardedSourceMiddleware: RouterMiddleware {
    func handle(
        _ request: Request, context: NodeContext, next: (Request, NodeContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        if let source = RequestSource(forwarded: request.headers) { context.source = source }
        return try await next(request, context)
    }
}
