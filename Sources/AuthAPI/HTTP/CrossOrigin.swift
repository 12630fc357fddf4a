public import DumpIdentity
internal import HTTPTypes
internal import Hummingbird

/// Where a web page comes from: scheme, host, perhaps a port. Source: RFC 6454, section 6.
public struct WebOrigin: Hashable, Sendable {
    /// The origin as browsers send it.
    public let string: String

    /// Reads an origin of `http` or `https`; there is none for everyone.
    ///
    /// - Throws: ``IdentityError/invalidAddress``.
    public init(_ text: String) throws(IdentityError) {
        let address = try NodeAddress(text)
        // An address may have a path; an origin has none, nor the slash before it.
        guard text.utf8.count(where: { $0 == UInt8(ascii: "/") }) == 2 else { throw .invalidAddress }
        string = address.string
    }
}

/// Lets the web pages of named origins call the node, and no others. What tells who calls is a header that a page has to
/// set, never a cookie: so no page acts for someone without knowing the token, and credentials of the browser are not
/// asked for. Source: WHATWG Fetch, "HTTP-CORS protocol".
struct CrossOriginMiddleware: RouterMiddleware {
    private static let methods = "GET, POST, PUT, PATCH, DELETE"
    private static let requestFields = "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match"
    private static let answerFields =
        "ETag, Request-Id, Retry-After, RateLimit, RateLimit-Policy, WWW-Authenticate"

    private let origins: Set<String>

    init(_ origins: [WebOrigin]) { self.origins = Set(origins.map(\.string)) }

    func handle(
        _ request: Request, context: NodeContext, next: (Request, NodeContext) async throws -> Response
    ) async throws -> Response {
        let origin = request.headers[.origin].flatMap { origins.contains($0) ? $0 : nil }
        var response: Response
        if let origin, request.method == .options, request.headers[.accessControlRequestMethod] != nil {
            response = Response(
                status: .noContent,
                headers: [
                    .accessControlAllowMethods: CrossOriginMiddleware.methods,
                    .accessControlAllowHeaders: CrossOriginMiddleware.requestFields, .accessControlMaxAge: "600",
                    .accessControlAllowOrigin: origin, .cacheControl: "no-store",
                ])
        } else {
            response = try await next(request, context)
            if let origin {
                response.headers[.accessControlAllowOrigin] = origin
                response.headers[.accessControlExposeHeaders] = CrossOriginMiddleware.answerFields
            }
        }
        // A cache must not give one origin's answer to another.
        response.headers[.vary] = [response.headers[.vary], "Origin"].compactMap(\.self).joined(separator: ", ")
        return response
    }
}
