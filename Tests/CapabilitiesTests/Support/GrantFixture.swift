import Capabilities
import DumpIdentity
import IPLD
import Sodium
import TestSupport

/// A person with a pseudonym, a grant to the viewer, and what belongs to it.
struct GrantFixture {
    static let module = "org.dump.market"
    static let home = "https://node.example"
    static let listURI = "https://node.example/v1/status-lists/1"
    static let disclosureID = [UInt8](repeating: 0xd1, count: 32)
    static let key = [UInt8](repeating: 0x6b, count: 32)
    static let end = testTime + 30 * Day.seconds

    let root: RootKey
    let grant: Grant

    init(
        fields: [ProfileField] = [.name, .email], seed: UInt8 = 42, to viewer: Party = .viewer, index: Int = 5,
        expiration: Int64 = end, allowsHandingOn: Bool = true, ends: [ProfileField: Int64] = [:]
    ) throws {
        root = try RootKey.test(seed)
        let terms = try Grant.Terms(
            fields: fields, expiration: expiration, disclosure: Self.disclosureID, home: NodeAddress(Self.home),
            node: Party.node.principal, status: StatusReference(index: index, uri: Self.listURI),
            allowsHandingOn: allowsHandingOn, ends: ends)
        grant = try Grant.sign(
            terms, to: viewer.principal, with: root.pseudonymKeys(module: ModuleID(Self.module), index: 0),
            random: .fixed())
    }

    func pseudonym() throws -> PseudonymKeys { try root.pseudonymKeys(module: ModuleID(Self.module), index: 0) }

    func profile() throws -> Principal { try root.profileKeys().signing.principal() }

    func link(time: Int64 = testTime) throws -> LinkStatement {
        try LinkStatement.sign(
            for: grant, pseudonym: pseudonym(), profile: root.profileKeys(), time: time, random: .fixed())
    }

    func approval() throws -> Answer.Approval {
        Answer.Approval(grant: grant, key: Self.key, link: try link())
    }

    /// The delegation of the grant with a changed payload, signed anew by the pseudonym.
    func changed(_ change: (inout Map) -> Void) throws -> Delegation {
        var payload = grant.delegation.envelope.payload
        change(&payload)
        let bytes = try Envelope.sign(payload, tag: Delegation.tag, with: pseudonym().signing).bytes
        return try Delegation(decoding: bytes)
    }

    /// A narrower delegation of the grant.
    func handedOn(
        from issuer: Party = .viewer, to audience: Party = .component, fields: [ProfileField],
        command: Command = .profileRead, expiration: Int64? = end
    ) throws -> Delegation {
        try Delegation.sign(
            to: audience.principal, subject: grant.owner, command: command, policy: .fields(fields.map(\.rawValue)),
            expiration: expiration, with: issuer.key(), random: .fixed())
    }

    /// A reading of fields under some delegations, addressed to the node.
    func reading(
        _ fields: [ProfileField], by issuer: Party, proofs: [Delegation], for audience: Party? = .executor,
        command: Command = .profileRead, expiration: Int64? = testTime + 60
    ) throws -> Invocation {
        let audience = try audience?.principal
        return try Invocation.sign(
            command, on: grant.owner, audience: audience, arguments: ReadArguments(fields).map,
            proofs: proofs.map(\.cid), nonce: [UInt8](repeating: 3, count: 16), expiration: expiration,
            with: issuer.key())
    }
}

/// A status list as the node signs it.
func statusListToken(
    revoking indices: [Int] = [], count: Int = 64, uri: String = GrantFixture.listURI, issuer: Party = .node,
    issuedAt: Int64 = testTime, expiration: Int64 = testTime + 3_600
) throws -> String {
    var list = StatusList(count: count)
    for index in indices { try list.revoke(index) }
    let token = try StatusListToken(
        uri: uri, issuer: issuer.principal, issuedAt: issuedAt, expiration: expiration, timeToLive: 300, list: list)
    return try token.signed(with: issuer.key())
}

/// Verifies a chain, root first, as a component does that holds one status list and knows these revocations.
func verifyGrant(
    _ delegations: [Delegation], for pseudonym: Principal, statusList: String?, at time: Int64 = testTime,
    revocations: KnownRevocations = KnownRevocations()
) throws -> VerifiedGrant {
    let live = LiveRevocations()
    live.add(revocations)
    let verifier = GrantVerifier(lists: try heldLists(statusList, for: delegations), live: live)
    return try verifier.verify(delegations, for: .pseudonym(pseudonym), at: time)
}

/// What a component holds that was given a list for a grant, the first of the delegations, at the time of the tests.
func heldLists(_ statusList: String?, for delegations: [Delegation]) throws -> StatusLists {
    let lists = StatusLists()
    if let statusList, let first = delegations.first, let grant = try? Grant(first) {
        try lists.accept(statusList, issuer: grant.node, uri: grant.status.uri, at: testTime)
    }
    return lists
}
