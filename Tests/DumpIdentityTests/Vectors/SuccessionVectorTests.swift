import DumpIdentity
import IPLD
import TestSupport
import Testing

/// `docs/vectors/succession.json`.
struct SuccessionVectorTests {
    @Test(arguments: try VectorFile.read("succession.json", "cases"))
    func `a succession follows from both seeds and the day`(vector: Vector) throws {
        let former = try vector.input.signingKey()
        let next = try vector.input.signingKey("next")
        let statement = try Succession.sign(from: former, to: next, time: vector.input.int("time"))
        let made = VectorFields([
            "bytes": .hex(statement.bytes), "former": .string(statement.former.did),
            "next": .string(statement.next.did), "iat": .int(statement.day),
        ])
        #expect(made == vector.output)
    }

    @Test(arguments: try VectorFile.read("succession.json", "cases"))
    func `a succession is accepted`(vector: Vector) throws {
        let statement = try Succession(verifying: vector.output.bytes("bytes"))
        #expect(try statement.former.did == vector.output.text("former"))
        #expect(try statement.next.did == vector.output.text("next"))
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
