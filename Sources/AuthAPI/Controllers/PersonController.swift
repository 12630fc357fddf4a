internal import DumpIdentity
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import IPLD
internal import Sodium

/// Accounts, sessions and profiles: what people do with themselves.
struct PersonController {
    let node: Node
    private var accounts: AccountService { AccountService(node: node) }

    func addRoutes(to router: some RouterMethods<NodeContext>) {
        router.post("/v1/accounts", use: createAccount)
        router.post("/v1/session", use: logIn)
        let person = router.group(context: PersonContext.self)
        person.delete("/v1/session", use: logOut)
        person.get("/v1/profile", use: profile)
        person.patch("/v1/profile", use: updateProfile)
    }

    @Sendable func createAccount(_ request: Request, context: NodeContext) async throws -> Response {
        let credentials = try await Credentials(request)
        let token = try await accounts.create(handle: credentials.handle, passphrase: credentials.passphrase)
        return try session(request, credentials.handle, token)
    }

    @Sendable func logIn(_ request: Request, context: NodeContext) async throws -> Response {
        let credentials = try await Credentials(request)
        let token = try await accounts.logIn(handle: credentials.handle, passphrase: credentials.passphrase)
        return try session(request, credentials.handle, token)
    }

    @Sendable func logOut(_ request: Request, context: PersonContext) async throws -> Response {
        try await accounts.logOut(context.session)
        return .noContent
    }

    @Sendable func profile(_ request: Request, context: PersonContext) async throws -> Response {
        let stored = try await Vault(node: node, session: context.session).profile()
        return try request.respond(["fields": stored.profile.value])
    }

    @Sendable func updateProfile(_ request: Request, context: PersonContext) async throws -> Response {
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
        return try request.respond(["fields": try await agent.updateProfile(changes).value])
    }

    private func session(_ request: Request, _ handle: Handle, _ token: [UInt8]) throws -> Response {
        try request.respond(
            ["handle": .string(handle.string), "token": .string(Base64URL.encode(token))], status: .created)
    }
}

/// Handle and passphrase, as they come in a body.
private struct Credentials: ~Copyable {
    let handle: Handle
    let passphrase: Passphrase

    init(_ request: Request) async throws {
        var reader = MapReader(try await request.map(upTo: 4 * 1024))
        let handle = try reader.string("handle")
        let passphrase = try reader.string("passphrase")
        try reader.finish()
        let checkedHandle = try Handle(handle)
        // Typed on another machine, "é" may be two characters: both must give the same key (RFC 8265, section 4.2).
        let checkedPassphrase = try Passphrase(passphrase.precomposedStringWithCanonicalMapping)
        self.handle = checkedHandle
        self.passphrase = checkedPassphrase
    }
}
