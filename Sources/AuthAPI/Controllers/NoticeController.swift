internal import DumpIdentity
internal import Hummingbird
internal import IPLD

/// Where a person who is away is told that something waits.
struct NoticeController {
    let node: Node

    func addRoutes(to router: some RouterMethods<NodeContext>) {
        let person = router.group(context: PersonContext.self)
        person.get("/v1/notices", use: list)
        person.put("/v1/notices/{pseudonym}", use: set)
        person.delete("/v1/notices/{pseudonym}", use: remove)
    }

    private func agent(_ context: PersonContext) -> OwnerAgent { OwnerAgent(node: node, session: context.session) }

    private func pseudonym(_ context: PersonContext) throws -> Principal {
        guard let pseudonym = try? Principal(did: context.parameters.get("pseudonym") ?? "") else {
            throw APIError.notFound
        }
        return pseudonym
    }

    @Sendable func list(_ request: Request, context: PersonContext) async throws -> Response {
        let notices = try await agent(context).notices()
        return try request.respond([
            "notices": .list(notices.map { $1.shownValue(of: $0) })
        ])
    }

    @Sendable func set(_ request: Request, context: PersonContext) async throws -> Response {
        let pseudonym = try pseudonym(context)
        var reader = MapReader(try await request.map(upTo: 4 * 1024))
        let url = try NodeAddress(reader.string("url"))
        try reader.finish()
        try await agent(context).setNotice(url, for: pseudonym)
        return .noContent
    }

    @Sendable func remove(_ request: Request, context: PersonContext) async throws -> Response {
        try await agent(context).removeNotice(for: try pseudonym(context))
        return .noContent
    }
}
