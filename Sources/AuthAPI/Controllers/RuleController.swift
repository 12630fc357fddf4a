internal import Hummingbird
internal import IPLD

/// What an owner usually decides.
struct RuleController {
    /// Room for fifty rules with all that they can say.
    private static let bodyLimit = 32 * 1024

    let node: Node

    func addRoutes(to router: some RouterMethods<NodeContext>) {
        let person = router.group(context: PersonContext.self)
        person.get("/v1/rules", use: show)
        person.put("/v1/rules", use: replace)
    }

    private func agent(_ context: PersonContext) -> OwnerAgent { OwnerAgent(node: node, session: context.session) }

    @Sendable func show(_ request: Request, context: PersonContext) async throws -> Response {
        let rules = try await agent(context).rules()
        return try request.respond(["rules": rules.value], tags: try rules.tags(context.session))
    }

    @Sendable func replace(_ request: Request, context: PersonContext) async throws -> Response {
        let precondition = try request.match()
        var reader = MapReader(try await request.map(upTo: RuleController.bodyLimit))
        let rules = try reader.list("rules").map { try StandingRule($0) }
        try reader.finish()
        try await agent(context).setRules(rules, if: precondition)
        return .noContent
    }
}
