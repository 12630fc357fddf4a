internal import HTTPTypes
internal import Hummingbird

/// Refuses a method that a path does not have, with the list of those it has, and leaves everything else to the router.
/// Source: RFC 9110, section 15.5.6.
///
/// The router itself tells a path of another method and no path at all alike.
struct MethodResponder: HTTPResponder {
    /// A path of the router with its methods; an element in braces stands for any.
    private struct Entry {
        let elements: [Substring]
        var methods: [HTTPRequest.Method]

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
        let methods = Set(entries.filter { $0.matches(path) }.flatMap(\.methods))
        guard methods.isEmpty || methods.contains(request.method) else {
            return Problem(allowing: methods.map(\.rawValue).sorted()).response
        }
        return try await responder.respond(to: request, context: context)
    }
}
