import Capabilities
import DumpIdentity
import IPLD
import Sodium

/// A grant handed on twice, the invocations under it, and the bare calls on the same bytes.
final class Scene: Sendable {
    static let now: Int64 = 1_900_000_000
    static let end: Int64 = 2_000_000_000

    let keys: [SigningKeyBox]
    /// The grant, and what was handed on from it.
    let chain: [Delegation]
    /// A grant of 1,024 bytes.
    let padded: Delegation
    private let invocations: [Int: Invocation]
    let node: Principal
    let owner: Owner
    let terms: Grant.Terms

    final class Owner: Sendable {
        let keys: PseudonymKeys
        init(_ keys: consuming PseudonymKeys) { self.keys = keys }
    }

    final class SigningKeyBox: Sendable {
        let key: SigningKey
        init(_ key: consuming SigningKey) { self.key = key }
    }

    init() throws {
        keys = try (0..<5).map { _ in SigningKeyBox(try SigningKey.random()) }
        let names = try keys.map { try $0.key.principal() }
        node = names[4]
        owner = Owner(try RootKey.random().pseudonymKeys(module: try ModuleID("market.example"), index: 0))
        terms = Grant.Terms(
            fields: [.name, .email, .address], expiration: Scene.end, disclosure: RandomSource.system.bytes(32),
            home: try NodeAddress("https://node.example"), node: names[4],
            status: StatusReference(index: 4_242, uri: "https://node.example/v1/status-lists/1"),
            allowsHandingOn: true)
        let policy = Policy.fields(["name", "email", "city"])
        var meta: Map = try Scene.meta(node)
        var chain: [Delegation] = []
        for step in 0..<3 {
            chain.append(
                try Delegation.sign(
                    to: names[step + 1], subject: names[0], command: .profileRead, policy: policy,
                    meta: step == 0 ? meta : nil, expiration: Scene.end, with: keys[step].key))
        }
        self.chain = chain
        meta["padding"] = .bytes(RandomSource.system.bytes(1_024 - chain[0].envelope.bytes.count - 11))
        padded = try Delegation.sign(
            to: names[1], subject: names[0], command: .profileRead, policy: policy, meta: meta, expiration: Scene.end,
            with: keys[0].key)
        precondition(padded.envelope.bytes.count == 1_024)
        var invocations: [Int: Invocation] = [:]
        for proofs in [1, 3] {
            invocations[proofs] = try Invocation.sign(
                .profileRead, on: names[0], audience: names[4], arguments: Scene.arguments,
                proofs: chain.prefix(proofs).map(\.cid), nonce: RandomSource.system.bytes(16),
                expiration: Scene.now + 60, with: keys[proofs].key)
        }
        self.invocations = invocations
    }

    static let arguments: Map = {
        var map = Map()
        map["fields"] = ["name", "email"]
        return map
    }()

    static func meta(_ node: Principal) throws -> Map {
        var meta = Map()
        meta["disclosure"] = .bytes(RandomSource.system.bytes(32))
        meta["home"] = "https://node.example"
        meta["node"] = .string(node.did)
        meta["status"] = ["status_list": ["idx": 4242, "uri": "https://node.example/v1/status-lists/1"]]
        return meta
    }

    func invocation(_ proofs: Int) -> Invocation { invocations[proofs] ?? invocations[1]! }

    /// As many bare checks as a verification needs, on the same bytes.
    func checkBare(_ count: Int) -> Bool {
        var isValid = true
        for delegation in chain.prefix(max(1, count - 1)) { isValid = bare(delegation.envelope, delegation.issuer) && isValid }
        if count > 1 { isValid = bare(invocation(count - 1).envelope, invocation(count - 1).issuer) && isValid }
        return isValid
    }

    private func bare(_ envelope: Envelope, _ issuer: Principal) -> Bool {
        Signature.isValid(envelope.signature, of: envelope.bytes.dropFirst(67), by: issuer.publicKey)
    }

    func signBare() -> [UInt8] { keys[0].key.sign(Array(chain[0].envelope.bytes.dropFirst(67))) }

    func mint() throws -> Grant {
        try Grant.sign(terms, to: chain[0].audience, with: owner.keys)
    }

    func verify(_ proofs: Int) throws -> VerifiedInvocation {
        let delegations = try chain.prefix(proofs).map { try Delegation(decoding: $0.envelope.bytes) }
        return try InvocationVerifier(executor: node, maximumLifetime: nil).verify(
            try Invocation(decoding: invocation(proofs).envelope.bytes), proofs: delegations, at: Scene.now)
    }
}
