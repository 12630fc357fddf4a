internal import Hummingbird

/// Has an import wait for its turn before anything of its body is read: anyone may send one, and it is as large as an
/// account. One of a source is read at a time.
struct ImportTurnMiddleware: RouterMiddleware {
    let turns: FairQueue

    func handle(
        _ request: Request, context: NodeContext, next: (Request, NodeContext) async throws -> Response
    ) async throws -> Response {
        guard context.endpointPath == AccountController.importPath else { return try await next(request, context) }
        return try await turns.run(context.source) { try await next(request, context) }
    }
}
