import Capabilities
import DumpIdentity
import IPLD
import Sodium

/// A grant that was handed on twice, invocations under it, and the bare calls on the same bytes.
final class Scene: Sendable {
    /// The time at which everything is valid, in Unix seconds.
    static let now: Int64 = 1_900_000_000
    private static let end: Int64 = 2_000_000_000
    /// What the invocations ask for.
    static let arguments: Map = {
        var map = Map()
        map["fields"] = ["name", "email"]
        return map
    }()

    /// The grant, and what was handed on of it.
    let chain: [Delegation]
    /// A delegation of 1,024 bytes.
    let padded: Delegation
    private let owner: Owner
    private let terms: Grant.Terms
    /// Under one proof, and under three.
    private let invocations: [Int: Invocation]
    /// What is received: the invocation, and its proofs root first.
    private let tokens: [Int: (invocation: [UInt8], proofs: [[UInt8]])]
    private let containers: [Int: Container]
    private let verifier: InvocationVerifier
    private let caching: InvocationVerifier

    /// Keys cannot be copied, and so stand in an object.
    private final class Owner: Sendable {
        let keys: PseudonymKeys
        init() throws { keys = try RootKey.random().pseudonymKeys(module: try ModuleID("org.dump.market"), index: 0) }
    }

    init() throws {
        let owner = try Owner()
        let (viewer, component, last, node) = (
            try Holder(), try Holder(), try Holder(), try SigningKey.random().principal()
        )
        terms = Grant.Terms(
            fields: [.name, .email, .address], expiration: Scene.end, disclosure: RandomSource.system.bytes(32),
            home: try NodeAddress("https://node.example"), node: node,
            status: StatusReference(index: 4_242, uri: "https://node.example/v1/status-lists/1"),
            allowsHandingOn: true)
        let grant = try Grant.sign(terms, to: viewer.name, with: owner.keys).delegation
        let second = try viewer.handOn(grant, to: component.name, until: Scene.end)
        let third = try component.handOn(second, to: last.name, until: Scene.end)
        let chain = [grant, second, third]
        padded = try Scene.padded(grant, with: owner.keys.signing)
        var invocations: [Int: Invocation] = [:]
        for (proofs, holder) in [(1, viewer), (3, last)] {
            invocations[proofs] = try Invocation.sign(
                .profileRead, on: grant.issuer, audience: node, arguments: Scene.arguments,
                proofs: chain.prefix(proofs).map(\.cid), nonce: RandomSource.system.bytes(16),
                expiration: Scene.now + 60, with: holder.key)
        }
        verifier = InvocationVerifier(executor: node, maximumLifetime: 600)
        caching = InvocationVerifier(executor: node, maximumLifetime: 600, cache: DelegationCache(capacity: 16))
        containers = invocations.mapValues { invocation in
            Container(([invocation.envelope] + chain.prefix(invocation.proofs.count).map(\.envelope)).map(\.bytes))
        }
        tokens = invocations.mapValues { invocation in
            (invocation.envelope.bytes, chain.prefix(invocation.proofs.count).map(\.envelope.bytes))
        }
        self.owner = owner
        self.chain = chain
        self.invocations = invocations
    }

    // MARK: Ours

    /// From the bytes of an invocation and its proofs to the verified invocation.
    func verify(_ proofs: Int) throws -> VerifiedInvocation {
        guard let tokens = tokens[proofs] else { throw CapabilityError.unavailableProof }
        let delegations = try tokens.proofs.map { try Delegation(decoding: $0) }
        return try verifier.verify(
            try Invocation(decoding: tokens.invocation), proofs: delegations, at: Scene.now)
    }

    /// The same from a container, with the proofs in the cache.
    func verifyCached(_ proofs: Int) throws -> VerifiedInvocation {
        try caching.verify(containers[proofs] ?? Container([]), at: Scene.now)
    }

    /// A grant from its terms.
    func mint() throws -> Grant { try Grant.sign(terms, to: chain[0].audience, with: owner.keys) }

    // MARK: The bare calls

    /// As many checks as a verification needs, on the same bytes: the invocation's, and those of the proofs.
    func checkBare(_ count: Int) -> Bool {
        let proofs = chain.prefix(max(1, count - 1)).allSatisfy { isSigned($0.envelope, $0.issuer) }
        return proofs && (count == 1 || checkInvocation(count - 1))
    }

    /// The check of an invocation under so many proofs.
    func checkInvocation(_ proofs: Int) -> Bool {
        guard let invocation = invocations[proofs] else { return false }
        return isSigned(invocation.envelope, invocation.issuer)
    }

    /// A signature over what is signed of the grant.
    func signBare() -> [UInt8] { owner.keys.signing.sign(Array(signedBytes(chain[0].envelope))) }

    private func isSigned(_ envelope: Envelope, _ issuer: Principal) -> Bool {
        Signature.isValid(envelope.signature, of: signedBytes(envelope), by: issuer.publicKey)
    }

    /// What stands behind the head of an envelope and its signature.
    private func signedBytes(_ envelope: Envelope) -> ArraySlice<UInt8> {
        envelope.bytes.dropFirst(3 + Signature.length)
    }

    /// The grant again, with as much in `meta` as makes it 1,024 bytes long.
    private static func padded(_ grant: Delegation, with key: borrowing SigningKey) throws -> Delegation {
        func signed(_ count: Int) throws -> Delegation {
            var meta = grant.meta ?? Map()
            meta["padding"] = .bytes(RandomSource.system.bytes(count))
            return try Delegation.sign(
                to: grant.audience, subject: grant.subject, command: grant.command, policy: grant.policy, meta: meta,
                expiration: grant.expiration, with: key)
        }
        let probe = try signed(256)
        return try signed(256 + 1_024 - probe.envelope.bytes.count)
    }
}

/// Who holds a delegation and may hand it on.
private final class Holder: Sendable {
    let key: SigningKey
    let name: Principal

    init() throws {
        key = try SigningKey.random()
        name = try key.principal()
    }

    func handOn(_ delegation: Delegation, to audience: Principal, until end: Int64) throws -> Delegation {
        try Delegation.sign(
            to: audience, subject: delegation.subject, command: delegation.command, policy: delegation.policy,
            expiration: end, with: key)
    }
}
