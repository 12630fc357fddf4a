import Capabilities
import DumpIdentity
import IPLD
import TestSupport
import Testing

/// `docs/vectors/feed.json`.
struct FeedVectorTests {
    @Test(arguments: try VectorFile.read("feed.json", "cases"))
    func `a statement of a feed follows from its inputs`(vector: Vector) throws {
        let input = vector.input
        let names = try input.has("ids") ? input.byteStrings("ids").map { try RevocationName(bytes: $0) } : []
        let content: RevocationStatement.Content =
            switch try input.text("kind") {
            case "revoked": .revoked(names)
            case "snapshot":
                .snapshot(names, piece: Int(try input.int("piece")), of: Int(try input.int("pieces")))
            default: .alive(try input.int("iat"))
            }
        let position = try FeedPosition(epoch: input.bytes("epoch"), sequence: input.int("seq"))
        let signed = try RevocationStatement.sign(content, at: position, with: input.signingKey())
        #expect(VectorFields(["bytes": .hex(signed.bytes)]) == vector.output)
        let read = try RevocationStatement(verifying: signed.bytes, by: [input.signingKey().principal()])
        #expect(read.content == content)
    }

    @Test(arguments: try VectorFile.read("feed.json", "names"))
    func `the name of a revocation follows from delegation and revoker`(vector: Vector) throws {
        let name = try RevocationName(CID(vector.input.text("delegation")), by: vector.input.principal("revoker"))
        #expect(try name?.bytes == vector.output.bytes("id"))
    }

    @Test(arguments: try VectorFile.read("feed.json", "refused"))
    func `a statement of another form, or another node's, is refused`(vector: Vector) throws {
        let bytes = try vector.input.bytes("bytes")
        let node = try vector.input.signingKey().principal()
        #expect(vectorRefusal { _ = try RevocationStatement(verifying: bytes, by: [node]) } == vector.error)
    }
}
