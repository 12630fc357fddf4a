internal import HTTPTypes
internal import Hummingbird

/// Finds which methods a path has where it does not have the one that was asked for: the router itself tells that and no
/// path at all alike. ``MethodMiddleware`` refuses. What answers `HEAD` has no content, whatever answers: who reads it would
/// take the content for the start of the next answer. Source: RFC 9110, section 9.3.2.
struct MethodResponder: HTTPResponder {
    /// A path of the router with its methods; an element in braces stands for any.
    private struct Entry {
        let elements: [Substring]
        var methods: [HTTPRequest.Method]

        /// How many elements stand for any.
        var placeholders: Int { elements.count { $0.first == "{" } }

        func matches(_ path: [Substring]) -> Bool {
            elements.count == path.count && zip(elements, path).allSatisfy { $0.first == "{" || $0 == $1 }
        }
    }

    private let entries: [Entry]
    private let responder: RouterResponder<NodeContext>

    init(_ router: Router<NodeContext>) {
        entries = Dictionary(grouping: router.routes, by: \.path.description).map { path, routes in
            Entry(elements: path.split(separator: "/"), methods: routes.map(\.method))
        }
        responder = router.buildResponder()
    }

    func respond(to request: Request, context: NodeContext) async throws -> Response {
        let path = request.uri.path.split(separator: "/")
        // A path that is named whole is that one, and none that an element in braces stands for (OpenAPI 3.1, "Paths Object").
        let methods = entries.filter { $0.matches(path) }.min { $0.placeholders < $1.placeholders }?.methods ?? []
        var context = context
        if !methods.isEmpty, !methods.contains(request.method) {
            context.otherMethods = methods.map(\.rawValue).sorted()
        }
        let response = try await responder.respond(to: request, context: context)
        return request.method == .head ? response.createHeadResponse() : response
    }
}

/// Refuses a method that a path does not have, with the list of those it has. Source: RFC 9110, section 15.5.6.
struct MethodMiddleware: RouterMiddleware {
    func handle(
        _ request: Request, context: NodeContext, next: (Request, NodeContext) async throws -> Response
    ) async throws -> Response {
        if let methods = context.otherMethods { return Problem(allowing: methods).response }
        return try await next(request, context)
    }
}
