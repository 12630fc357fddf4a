import Capabilities
import DumpIdentity
import IPLD
import Sodium
import TestSupport
import Testing

/// `docs/vectors/invocation.json` and `docs/vectors/revocation.json`.
struct InvocationVectorTests {
    @Test(arguments: try VectorFile.read("invocation.json", "cases"))
    func `an invocation follows from its inputs`(vector: Vector) throws {
        #expect(try Self.build(vector.input) == vector.output)
    }

    @Test(arguments: try VectorFile.read("invocation.json", "cases"))
    func `an invocation is accepted with its proofs`(vector: Vector) throws {
        let bytes = try vector.output.bytes("bytes")
        #expect(vectorRefusal { try Self.verify(bytes, vector.input) } == "")
    }

    @Test(arguments: try VectorFile.read("invocation.json", "cases"))
    func `an invocation with one bit altered is refused`(vector: Vector) throws {
        try expectVectorRefusals(of: vector.output.bytes("bytes")) { altered in
            try Self.verify(altered, vector.input)
        }
    }

    @Test(arguments: try VectorFile.read("invocation.json", "refused"))
    func `an invocation that is not allowed is refused`(vector: Vector) throws {
        let bytes = try vector.input.bytes("bytes")
        #expect(vectorRefusal { try Self.verify(bytes, vector.input) } == vector.error)
    }

    @Test(arguments: try VectorFile.read("revocation.json", "cases"))
    func `a revocation follows from the delegation that it revokes`(vector: Vector) throws {
        #expect(try Self.buildRevocation(vector.input) == vector.output)
    }

    @Test(arguments: try VectorFile.read("revocation.json", "cases"))
    func `a revocation is accepted with its path, and with none`(vector: Vector) throws {
        #expect(vectorRefusal { try Self.verifyRevocation(vector.output.bytes("bytes"), vector.input) } == "")
    }

    @Test(arguments: try VectorFile.read("revocation.json", "cases"))
    func `a revocation with one bit altered is refused`(vector: Vector) throws {
        try expectVectorRefusals(of: vector.output.bytes("bytes")) { altered in
            _ = try Revocation(verifying: Invocation(decoding: altered))
        }
    }

    @Test(arguments: try VectorFile.read("revocation.json", "refused"))
    func `a revocation of another form is refused`(vector: Vector) throws {
        let bytes = try vector.input.bytes("bytes")
        #expect(vectorRefusal { try Self.verifyRevocation(bytes, vector.input) } == vector.error)
    }

    /// Verifies a revocation with the `delegations` at hand.
    private static func verifyRevocation(_ bytes: [UInt8], _ input: VectorFields) throws {
        let tokens = input.has("delegations") ? try input.byteStrings("delegations") : []
        _ = try Revocation(
            verifying: Invocation(decoding: bytes), witnesses: tokens.map { try Delegation(decoding: $0) })
    }

    /// Verifies for `executor` at `time` with `delegations` and a `lifetime` at most.
    private static func verify(_ bytes: [UInt8], _ input: VectorFields) throws {
        let verifier = InvocationVerifier(
            executor: try input.principal("executor"), maximumLifetime: try input.int("lifetime"))
        var revocations = KnownRevocations()
        for token in input.has("revocations") ? try input.byteStrings("revocations") : [] {
            let revocation = try Revocation(verifying: Invocation(decoding: token))
            revocations.insert(revocation.delegation, by: revocation.revoker)
        }
        let proofs = try input.byteStrings("delegations").map { try Delegation(decoding: $0) }
        _ = try verifier.verify(
            Invocation(decoding: bytes), proofs: proofs, at: input.int("time"), revocations: revocations)
    }

    static func build(_ input: VectorFields) throws -> VectorFields {
        let keys = try input.pseudonym()
        let invocation = try Invocation.sign(
            Command(input.text("command")), on: input.principal("subject"),
            audience: input.has("audience") ? input.principal("audience") : nil,
            arguments: try #require(try input.value("arguments").mapValue),
            proofs: input.list("proofs").compactMap(\.linkValue), nonce: input.bytes("nonce"),
            expiration: input.value("expiration").intValue, with: keys.signing)
        return result(invocation)
    }

    static func buildRevocation(_ input: VectorFields) throws -> VectorFields {
        let keys = try input.pseudonym()
        let delegation = try #require(try input.value("delegation").linkValue)
        let path = input.has("path") ? try input.list("path").compactMap(\.linkValue) : []
        return result(try Revocation.sign(delegation, path: path, with: keys.signing).invocation)
    }

    private static func result(_ invocation: Invocation) -> VectorFields {
        VectorFields([
            "issuer": .string(invocation.issuer.did), "bytes": .hex(invocation.envelope.bytes),
            "cid": .string(invocation.cid.description),
        ])
    }
}
