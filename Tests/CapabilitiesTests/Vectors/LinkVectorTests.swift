import Capabilities
import DumpIdentity
import IPLD
import Sodium
import TestSupport
import Testing

/// `docs/vectors/link.json`.
struct LinkVectorTests {
    @Test(arguments: try VectorFile.read("link.json", "cases"))
    func `a link statement follows from its inputs`(vector: Vector) throws {
        #expect(try Self.build(vector.input) == vector.output)
    }

    @Test(arguments: try VectorFile.read("link.json", "cases"))
    func `a link statement names pseudonym, profile, viewer and grant`(vector: Vector) throws {
        let grant = try Self.grant(vector.input)
        let link = try LinkStatement(verifying: vector.output.byteStrings("envelopes"), for: grant)
        #expect(link.pseudonym == grant.owner)
        #expect(try link.profile == vector.output.principal("profile"))
        #expect(link.viewer == grant.viewer)
        #expect(link.grant == grant.cid)
    }

    @Test(arguments: try VectorFile.read("link.json", "cases"))
    func `a link statement with one bit altered is refused`(vector: Vector) throws {
        let grant = try Self.grant(vector.input)
        let envelopes = try vector.output.byteStrings("envelopes")
        try #require(envelopes.count == 2)
        expectVectorRefusals(of: envelopes[0]) { altered in
            _ = try LinkStatement(verifying: [altered, envelopes[1]], for: grant)
        }
        expectVectorRefusals(of: envelopes[1]) { altered in
            _ = try LinkStatement(verifying: [envelopes[0], altered], for: grant)
        }
    }

    @Test(arguments: try VectorFile.read("link.json", "refused"))
    func `a link statement that does not belong together is refused`(vector: Vector) throws {
        let envelopes = try vector.input.byteStrings("envelopes")
        let grant = try Self.grant(vector.input)
        #expect(vectorRefusal { _ = try LinkStatement(verifying: envelopes, for: grant) } == vector.error)
    }

    private static func grant(_ input: VectorFields) throws -> Grant {
        try Grant(Delegation(decoding: input.bytes("grant")))
    }

    static func build(_ input: VectorFields) throws -> VectorFields {
        let pseudonym = try input.pseudonym()
        let profile = try input.root().profileKeys()
        let link = try LinkStatement.sign(
            for: grant(input), pseudonym: pseudonym, profile: profile, time: input.int("time"),
            random: .vector(input.byteStrings("nonces")))
        return VectorFields([
            "profile": .string(link.profile.did), "envelopes": .list(link.envelopes.map { .hex($0) }),
        ])
    }
}
