internal import Capabilities
internal import DumpIdentity
internal import HTTPTypes
internal import Hummingbird
internal import IPLD

/// What an owner decides: requests, grants, receipts.
struct OwnerController {
    let node: Node

    func addRoutes(to router: some RouterMethods<NodeContext>) {
        let person = router.group(context: PersonContext.self)
        person.get("/v1/inbox", use: inbox)
        person.post("/v1/inbox/{id}/approve", use: approve)
        person.post("/v1/inbox/{id}/deny", use: deny)
        person.get("/v1/grants", use: grants)
        person.delete("/v1/grants/{id}", use: revoke)
        person.get("/v1/receipts", use: receipts)
    }

    private func agent(_ context: PersonContext) -> OwnerAgent { OwnerAgent(node: node, session: context.session) }

    @Sendable func inbox(_ request: Request, context: PersonContext) async throws -> Response {
        try request.respond(["requests": .list(try await agent(context).inbox().map(\.value))])
    }

    @Sendable func approve(_ request: Request, context: PersonContext) async throws -> Response {
        let id = try context.identifier("id")
        var reader = MapReader(try await request.map(upTo: 16 * 1024))
        let fields = try reader.fields("fields")
        let duration = try reader.duration("duration")
        let allowsHandingOn = try reader.optionalBool("hand_on") ?? true
        try reader.finish()
        let grant = try await agent(context).approve(
            id, fields: fields, duration: duration, allowsHandingOn: allowsHandingOn)
        return try request.respond([
            "grant": .string(grant.cid.description), "expires": .int(grant.expiration),
            "fields": .list(grant.fields.map { .string($0.rawValue) }),
        ])
    }

    @Sendable func deny(_ request: Request, context: PersonContext) async throws -> Response {
        try await agent(context).deny(try context.identifier("id"))
        return .noContent
    }

    @Sendable func grants(_ request: Request, context: PersonContext) async throws -> Response {
        try request.respond(["grants": .list(try await agent(context).grants())])
    }

    @Sendable func revoke(_ request: Request, context: PersonContext) async throws -> Response {
        try await agent(context).revoke(try context.identifier("id"))
        return .noContent
    }

    @Sendable func receipts(_ request: Request, context: PersonContext) async throws -> Response {
        try request.respond(["receipts": .list(try await agent(context).receipts())])
    }
}

extension RequestContext {
    /// The CID in the path.
    ///
    /// - Throws: ``APIError/notFound`` where it is none: nothing has such a name.
    func identifier(_ name: String) throws -> CID {
        guard let text = parameters.get(name), let cid = try? CID(text) else { throw APIError.notFound }
        return cid
    }
}
