internal import Capabilities
internal import DumpIdentity
internal import IPLD
internal import PseudonymStore

/// A page of a module's log: for everyone over HTTP, and for another node by an invocation of its own.
///
/// Source: `docs/spec.md`, "HTTP API", "Invocations".
struct ModulePage: Sendable {
    /// The most objects of a page.
    static let maximumCount = 200
    /// How many objects may be asked for.
    static let limits: ClosedRange<Int64> = 1...Int64(maximumCount)

    let module: ModuleID
    /// The number after which the page begins.
    let after: Int64
    /// The most objects of it.
    let limit: Int64

    init(module: ModuleID, after: Int64, limit: Int64) {
        self.module = module
        self.after = after
        self.limit = limit
    }

    /// The page that a node's invocation asks for.
    ///
    /// - Throws: ``APIError/refused`` for numbers out of bounds, or why the arguments are not of the right shape.
    init(arguments: Map, at node: Node) throws {
        var reader = MapReader(arguments)
        let name = try reader.string("module")
        after = try reader.int("after")
        limit = try reader.int("limit")
        try reader.finish()
        guard after >= 0, ModulePage.limits.contains(limit) else { throw APIError.refused }
        module = try node.module(name)
    }

    /// The arguments of an invocation that asks for the page.
    var arguments: Map {
        var map = Map()
        map["module"] = .string(module.string)
        map["after"] = .int(after)
        map["limit"] = .int(limit)
        return map
    }

    /// The objects of the page, and where the next one begins.
    func read(at node: Node) async throws -> Value {
        let objects = try await node.objects.objects(of: module, after: after, limit: Int(limit))
        let list: [Value] = objects.map { object in
            [
                "sequence": .int(object.sequence), "id": .string(CID.of(dagCBOR: object.bytes).description),
                "object": .bytes(object.bytes),
            ]
        }
        return ["objects": .list(list), "next": .int(objects.last?.sequence ?? after)]
    }

    /// Answers the invocation of another node, which acts for itself and names this one.
    ///
    /// Its nonce is not used up: it reads what everyone may read, and a second time gives the same. To write a row for
    /// every pull of every peer would cost what a pull is worth.
    ///
    /// - Throws: ``CapabilityError`` or ``APIError``.
    static func execute(_ invocation: Invocation, proofs: [Delegation], at node: Node) async throws -> Value {
        guard invocation.proofs.isEmpty, proofs.isEmpty, let audience = invocation.audience, node.isSelf(audience)
        else {
            throw APIError.refused
        }
        let verifier = InvocationVerifier(
            executor: audience, maximumLifetime: MailboxService.maximumLifetime)
        let verified = try verifier.verify(invocation, proofs: [], at: node.clock())
        return try await ModulePage(arguments: verified.invocation.arguments, at: node).read(at: node)
    }
}
