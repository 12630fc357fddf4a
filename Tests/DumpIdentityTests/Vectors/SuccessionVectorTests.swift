import DumpIdentity
import IPLD
import Sodium
import TestSupport
import Testing

/// `docs/vectors/succession.json`.
struct SuccessionVectorTests {
    @Test(arguments: try VectorFile.read("succession.json", "cases"))
    func `a succession follows from both seeds and the day`(vector: Vector) throws {
        let seed = try SecretBytes(vector.input.bytes("seed"), in: .scratch)
        let nextSeed = try SecretBytes(vector.input.bytes("next"), in: .scratch)
        let former = try SigningKey(seed: seed)
        let next = try SigningKey(seed: nextSeed)
        let statement = try Succession.sign(from: former, to: next, time: vector.input.int("time"))
        let made = Map([
            "bytes": .string(hexText(statement.bytes)), "former": .string(statement.former.did),
            "next": .string(statement.next.did), "iat": .int(statement.day),
        ])
        #expect(made == vector.output)
    }

    @Test(arguments: try VectorFile.read("succession.json", "cases"))
    func `a succession is accepted`(vector: Vector) throws {
        let statement = try Succession(verifying: VectorFields(vector.output).bytes("bytes"))
        #expect(try statement.former.did == VectorFields(vector.output).text("former"))
        #expect(try statement.next.did == VectorFields(vector.output).text("next"))
    }

    @Test(arguments: try VectorFile.read("succession.json", "refused"))
    func `what both have not signed, or of another form, is refused`(vector: Vector) throws {
        let bytes = try vector.input.bytes("bytes")
        let error = EnvelopeVectorTests.refusal {
            _ = try Succession(verifying: bytes)
            return true
        }
        #expect(error == vector.error)
    }
}
