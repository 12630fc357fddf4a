internal import Capabilities
internal import DumpIdentity
internal import HTTPTypes
internal import Hummingbird
internal import IPLD

/// What a viewer asks of others, reads and hands on.
struct ViewerController {
    let node: Node

    func addRoutes(to router: some RouterMethods<NodeContext>) {
        let person = router.group(context: PersonContext.self)
        person.post("/v1/requests", use: send)
        person.get("/v1/requests", use: list)
        person.get("/v1/requests/{id}", use: show)
        person.delete("/v1/requests/{id}", use: withdraw)
        person.post("/v1/requests/{id}/read", use: read)
        person.post("/v1/requests/{id}/delegate", use: handOn)
        person.post("/v1/requests/{id}/revoke", use: takeBack)
    }

    private func agent(_ context: PersonContext) -> ViewerAgent { ViewerAgent(node: node, session: context.session) }

    @Sendable func send(_ request: Request, context: PersonContext) async throws -> Response {
        var reader = MapReader(try await request.map(upTo: 16 * 1024))
        let module = try reader.string("module")
        let object = try CID(reader.string("object"))
        let fields = try reader.fields("fields")
        let purpose = try reader.string("purpose")
        let duration = try reader.duration("duration")
        try reader.finish()
        let sent = try await agent(context).request(
            object: object, module: try node.module(module), fields: fields, purpose: purpose, duration: duration)
        return try request.respond(try sent.value(withGrant: false), status: .created)
    }

    @Sendable func list(_ request: Request, context: PersonContext) async throws -> Response {
        let page = try Page(request, of: "requests", session: context.session, random: node.random)
        let (requests, next) = try await agent(context).list(page)
        return try request.respond([
            "requests": .list(try requests.map { try $0.value(withGrant: false) }), "next": next,
        ])
    }

    @Sendable func show(_ request: Request, context: PersonContext) async throws -> Response {
        try request.respond(try await agent(context).find(try context.identifier("id")).value(withGrant: true))
    }

    @Sendable func withdraw(_ request: Request, context: PersonContext) async throws -> Response {
        try await agent(context).withdraw(try context.identifier("id"))
        return .noContent
    }

    @Sendable func read(_ request: Request, context: PersonContext) async throws -> Response {
        let id = try context.identifier("id")
        var reader = MapReader(try await request.map(upTo: 16 * 1024))
        let fields = try reader.fields("fields")
        try reader.finish()
        let values = try await agent(context).read(id, fields: fields)
        var map = Map()
        for (field, value) in values { map[field.rawValue] = value?.value ?? .null }
        return try request.respond(["fields": .map(map)])
    }

    @Sendable func handOn(_ request: Request, context: PersonContext) async throws -> Response {
        let id = try context.identifier("id")
        var reader = MapReader(try await request.map(upTo: 16 * 1024))
        let component = try Principal(did: reader.string("audience"))
        let fields = try reader.fields("fields")
        let duration = try reader.duration("duration", atMost: .max)
        try reader.finish()
        let handover = try await agent(context).handOn(id, fields: fields, to: component, duration: duration)
        return try request.respond(["handover": .bytes(try handover.encoded())])
    }

    @Sendable func takeBack(_ request: Request, context: PersonContext) async throws -> Response {
        let id = try context.identifier("id")
        // Room for a delegation in base64.
        var reader = MapReader(try await request.map(upTo: 2 * Delegation.maximumLength))
        let bytes = try reader.bytes("delegation")
        try reader.finish()
        let delegation: Delegation
        do { delegation = try Delegation(decoding: bytes) } catch {
            throw APIError.malformed("delegation is no delegation")
        }
        try await agent(context).takeBack(id, delegation)
        return .noContent
    }
}
