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
        person.get("/v1/requests/{id}/events", use: events)
        person.delete("/v1/requests/{id}", use: withdraw)
        person.post("/v1/requests/{id}/renew", use: renew)
        person.post("/v1/requests/{id}/return", use: giveBack)
        person.post("/v1/requests/{id}/read", use: read)
        person.post("/v1/requests/{id}/delegate", use: handOn)
        person.post("/v1/requests/{id}/revoke", use: takeBack)
    }

    private func agent(_ context: PersonContext) -> ViewerAgent { ViewerAgent(node: node, session: context.session) }

    @Sendable func send(_ request: Request, context: PersonContext) async throws -> Response {
        var reader = MapReader(try await request.map(upTo: 16 * 1024))
        let module = try reader.string("module")
        let object = try CID(reader.string("object"))
        var question = ViewerAgent.Question(
            fields: try reader.fields("fields"), purpose: try reader.string("purpose"),
            duration: try reader.duration("duration"))
        question.message = try reader.optionalString("message")
        if let shown = try reader.optionalMap("in_return") { question.inReturn = try ViewerAgent.Question.Shown(shown) }
        if let wait = try reader.optionalInt("wait") { question.wait = wait }
        try reader.finish()
        let answer = try await agent(context).request(object: object, module: try node.module(module), question)
        return try respond(request, answer)
    }

    /// What was asked, and whether it was asked now.
    private func respond(_ request: Request, _ answer: (sent: SentRequest, isNew: Bool)) throws -> Response {
        let value = try answer.sent.value(at: node.clock(), withGrant: false)
        return try request.respond(value, status: answer.isNew ? .created : .ok)
    }

    @Sendable func list(_ request: Request, context: PersonContext) async throws -> Response {
        let page = try Page(request, of: "requests", session: context.session, random: node.random)
        let (requests, next) = try await agent(context).list(page)
        let now = node.clock()
        return try request.respond([
            "requests": .list(try requests.map { try $0.value(at: now, withGrant: false) }), "next": next,
        ])
    }

    @Sendable func show(_ request: Request, context: PersonContext) async throws -> Response {
        let agent = agent(context)
        let sent = try await agent.find(try context.identifier("id"), wait: try wait(request))
        return try request.respond(try await agent.shown(sent))
    }

    /// How long the caller wants to wait for an answer, in seconds.
    private func wait(_ request: Request) throws -> Int64 {
        try request.number("wait", default: 0, range: 0...MailboxService.maximumWait)
    }

    @Sendable func events(_ request: Request, context: PersonContext) async throws -> Response {
        // Whatever is wrong is told before the stream begins.
        let agent = agent(context)
        let sent = try await agent.find(try context.identifier("id"))
        return RequestEvents(agent: agent, sent: sent).response
    }

    @Sendable func renew(_ request: Request, context: PersonContext) async throws -> Response {
        let id = try context.identifier("id")
        var reader = MapReader(try await request.map(upTo: 16 * 1024))
        let duration = try reader.duration("duration")
        let fields = try reader.fields(ifPresent: "fields")
        let purpose = try reader.optionalString("purpose")
        let message = try reader.optionalString("message")
        try reader.finish()
        return try respond(
            request,
            try await agent(context).renew(
                id, duration: duration, fields: fields, purpose: purpose, message: message))
    }

    @Sendable func giveBack(_ request: Request, context: PersonContext) async throws -> Response {
        try await agent(context).giveBack(try context.identifier("id"))
        return .noContent
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

extension ViewerAgent.Question.Shown {
    /// Reads `{"kind": "nothing"}`, `{"kind": "history"}` or `{"kind": "grant", "fields": […], "duration": seconds}`.
    fileprivate init(_ map: Map) throws {
        var reader = MapReader(map)
        switch InReturn.Kind(rawValue: try reader.string("kind")) {
        case .nothing: self = .nothing
        case .history: self = .history
        case .grant: self = .grant(fields: try reader.fields("fields"), duration: try reader.duration("duration"))
        case nil: throw APIError.malformed("kind is nothing, history or grant")
        }
        try reader.finish()
    }
}
