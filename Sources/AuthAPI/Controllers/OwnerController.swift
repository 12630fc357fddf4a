internal import Capabilities
internal import DumpIdentity
internal import HTTPTypes
internal import Hummingbird
internal import IPLD
internal import NIOCore

/// What an owner decides: requests, grants, receipts.
struct OwnerController {
    let node: Node

    func addRoutes(to router: some RouterMethods<NodeContext>) {
        let person = router.group(context: PersonContext.self)
        person.get("/v1/inbox", use: inbox)
        person.get("/v1/inbox/{id}", use: pending)
        person.post("/v1/inbox/{id}/approve", use: approve)
        person.post("/v1/inbox/{id}/deny", use: deny)
        person.get("/v1/grants", use: grants)
        person.get("/v1/grants/{id}", use: grant)
        person.delete("/v1/grants/{id}", use: revoke)
        person.get("/v1/grants/{id}/consent", use: consent)
        person.post("/v1/grants/revoke", use: revokeAll)
        person.get("/v1/receipts", use: receipts)
    }

    private func agent(_ context: PersonContext) -> OwnerAgent { OwnerAgent(node: node, session: context.session) }

    @Sendable func inbox(_ request: Request, context: PersonContext) async throws -> Response {
        let page = try page(request, of: "inbox", context)
        let all = try await agent(context).inbox(try InboxFilter(request))
        let (shown, next) = try page.cut(ordered: all) { $0.placed.item.request.cid.digest }
        return try request.respond([
            "requests": .list(shown.map(\.value)), "next": next, "total": .int(Int64(all.count)),
            "modules": InboxItem.counts(all.map(\.placed.item)),
        ])
    }

    @Sendable func pending(_ request: Request, context: PersonContext) async throws -> Response {
        guard let item = try await agent(context).waiting(try context.identifier("id")) else { throw APIError.notFound }
        return try request.respond(item.value, tags: try item.tags(context.session))
    }

    @Sendable func approve(_ request: Request, context: PersonContext) async throws -> Response {
        let id = try context.identifier("id")
        let precondition = try request.requiredMatch()
        var reader = MapReader(try await request.map(upTo: 16 * 1024))
        let fields = try reader.fields("fields")
        let duration = try reader.duration("duration")
        let allowsHandingOn = try reader.optionalBool("hand_on") ?? true
        let ends = try reader.optionalMap("ends")?.fieldTimes() ?? [:]
        try reader.finish()
        let grant = try await agent(context).approve(
            id, .init(fields: fields, duration: duration, ends: ends, allowsHandingOn: allowsHandingOn),
            if: precondition)
        return try request.respond([
            "grant": .string(grant.cid.description), "expires": .int(grant.expiration), "until": grant.endsValue,
            "fields": .list(grant.fields.map { .string($0.rawValue) }),
        ])
    }

    @Sendable func deny(_ request: Request, context: PersonContext) async throws -> Response {
        let id = try context.identifier("id")
        var reader = MapReader(try await request.optionalMap(upTo: 1_024))
        let inSilence = try reader.optionalBool("silent") ?? false
        try reader.finish()
        try await agent(context).deny(id, inSilence: inSilence)
        return .noContent
    }

    @Sendable func grants(_ request: Request, context: PersonContext) async throws -> Response {
        let page = try page(request, of: "grants", context)
        let all = try await agent(context).grants(try GrantFilter(request))
        let (grants, next) = try page.cut(all) { grant in
            PagePlace(descending: grant.expiration, name: grant.id.digest)
        }
        let value: Value = ["grants": .list(grants.map(\.value)), "next": next]
        // The cursor is another one each time: what the page shows is what has a tag.
        let shown: Value = [.list(grants.map(\.value)), .bool(next.isNull)]
        return try request.respond(value, tags: EntityTags(of: shown, kind: "grants", session: context.session))
    }

    @Sendable func grant(_ request: Request, context: PersonContext) async throws -> Response {
        let id = try context.identifier("id")
        guard let grant = try await agent(context).grants().first(where: { $0.id == id }) else {
            throw APIError.notFound
        }
        return try request.respond(grant.value, tags: try grant.tags(context.session))
    }

    @Sendable func consent(_ request: Request, context: PersonContext) async throws -> Response {
        let record = try await agent(context).consent(try context.identifier("id"))
        return Response(
            status: .ok, headers: [.contentType: ConsentRecord.mediaType, .cacheControl: "no-store"],
            body: .init(byteBuffer: ByteBuffer(string: try DagJSON.encode(record.value))))
    }

    @Sendable func revokeAll(_ request: Request, context: PersonContext) async throws -> Response {
        let filter = try GrantFilter(revokingBy: try await request.map(upTo: 4 * 1024))
        return try request.respond(try await agent(context).revokeAll(filter).value)
    }

    @Sendable func revoke(_ request: Request, context: PersonContext) async throws -> Response {
        let precondition = try request.requiredMatch()
        try await agent(context).revoke(try context.identifier("id"), if: precondition)
        return .noContent
    }

    @Sendable func receipts(_ request: Request, context: PersonContext) async throws -> Response {
        let page = try page(request, of: "receipts", context)
        let (receipts, next) = try page.cut(try await agent(context).receipts()) { receipt in
            PagePlace(descending: receipt.time, name: receipt.name)
        }
        return try request.respond(["receipts": .list(receipts.map(\.value)), "next": next])
    }

    private func page(_ request: Request, of list: String, _ context: PersonContext) throws -> Page {
        try Page(request, of: list, session: context.session, random: node.random)
    }
}

extension Map {
    /// A map from fields to numbers of seconds.
    fileprivate func fieldTimes() throws -> [ProfileField: Int64] {
        var times: [ProfileField: Int64] = [:]
        for entry in entries {
            guard let seconds = entry.value.intValue else { throw IPLDError.wrongKind(field: "ends") }
            times[try ProfileField(named: entry.key)] = seconds
        }
        return times
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
