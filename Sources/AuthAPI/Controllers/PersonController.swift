internal import DumpIdentity
internal import HTTPTypes
internal import Hummingbird
internal import IPLD

/// Profiles: what people say of themselves.
struct PersonController {
    let node: Node

    func addRoutes(to router: some RouterMethods<NodeContext>) {
        let person = router.group(context: PersonContext.self)
        person.get("/v1/profile", use: profile)
        person.patch("/v1/profile", use: updateProfile)
    }

    @Sendable func profile(_ request: Request, context: PersonContext) async throws -> Response {
        let stored = try await Vault(node: node, session: context.session).profile()
        return try request.respond(
            ["fields": stored.profile.value], tags: try stored.profile.tags(context.session))
    }

    @Sendable func updateProfile(_ request: Request, context: PersonContext) async throws -> Response {
        let precondition = try request.requiredMatch()
        // A picture is a third longer in JSON.
        var reader = MapReader(try await request.map(upTo: 512 * 1024))
        let fields = try reader.map("fields")
        try reader.finish()
        var changes: [ProfileField: FieldValue?] = [:]
        for entry in fields.entries {
            let field = try ProfileField(named: entry.key)
            changes[field] = .some(entry.value.isNull ? nil : try FieldValue(entry.value, for: field))
        }
        let agent = OwnerAgent(node: node, session: context.session)
        let profile = try await agent.updateProfile(changes, if: precondition)
        return try request.respond(["fields": profile.value], tags: try profile.tags(context.session))
    }
}

extension Profile {
    func tags(_ session: Session) throws -> EntityTags {
        try EntityTags(of: value, kind: "profile", session: session)
    }
}
