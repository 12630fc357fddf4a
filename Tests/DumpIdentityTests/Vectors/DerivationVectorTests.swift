import DumpIdentity
import IPLD
import Sodium
import TestSupport
import Testing

/// `docs/vectors/derivation.json`.
struct DerivationVectorTests {
    @Test(arguments: try VectorFile.read("derivation.json", "cases"))
    func `keys follow from the root key or the session token`(vector: Vector) throws {
        #expect(try Self.build(vector.input) == vector.output)
    }

    static func build(_ input: VectorFields) throws -> VectorFields {
        if input.has("token") {
            let token = try SessionToken(input.bytes("token"))
            return VectorFields(["identifier": .hex(try token.identifier())])
        }
        guard input.has("module") else {
            let root = try input.root()
            let keys = try root.profileKeys()
            return VectorFields([
                "did": .string(try keys.signing.principal().did),
                "storage": .hex(keys.storage.copyForTransfer()),
                "settings": .hex(try root.settingsKey().copyForTransfer()),
                "state": .hex(keys.state.copyForTransfer()),
            ])
        }
        let keys = try input.pseudonym()
        return VectorFields([
            "did": .string(keys.principal.did), "storage": .hex(keys.storage.copyForTransfer()),
        ])
    }
}
