import AuthAPI
import Capabilities
import DumpIdentity
import GRDB
import IPLD
import TestSupport
import Testing

@testable import PseudonymStore

/// A node with an owner, an object of the owner's, and a viewer who has no account and sends invocations itself.
struct GrantScene: Sendable {
    let node: TestNode
    let owner: Person
    let object: ModuleObject
    let request: ProfileRequest

    var pseudonym: Principal { object.issuer }

    static func run(_ body: (GrantScene) async throws -> Void) async throws {
        try await withNode { node in try await body(GrantScene(node)) }
    }

    init(_ node: TestNode, handle: String = "steve") async throws {
        self.node = node
        owner = try await node.account(handle)
        try await owner.setProfile()
        let id = try CID(await owner.publish())
        let bytes = try #require(await node.node.objects.object(id, module: ModuleID(TestNode.market)))
        object = try ModuleObject(verifying: bytes)
        let terms = try RequestTerms(
            fields: [.name, .email, .phoneNumber], purpose: Person.purpose, duration: 30 * Day.seconds, object: id)
        request = try ProfileRequest.sign(
            terms, to: object.issuer, expiration: node.clock.time + 300, with: Party.viewer.key())
    }

    /// Sends the request, has some fields approved, and fetches the answer.
    func approved(
        _ fields: [String] = ["name", "email"], handOn: Bool = true
    ) async throws -> Answer.Approval {
        try #require(await send(request.invocation).status == 200)
        _ = try await owner.approve(request.cid.description, fields: fields, handOn: handOn)
        let answer = try await send(act(.profileAnswer))
        let sealed = try #require(answer.map["answer"]?.bytesValue)
        guard case .approved(let approval) = try Answer(opening: sealed, with: Party.viewer.key()) else {
            throw CapabilityError.malformed
        }
        return approval
    }

    /// How many rows a table of the pseudonyms has.
    func footprint(_ table: String) async throws -> Int? { try await node.footprint()[table] }

    /// Sends an invocation with its proofs.
    func send(_ invocation: Invocation, _ proofs: [Delegation] = []) async throws -> Reply {
        try await node.post(
            container: Container([invocation.envelope.bytes] + proofs.map(\.envelope.bytes)).encoded())
    }

    /// What a viewer says about a request.
    func act(
        _ command: Command, on request: CID? = nil, by party: Party = .viewer, to owner: Principal? = nil,
        nonce: UInt8 = 1
    ) throws -> Invocation {
        var arguments = Map()
        arguments["request"] = .link(request ?? self.request.cid)
        return try Invocation.sign(
            command, on: party.principal, audience: owner ?? pseudonym, arguments: arguments,
            nonce: [UInt8](repeating: nonce, count: 16), expiration: node.clock.time + 300, with: party.key())
    }

    /// A reading under a chain.
    func reading(
        _ fields: [ProfileField], by party: Party = .viewer, under chain: [Delegation], nonce: UInt8 = 9,
        nonceLength: Int = 16, lifetime: Int64? = 300, audience: Principal? = nil, subject: Principal? = nil,
        arguments: Map? = nil
    ) throws -> Invocation {
        try Invocation.sign(
            .profileRead, on: subject ?? pseudonym, audience: audience,
            arguments: arguments ?? ReadArguments(fields).map, proofs: chain.map(\.cid),
            nonce: [UInt8](repeating: nonce, count: nonceLength),
            expiration: lifetime.map { node.clock.time + $0 }, with: party.key())
    }

    /// Reads under a chain.
    func read(
        _ fields: [ProfileField], by party: Party = .viewer, under chain: [Delegation], nonce: UInt8 = 9
    ) async throws -> Reply {
        try await send(reading(fields, by: party, under: chain, nonce: nonce), chain)
    }

    /// A delegation of the viewer's to a component, or of the component's further on.
    func handOn(
        from issuer: Party = .viewer, to audience: Party = .component, _ fields: [ProfileField],
        lifetime: Int64 = 3_600
    ) throws -> Delegation {
        try Delegation.sign(
            to: audience.principal, subject: pseudonym, command: .profileRead,
            policy: .fields(fields.map(\.rawValue)), expiration: node.clock.time + lifetime, with: issuer.key())
    }
}

extension PseudonymDatabase {
    /// How many rows each table has that are not spare, nor nobody's request.
    func rowCounts() async throws -> [String: Int] {
        try await writer.read { db in
            var counts: [String: Int] = [:]
            let tables = try String.fetchAll(db, sql: "SELECT name FROM sqlite_master WHERE type = 'table'")
            for table in tables {
                let hasSpares = try db.columns(in: table).contains { $0.name == "spare" }
                counts[table] = try Int.fetchOne(
                    db,
                    sql: "SELECT count(*) FROM \(table)" + (hasSpares ? " WHERE spare = 0" : "")
                        + (table == "waiting_request" ? " AND tag <> zeroblob(32)" : ""))
            }
            return counts
        }
    }
}
