internal import DumpIdentity
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import IPLD
internal import Sodium

/// The life of an account: how it is made, opened, recovered, moved and ended.
struct AccountController {
    /// The largest body of most of these; of all calls without a session but an import and an invocation.
    static let bodyLimit = 8 * 1024
    /// Where an account is made from a file.
    static let importPath = "/v1/accounts/import"
    /// The largest body of an import: the file, and what stands beside it.
    static let importLimit = AccountExport.maximumLength + 16 * 1024

    let node: Node
    private var accounts: AccountService { AccountService(node: node) }

    func addRoutes(to router: some RouterMethods<NodeContext>) {
        router.post("/v1/accounts", use: create)
        router.post(RouterPath(AccountController.importPath), use: makeFromFile)
        router.post("/v1/session", use: logIn)
        router.post("/v1/recovery", use: recover)
        let person = router.group(context: PersonContext.self)
        person.delete("/v1/session", use: logOut)
        person.delete("/v1/sessions", use: logOutEverywhere)
        person.get("/v1/account", use: show)
        person.delete("/v1/account", use: delete)
        person.put("/v1/account/passphrase", use: changePassphrase)
        person.post("/v1/account/recovery-code", use: renewRecoveryCode)
        person.post("/v1/account/export", use: export)
        person.post("/v1/account/data", use: copy)
        person.post("/v1/account/rotate", use: rotate)
    }

    // MARK: Coming in

    @Sendable func create(_ request: Request, context: NodeContext) async throws -> Response {
        var reader = MapReader(try await request.map(upTo: 4 * 1024))
        let handle = try Handle(reader.string("handle"))
        let passphrase = try reader.passphrase("passphrase")
        try reader.finish()
        let entrance = try await accounts.create(handle: handle, passphrase: passphrase, from: context.source)
        return try respond(request, entrance)
    }

    @Sendable func logIn(_ request: Request, context: NodeContext) async throws -> Response {
        var reader = MapReader(try await request.map(upTo: 4 * 1024))
        let handle = try Handle(reader.string("handle"))
        let passphrase = try reader.passphrase("passphrase")
        try reader.finish()
        let entrance = try await accounts.logIn(handle: handle, passphrase: passphrase, from: context.source)
        return try respond(request, entrance)
    }

    @Sendable func recover(_ request: Request, context: NodeContext) async throws -> Response {
        var reader = MapReader(try await request.map(upTo: AccountController.bodyLimit))
        let handle = try Handle(reader.string("handle"))
        let code = try RecoveryCode(reader.string("code"))
        let passphrase = try reader.passphrase("passphrase")
        try reader.finish()
        let entrance = try await accounts.recover(
            handle: handle, code: code, passphrase: passphrase, from: context.source)
        return try respond(request, entrance)
    }

    @Sendable func makeFromFile(_ request: Request, context: NodeContext) async throws -> Response {
        var reader = MapReader(try await request.map(upTo: AccountController.importLimit))
        let handle = try Handle(reader.string("handle"))
        let file = try reader.bytes("export")
        let secret = try reader.exportSecret()
        let passphrase = try reader.passphrase("new_passphrase")
        try reader.finish()
        let entrance = try await AccountTransfer(node: node).makeAccount(
            handle, from: file, opening: secret, passphrase: passphrase, from: context.source)
        return try respond(request, entrance)
    }

    // MARK: Inside

    @Sendable func logOut(_ request: Request, context: PersonContext) async throws -> Response {
        try await accounts.logOut(context.session)
        return .noContent
    }

    @Sendable func logOutEverywhere(_ request: Request, context: PersonContext) async throws -> Response {
        try await accounts.logOutEverywhere(context.session)
        return .noContent
    }

    @Sendable func show(_ request: Request, context: PersonContext) async throws -> Response {
        let summary = try await accounts.summary(context.session)
        return try request.respond([
            "handle": .string(context.session.handle.string), "sessions": .int(Int64(summary.sessions)),
            "recovery_code": .bool(summary.hasRecoveryCode), "operations": .int(Int64(summary.cost.operations)),
            "memory": .int(Int64(summary.cost.memory)),
        ])
    }

    @Sendable func changePassphrase(_ request: Request, context: PersonContext) async throws -> Response {
        var reader = MapReader(try await request.map(upTo: AccountController.bodyLimit))
        let old = try reader.passphrase("old")
        let new = try reader.passphrase("new")
        try reader.finish()
        try await accounts.changePassphrase(context.session, from: old, to: new, source: context.source)
        return .noContent
    }

    @Sendable func renewRecoveryCode(_ request: Request, context: PersonContext) async throws -> Response {
        let passphrase = try await passphrase(request)
        let code = try await accounts.renewRecoveryCode(
            context.session, passphrase: passphrase, from: context.source)
        return try request.respond(["recovery": .string(code)])
    }

    @Sendable func export(_ request: Request, context: PersonContext) async throws -> Response {
        var reader = MapReader(try await request.map(upTo: AccountController.bodyLimit))
        let passphrase = try reader.passphrase("passphrase")
        let filePassphrase = try reader.passphrase("file_passphrase")
        try reader.finish()
        let file = try await AccountTransfer(node: node).export(
            context.session, passphrase: passphrase, filePassphrase: filePassphrase, from: context.source)
        return try request.respond(["export": .bytes(file)])
    }

    @Sendable func copy(_ request: Request, context: PersonContext) async throws -> Response {
        let passphrase = try await passphrase(request)
        return try request.respond(
            try await AccountCopy(node: node).make(context.session, passphrase: passphrase, from: context.source))
    }

    @Sendable func delete(_ request: Request, context: PersonContext) async throws -> Response {
        let passphrase = try await passphrase(request)
        let end = try await AccountEnd(node: node).delete(
            context.session, passphrase: passphrase, from: context.source)
        return try request.respond(end.value)
    }

    @Sendable func rotate(_ request: Request, context: PersonContext) async throws -> Response {
        let passphrase = try await passphrase(request)
        let (entrance, remains) = try await AccountRotation(node: node).rotate(
            context.session, passphrase: passphrase, from: context.source)
        var map = remains.value.mapValue ?? Map()
        for entry in entrance.map.entries { map[entry.key] = entry.value }
        return try request.respond(.map(map))
    }

    private func passphrase(_ request: Request) async throws -> Passphrase {
        var reader = MapReader(try await request.map(upTo: AccountController.bodyLimit))
        let passphrase = try reader.passphrase("passphrase")
        try reader.finish()
        return passphrase
    }

    private func respond(_ request: Request, _ entrance: AccountService.Entrance) throws -> Response {
        try request.respond(.map(entrance.map), status: .created)
    }
}

extension AccountService.Entrance {
    fileprivate var map: Map {
        var map = Map()
        map["handle"] = .string(handle.string)
        map["token"] = .string(Base64URL.encode(token))
        map["recovery"] = recovery.map { .string($0) }
        return map
    }
}

extension MapReader {
    /// A passphrase. Typed on another machine, "é" may be two characters: both must give the same key (RFC 8265,
    /// section 4.2).
    fileprivate mutating func passphrase(_ key: String) throws -> Passphrase {
        try Passphrase(string(key).precomposedStringWithCanonicalMapping)
    }

    /// What opens an export: a passphrase, or a recovery code.
    fileprivate mutating func exportSecret() throws -> AccountTransfer.Secret {
        guard let code = try optionalString("code") else { return .passphrase(try passphrase("passphrase")) }
        return .code(try RecoveryCode(code))
    }
}
