internal import DumpIdentity
internal import HTTPTypes
internal import Hummingbird
internal import IPLD
internal import Logging
internal import NIOCore

/// The context of every request; with a session where the caller showed a valid token.
struct NodeContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    var session: Session?
    /// Where the request comes from.
    var source: RequestSource
    /// The methods that the path has; `nil` where it has the one that was asked for, or none at all.
    var otherMethods: [String]?

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        session = nil
        self.source = RequestSource(source.channel.remoteAddress)
    }
}

/// The context of what only a person with a session may do. Without a session it cannot be made.
struct PersonContext: ChildRequestContext {
    var coreContext: CoreRequestContextStorage
    let session: Session
    let source: RequestSource

    init(context: NodeContext) throws {
        guard let session = context.session else { throw APIError.unauthenticated }
        coreContext = context.coreContext
        self.session = session
        source = context.source
    }
}

/// Finds the session of the bearer token, and unwraps the root key for this one request.
struct SessionMiddleware: RouterMiddleware {
    let accounts: AccountService

    func handle(
        _ request: Request, context: NodeContext, next: (Request, NodeContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        if let header = request.headers[.authorization] {
            guard let token = SessionMiddleware.token(header) else { throw APIError.unauthenticated }
            context.session = try await accounts.session(token: token)
        }
        return try await next(request, context)
    }

    /// The bytes of a bearer token; `nil` where the header has none.
    static func token(_ header: String) -> [UInt8]? {
        guard header.hasPrefix("Bearer ") else { return nil }
        return try? Base64URL.decode(header.dropFirst(7))
    }
}
