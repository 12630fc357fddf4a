import Capabilities
import DumpIdentity
import IPLD
import TestSupport
import Testing

/// `docs/vectors/statuslist.json`. Compressed bytes depend on the compressor, so the token is an example to be read.
struct StatusListVectorTests {
    @Test(arguments: try VectorFile.read("statuslist.json", "opens"))
    func `a status list token reads as its list`(vector: Vector) throws {
        #expect(try Self.read(vector.input) == vector.output)
    }

    @Test(arguments: try VectorFile.read("statuslist.json", "opens"))
    func `a status list that is signed again reads as the same`(vector: Vector) throws {
        let key = try vector.input.signingKey()
        var input = vector.input.map
        input["token"] = .string(try Self.token(vector.input).signed(with: key))
        #expect(try Self.read(VectorFields(input)) == vector.output)
    }

    @Test(arguments: try VectorFile.read("statuslist.json", "opens"))
    func `a status list token with one character altered is refused`(vector: Vector) throws {
        let text = Array(try vector.input.text("token").utf8)
        for index in text.indices {
            var altered = text
            altered[index] = text[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            var input = vector.input.map
            input["token"] = .string(String(decoding: altered, as: UTF8.self))
            let fields = VectorFields(input)
            #expect(throws: CapabilityError.self, "character \(index)") { try Self.token(fields) }
        }
    }

    @Test(arguments: try VectorFile.read("statuslist.json", "refused"))
    func `a status list token of another form, list, issuer or time is refused`(vector: Vector) throws {
        #expect(vectorRefusal { _ = try Self.token(vector.input) } == vector.error)
    }

    private static func token(_ input: VectorFields) throws -> StatusListToken {
        try StatusListToken(
            verifying: input.text("token"), issuer: input.principal("issuer"), uri: input.text("uri"),
            at: input.int("time"))
    }

    static func read(_ input: VectorFields) throws -> VectorFields {
        let token = try token(input)
        let revoked = try (0..<token.list.count).filter { try token.list.isRevoked($0) }
        return VectorFields([
            "iat": .int(token.issuedAt), "exp": .int(token.expiration), "ttl": .int(token.timeToLive),
            "bits": .int(Int64(token.list.bits)), "bytes": .hex(token.list.bytes),
            "revoked": .list(revoked.map { .int(Int64($0)) }),
        ])
    }
}
