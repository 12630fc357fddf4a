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

    static func build(_ input: VectorFields) throws -> Map {
        if input.map["token"] != nil {
            let token = try SessionToken(input.bytes("token"))
            return Map(["identifier": .string(hexText(try token.identifier()))])
        }
        let root = try RootKey(SecretBytes(input.bytes("root"), in: .scratch))
        guard input.map["module"] != nil else {
            let keys = try root.profileKeys()
            return Map([
                "did": .string(try keys.signing.principal().did),
                "storage": .string(hexText(keys.storage.copyForTransfer())),
                "settings": .string(hexText(try root.settingsKey().copyForTransfer())),
                "state": .string(hexText(keys.state.copyForTransfer())),
            ])
        }
        let keys = try root.pseudonymKeys(
            module: ModuleID(input.text("module")), index: UInt64(input.int("index")))
        return Map([
            "did": .string(keys.principal.did), "storage": .string(hexText(keys.storage.copyForTransfer())),
        ])
    }
}
