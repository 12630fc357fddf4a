internal import DumpIdentity
internal import Hummingbird
internal import IPLD

/// The pseudonyms of a person.
struct PseudonymController {
    let node: Node

    func addRoutes(to router: some RouterMethods<NodeContext>) {
        let person = router.group(context: PersonContext.self)
        person.get("/v1/pseudonyms", use: list)
        person.post("/v1/modules/{module}/pseudonym", use: rotate)
    }

    @Sendable func list(_ request: Request, context: PersonContext) async throws -> Response {
        let agent = OwnerAgent(node: node, session: context.session)
        let page = try Page(request, of: "pseudonyms", session: context.session, random: node.random)
        let (pseudonyms, next) = try await agent.pseudonyms(page)
        return try request.respond(["pseudonyms": .list(pseudonyms), "next": next])
    }

    @Sendable func rotate(_ request: Request, context: PersonContext) async throws -> Response {
        let module = try node.module(context.parameters.get("module") ?? "")
        var reader = MapReader(try await request.map(upTo: 1_024))
        let isVouching = try reader.optionalBool("vouch") ?? false
        try reader.finish()
        let rotation = try await OwnerAgent(node: node, session: context.session)
            .rotate(in: module, isVouching: isVouching)
        return try request.respond(
            [
                "pseudonym": .string(rotation.current.did), "former": .string(rotation.former.did),
                "succession": rotation.succession.map { .string($0.description) } ?? .null,
            ], status: .created)
    }
}
