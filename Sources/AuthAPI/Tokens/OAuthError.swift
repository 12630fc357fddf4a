internal import HTTPTypes
internal import Hummingbird
internal import IPLD
internal import NIOCore

/// What the endpoints of OAuth refuse, in the form of OAuth. Source: RFC 6749, section 5.2; RFC 7009, section 2.2.1.
enum OAuthError: Error, Equatable {
    /// A parameter is missing, stands twice, or is none.
    case invalidRequest
    /// The caller did not show who it is, or has no right to this. Why is not told.
    case invalidClient
    /// The token is one of another kind, or of another node: it is not revoked here.
    case unsupportedTokenType

    private var name: String {
        switch self {
        case .invalidRequest: "invalid_request"
        case .invalidClient: "invalid_client"
        case .unsupportedTokenType: "unsupported_token_type"
        }
    }

    var response: Response {
        var headers: HTTPFields = [.contentType: Media.json, .cacheControl: "no-store"]
        // A challenge has to stand there (RFC 9110, section 15.5.2). The invocation goes in the form.
        if self == .invalidClient { headers[.wwwAuthenticate] = "UCAN parameter=\"client_assertion\"" }
        return Response(
            status: self == .invalidClient ? .unauthorized : .badRequest, headers: headers,
            body: .init(byteBuffer: ByteBuffer(string: "{\"error\":\"\(name)\"}")))
    }
}
