import Capabilities
import DumpIdentity
import IPLD
import Sodium
import TestSupport
import Testing

/// `docs/vectors/grant.json`.
struct GrantVectorTests {
    @Test(arguments: try VectorFile.read("grant.json", "cases"))
    func `a grant follows from its terms`(vector: Vector) throws {
        #expect(try Self.build(vector.input) == vector.output)
    }

    @Test(arguments: try VectorFile.read("grant.json", "cases"))
    func `a grant says what its terms are`(vector: Vector) throws {
        let grant = try Self.read(vector.output.bytes("bytes"))
        let input = vector.input
        #expect(try grant.viewer == input.principal("viewer"))
        #expect(try grant.fields == input.fields("fields"))
        #expect(try grant.expiration == input.int("expiration"))
        #expect(try grant.disclosure == input.bytes("disclosure"))
        #expect(try grant.home.string == input.text("home"))
        #expect(try grant.node == input.principal("node"))
        #expect(try grant.status == Self.status(input))
        #expect(try Value.bool(grant.allowsHandingOn) == input.value("hand_on"))
        #expect(try grant.ends == Self.ends(input))
        #expect(try grant.owner == vector.output.principal("owner"))
    }

    @Test(arguments: try VectorFile.read("grant.json", "cases"))
    func `a grant with one bit altered is refused`(vector: Vector) throws {
        try expectVectorRefusals(of: vector.output.bytes("bytes")) { altered in
            _ = try Self.verified(altered)
        }
    }

    @Test(arguments: try VectorFile.read("grant.json", "refused"))
    func `a delegation that is no grant is refused`(vector: Vector) throws {
        let bytes = try vector.input.bytes("bytes")
        #expect(vectorRefusal { _ = try Self.verified(bytes) } == vector.error)
    }

    private static func read(_ bytes: [UInt8]) throws -> Grant { try Grant(Delegation(decoding: bytes)) }

    /// A grant whose signature was checked, long before it expires.
    private static func verified(_ bytes: [UInt8]) throws -> Grant {
        let grant = try read(bytes)
        _ = try DelegationChain(verifying: [grant.delegation], at: 1_000_000_000, revocations: KnownRevocations())
        return grant
    }

    /// `until`: a map from fields to Unix seconds.
    private static func ends(_ input: VectorFields) throws -> [ProfileField: Int64] {
        var ends: [ProfileField: Int64] = [:]
        for entry in try input.value("until").mapValue?.entries ?? [] {
            ends[try ProfileField(named: entry.key)] = entry.value.intValue
        }
        return ends
    }

    private static func status(_ input: VectorFields) throws -> StatusReference {
        StatusReference(index: Int(try input.int("index_in_list")), uri: try input.text("list"))
    }

    static func build(_ input: VectorFields) throws -> VectorFields {
        let keys = try input.pseudonym()
        let terms = Grant.Terms(
            fields: try input.fields("fields"), expiration: try input.int("expiration"),
            disclosure: try input.bytes("disclosure"), home: try NodeAddress(input.text("home")),
            node: try input.principal("node"), status: try status(input),
            allowsHandingOn: try input.value("hand_on") == true, ends: try ends(input))
        let grant = try Grant.sign(
            terms, to: input.principal("viewer"), with: keys, random: .vector([input.bytes("nonce")]))
        return VectorFields([
            "owner": .string(grant.owner.did), "bytes": .hex(grant.delegation.envelope.bytes),
            "cid": .string(grant.cid.description),
        ])
    }
}
