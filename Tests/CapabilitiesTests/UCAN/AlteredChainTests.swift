import Capabilities
import DumpIdentity
import IPLD
import TestSupport
import Testing

/// A chain in which one thing was changed is refused, whichever link and whatever it is.
struct AlteredChainTests {
    /// A link of a chain, by the chain's length and the link's place.
    private static let links = (2...4).flatMap { length in (0..<length).map { (length, $0) } }
    private static let parties: [Party] = [.owner, .viewer, .component, .executor, .node]

    /// A chain with every optional field, of the first `length` of owner → viewer → component → executor → node.
    private static func chain(_ length: Int) throws -> [Delegation] {
        try (0..<length).map { index in
            try Delegation.sign(
                to: parties[index + 1].principal, subject: Party.owner.principal, command: Command("/profile/read"),
                policy: .fields(["name", "email"]), meta: (["a": 1] as Value).mapValue, notBefore: testTime - 10,
                expiration: testTime + 10, with: parties[index].key(), random: .fixed())
        }
    }

    private static func refusal(of chain: [Delegation]) throws -> CapabilityError? {
        try CapabilitiesTests.refusal {
            try DelegationChain(verifying: chain, at: testTime, revocations: KnownRevocations())
        }
    }

    /// Every field of a delegation, with another value that is well formed.
    private static let changes: [(String, Value)] = [
        ("iss", .null), ("aud", .null), ("sub", .null), ("cmd", "/profile"), ("cmd", "/"), ("pol", []),
        ("nonce", .bytes([1])), ("meta", ["a": 2]), ("nbf", 0), ("exp", .int(testTime + 11)), ("exp", .null),
    ]

    private static func changed(_ delegation: Delegation, _ field: String, to value: Value) throws -> Map {
        var payload = delegation.envelope.payload
        let isPrincipal = value.isNull && ["iss", "aud"].contains(field)
        payload[field] = isPrincipal ? .string(try Party.stranger.principal.did) : value
        return payload
    }

    @Test(arguments: 2...4)
    func `the chain is accepted as it is`(length: Int) throws {
        #expect(try Self.refusal(of: Self.chain(length)) == nil)
    }

    @Test(arguments: links)
    func `a link with any one bit flipped is refused`(length: Int, place: Int) throws {
        let chain = try Self.chain(length)
        let bytes = chain[place].envelope.bytes
        for index in bytes.indices {
            for bit in 0..<8 as Range<UInt8> {
                guard let link = try? Delegation(decoding: bytes.altered(at: index, by: 1 << bit)) else { continue }
                var altered = chain
                altered[place] = link
                #expect(try Self.refusal(of: altered) == .invalidSignature, "byte \(index), bit \(bit)")
            }
        }
    }

    @Test(arguments: links, changes)
    func `a link with a field changed is refused, with its old signature or one by another`(
        link: (length: Int, place: Int), change: (field: String, value: Value)
    ) throws {
        var chain = try Self.chain(link.length)
        let payload = try Self.changed(chain[link.place], change.field, to: change.value)
        let signature = chain[link.place].envelope.signature
        let signed = try Envelope.sign(payload, tag: Delegation.tag, with: Party.node.key()).bytes
        let copied = Array(signed.prefix(3)) + signature + Array(signed.dropFirst(3 + signature.count))
        chain[link.place] = try Delegation(decoding: copied)
        #expect(try Self.refusal(of: chain) == .invalidSignature)
        for party in Party.allCases where try party.principal != chain[link.place].issuer {
            let signed = try Envelope.sign(payload, tag: Delegation.tag, with: party.key()).bytes
            chain[link.place] = try Delegation(decoding: signed)
            #expect(try Self.refusal(of: chain) == .invalidSignature, "signed by \(party)")
        }
    }

    @Test(arguments: links)
    func `a link that another issued and signed for itself is refused`(length: Int, place: Int) throws {
        let chain = try Self.chain(length)
        for party in Party.allCases where party != Self.parties[place] {
            var altered = chain
            let did = try party.principal.did
            altered[place] = try Delegation(
                decoding: chain[place].envelope.resigned(by: party) { $0["iss"] = .string(did) })
            let refused = try Self.refusal(of: altered)
            #expect(refused == (place == 0 ? .invalidClaim : .invalidAudience), "\(party)")
        }
    }

    @Test(arguments: links)
    func `a chain without one of its links is refused`(length: Int, place: Int) throws {
        var chain = try Self.chain(length)
        chain.remove(at: place)
        let isLast = place == length - 1
        // Without its last link it is the chain of the one before, which is another holder's.
        #expect(try Self.refusal(of: chain) == (isLast ? nil : place == 0 ? .invalidClaim : .invalidAudience))
    }
}
