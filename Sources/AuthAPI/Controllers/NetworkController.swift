internal import Capabilities
internal import DumpIdentity
internal import HTTPTypes
internal import Hummingbird
internal import IPLD
internal import PseudonymStore

/// What everyone may ask of a node: who it is, its modules' objects, and its mailboxes.
struct NetworkController {
    /// For how long caches may keep who the node is, in seconds.
    static let metadataLifetime = 60

    let node: Node

    func addRoutes(to router: some RouterMethods<NodeContext>) {
        router.get("/.well-known/dump", use: metadata)
        router.post("/v1/invocations", use: invoke)
        router.get("/v1/modules/{module}/objects", use: objects)
        router.get("/v1/modules/{module}/objects/{id}", use: object)
        router.group(context: PersonContext.self).post("/v1/modules/{module}/objects", use: publish)
    }

    @Sendable func metadata(_ request: Request, context: NodeContext) async throws -> Response {
        let address = node.configuration.publicAddress
        return try request.respond(
            [
                "node": .string(node.principal.did), "url": .string(address.string),
                "modules": .list(node.configuration.modules.map { .string($0.string) }),
                "status_lists": [.string(node.statusListURI(Node.statusList))], "successions": node.successions.value,
                "jwk": node.principal.jwk, "revocations": .string(address.appending("/v1/revocations")),
                "invocations": .string(address.appending("/v1/invocations")),
                "introspection": .string(address.appending("/v1/introspect")),
                "revocation": .string(address.appending("/v1/revoke")),
            ], cacheFor: NetworkController.metadataLifetime)
    }

    @Sendable func invoke(_ request: Request, context: NodeContext) async throws -> Response {
        guard Media.isBody(request.headers, Media.container) else { throw APIError.unsupportedMediaType }
        let bytes = try await request.bytes(upTo: Container.maximumLength)
        return try request.respond(try await MailboxService(node: node).execute(bytes, from: context.source))
    }

    @Sendable func objects(_ request: Request, context: NodeContext) async throws -> Response {
        let module = try module(context)
        let after = try request.number("after", default: 0, range: 0...Int64.max)
        let limit = try request.number("limit", default: 100, range: ModulePage.limits)
        // Everyone's, and another as soon as something is published.
        return try request.respond(
            try await ModulePage(module: module, after: after, limit: limit).read(at: node), cacheFor: 0)
    }

    @Sendable func object(_ request: Request, context: NodeContext) async throws -> Response {
        let id = try context.identifier("id")
        guard let bytes = try await node.objects.object(id, module: try module(context)) else {
            throw APIError.notFound
        }
        return .bytes(bytes, type: Media.cbor, cacheFor: 86_400)
    }

    @Sendable func publish(_ request: Request, context: PersonContext) async throws -> Response {
        let module = try module(context)
        // A little more than the body's own limit, which is checked with its own message.
        var reader = MapReader(try await request.map(upTo: ModuleObject.maximumBodyLength + 1_024))
        let body = try reader.map("body")
        let isFresh = try reader.optionalBool("fresh") ?? false
        try reader.finish()
        let agent = OwnerAgent(node: node, session: context.session)
        let object =
            isFresh
            ? try await agent.publishFresh(body, module: module) : try await agent.publish(body, module: module)
        return try request.respond(
            [
                "id": .string(object.cid.description), "pseudonym": .string(object.issuer.did),
                "released": .bool(!isFresh),
            ], status: .created)
    }

    private func module(_ context: some RequestContext) throws -> ModuleID {
        try node.module(context.parameters.get("module") ?? "")
    }
}
