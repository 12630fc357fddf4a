internal import Hummingbird
internal import IPLD

/// From whom an owner takes no requests.
struct BlockController {
    let node: Node

    func addRoutes(to router: some RouterMethods<NodeContext>) {
        let person = router.group(context: PersonContext.self)
        person.get("/v1/blocks", use: list)
        person.put("/v1/blocks/{id}", use: block)
        person.delete("/v1/blocks/{id}", use: lift)
        person.post("/v1/inbox/{id}/block", use: blockSender)
    }

    private func agent(_ context: PersonContext) -> OwnerAgent { OwnerAgent(node: node, session: context.session) }

    @Sendable func list(_ request: Request, context: PersonContext) async throws -> Response {
        let blocks = try await agent(context).blocks()
        return try request.respond(["blocks": .list(blocks.map(\.shownValue))])
    }

    @Sendable func block(_ request: Request, context: PersonContext) async throws -> Response {
        guard let viewer = try? Principal(did: context.parameters.get("id") ?? "") else {
            throw APIError.unacceptable("a viewer is blocked by its did:key")
        }
        try await agent(context).block(.viewer(viewer))
        return .noContent
    }

    @Sendable func lift(_ request: Request, context: PersonContext) async throws -> Response {
        try await agent(context).lift(context.parameters.get("id") ?? "")
        return .noContent
    }

    @Sendable func blockSender(_ request: Request, context: PersonContext) async throws -> Response {
        let id = try context.identifier("id")
        var reader = MapReader(try await request.map(upTo: 1_024))
        let isWholeNode = try reader.optionalBool("node") ?? false
        try reader.finish()
        try await agent(context).block(from: id, wholeNode: isWholeNode)
        return .noContent
    }
}

extension Block {
    /// The block as its owner is shown it.
    var shownValue: Value {
        let kind: Value =
            switch subject {
            case .viewer: "viewer"
            case .origin: "node"
            }
        return ["id": .string(name), "kind": kind, "since": .int(since)]
    }
}
