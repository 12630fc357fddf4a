internal import HTTPTypes
internal import Hummingbird
internal import IPLD
internal import Logging
internal import Sodium

/// The name of one request at this node, by which its answer and its log lines are found together.
///
/// It is made by the node and random: one that a caller chose could tie requests to each other, and the running number
/// that the HTTP library gives would tell how many there were in between.
struct RequestIdentifier: Hashable, Sendable {
    /// How many random bytes there are.
    static let length = 16
    /// The field of an answer in which it stands.
    static let field = "Request-Id"

    /// 26 characters of base32, always.
    let text: String

    init(random: RandomSource) { text = Base32.encode(random.bytes(RequestIdentifier.length)) }
}

/// Names each request in its answer, whatever that is, and in the log, in place of the library's number. What the caller
/// sent under that name is not read.
struct RequestIdentifierMiddleware: RouterMiddleware {
    let random: RandomSource

    func handle(
        _ request: Request, context: NodeContext, next: (Request, NodeContext) async throws -> Response
    ) async throws -> Response {
        let identifier = RequestIdentifier(random: random)
        var context = context
        context.logger[metadataKey: "hb.request.id"] = "\(identifier.text)"
        var response = try await next(request, context)
        response.headers[named: RequestIdentifier.field] = identifier.text
        return response
    }
}

extension HTTPFields {
    /// The value of a field that `HTTPTypes` has no name for.
    subscript(named name: String) -> String? {
        get { HTTPField.Name(name).flatMap { self[$0] } }
        set { if let name = HTTPField.Name(name) { self[name] = newValue } }
    }
}
