import DumpIdentity
import IPLD
import Sodium
import TestSupport
import Testing

/// `docs/vectors/custody.json`: encryptions whose nonce is random in use, rebuilt here from the parts that
/// `docs/spec.md` names.
struct CustodyVectorTests {
    @Test(arguments: try VectorFile.read("custody.json", "cases"))
    func `a wrapped root key is made of what the specification says`(vector: Vector) throws {
        #expect(try Self.build(vector.input) == vector.output)
    }

    @Test(arguments: try VectorFile.read("custody.json", "cases"))
    func `a wrapped root key opens`(vector: Vector) throws {
        // A file is too long to stand in a vector: it is made anew.
        if vector.input.has("content") { return try Self.openExport(vector.input) }
        let ciphertext = try vector.output.bytes("ciphertext")
        let did = try Self.unwrap(ciphertext, vector.input).profileKeys().signing.principal().did
        let root = try vector.input.root()
        #expect(try root.profileKeys().signing.principal().did == did)
    }

    @Test(arguments: try VectorFile.read("custody.json", "refused"))
    func `a wrapped root key that was exchanged does not open`(vector: Vector) throws {
        let ciphertext = try vector.input.bytes("ciphertext")
        #expect(throws: IdentityError.self) { try Self.unwrap(ciphertext, vector.input) }
    }

    private static func unwrap(_ ciphertext: [UInt8], _ input: VectorFields) throws -> RootKey {
        if input.has("code") {
            let code = try RecoveryCode(input.text("code"))
            return try RecoveryWrap(ciphertext).unwrap(code)
        }
        let handle = try Handle(input.text("handle"))
        if input.has("token") {
            return try SessionToken(input.bytes("token")).unwrap(ciphertext, handle: handle)
        }
        let wrap = PassphraseWrap(cost: try cost(input), salt: try input.bytes("salt"), ciphertext: ciphertext)
        let passphrase = try Passphrase(input.text("passphrase"))
        let key = try PasswordHash.deriveKey(from: passphrase.bytes, salt: wrap.salt, cost: wrap.cost)
        return try wrap.unwrap(handle: handle, key: key)
    }

    static func build(_ input: VectorFields) throws -> VectorFields {
        if input.has("code") { return try buildRecovery(input) }
        if input.has("content") { return try buildExport(input) }
        let (root, handle) = (try input.bytes("root"), try input.text("handle"))
        let nonce = RandomSource.fixed(try input.bytes("nonce"))
        if input.has("token") {
            let token = try input.secret("token")
            let key = try Hashing.deriveKey(from: token, message: Array("dump/v1/session/wrap\u{0}".utf8))
            let sealed = try AEAD.seal(root, key: key, context: Array(handle.utf8), random: nonce)
            return VectorFields(["ciphertext": .hex(sealed)])
        }
        let cost = try cost(input)
        let passphrase = try SecretBytes(Array(input.text("passphrase").utf8), in: .scratch)
        let key = try PasswordHash.deriveKey(from: passphrase, salt: input.bytes("salt"), cost: cost)
        let context = "dump/v1/root/passphrase\u{0}\(handle)/\(cost.operations)/\(cost.memory)"
        let sealed = try AEAD.seal(root, key: key, context: Array(context.utf8), random: nonce)
        return VectorFields([
            "key": .hex(key.copyForTransfer()), "ciphertext": .hex(sealed),
        ])
    }

    private static func buildRecovery(_ input: VectorFields) throws -> VectorFields {
        let code = try RecoveryCode(input.text("code"))
        let characters = code.text.utf8.filter { $0 != UInt8(ascii: "-") }.prefix(26)
        let secret = try SecretBytes(Array(characters), in: .scratch)
        let key = try Hashing.deriveKey(from: secret, message: Array("dump/v1/custody/recovery\u{0}".utf8))
        let root = try input.root()
        let wrap = try RecoveryWrap(root, code: code, random: .fixed(input.bytes("nonce")))
        return VectorFields([
            "text": .string(code.text), "key": .hex(key.copyForTransfer()),
            "ciphertext": .hex(wrap.bytes),
        ])
    }

    private static func buildExport(_ input: VectorFields) throws -> VectorFields {
        let file = try export(input).encoded()
        var bound = try #require(DagCBOR.decode(file).mapValue)
        bound["content"] = nil
        return VectorFields([
            "bound": .hex(try DagCBOR.encode(.map(bound))), "length": .int(Int64(file.count)),
            "sha256": .hex(Hashing.sha256(file)),
        ])
    }

    private static func openExport(_ input: VectorFields) throws {
        let export = try AccountExport(decoding: export(input).encoded())
        let passphrase = try Passphrase(input.text("passphrase"))
        let key = try PasswordHash.deriveKey(from: passphrase.bytes, salt: export.salt, cost: export.cost)
        let opened = try export.open(key: key)
        #expect(try opened.content == input.value("content"))
        let root = try input.root()
        #expect(try opened.root.profileKeys().signing.principal() == root.profileKeys().signing.principal())
    }

    private static func export(_ input: VectorFields) throws -> AccountExport {
        let passphrase = try Passphrase(input.text("passphrase"))
        let (salt, cost) = (try input.bytes("salt"), try cost(input))
        let key = try PasswordHash.deriveKey(from: passphrase.bytes, salt: salt, cost: cost)
        return try AccountExport.seal(
            input.value("content"), root: input.root(),
            recovery: input.has("recovery") ? RecoveryWrap(input.bytes("recovery")) : nil, key: key, salt: salt,
            cost: cost, random: .fixed(input.bytes("nonce")))
    }

    private static func cost(_ input: VectorFields) throws -> PasswordHash.Cost {
        PasswordHash.Cost(operations: Int(try input.int("operations")), memory: Int(try input.int("memory")))
    }
}
