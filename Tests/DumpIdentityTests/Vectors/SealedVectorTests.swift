import DumpIdentity
import IPLD
import Sodium
import TestSupport
import Testing

/// `docs/vectors/sealed.json`.
struct SealedVectorTests {
    @Test(arguments: try VectorFile.read("sealed.json", "cases"))
    func `padding and encryption follow from their inputs`(vector: Vector) throws {
        #expect(try Self.build(vector.input) == vector.output)
    }

    @Test(arguments: try VectorFile.read("sealed.json", "cases"))
    func `what was padded or encrypted is had again`(vector: Vector) throws {
        let output = VectorFields(vector.output)
        if vector.output["padded"] != nil {
            #expect(try Padding.unpad(output.bytes("padded")) == vector.input.bytes("content"))
        } else {
            let opened = try Self.open(output.bytes("ciphertext"), vector.input)
            #expect(try opened == vector.input.value("value"))
        }
    }

    @Test(arguments: try VectorFile.read("sealed.json", "opens"))
    func `a sealed box opens`(vector: Vector) throws {
        #expect(try Self.open(vector.input.bytes("ciphertext"), vector.input) == vector.output["value"])
    }

    @Test(arguments: try VectorFile.read("sealed.json", "refused"))
    func `what is altered, of another kind or for another place does not open`(vector: Vector) throws {
        if vector.input.map["padded"] != nil {
            #expect(throws: SodiumError.invalidPadding) { try Padding.unpad(vector.input.bytes("padded")) }
        } else {
            #expect(throws: IdentityError.self) {
                try Self.open(vector.input.bytes("ciphertext"), vector.input)
            }
        }
    }

    private static func kind(_ input: VectorFields) throws -> SealedKind {
        SealedKind(try input.text("label"), sizeClasses: try input.list("classes").compactMap(\.intValue).map(Int.init))
    }

    private static func open(_ ciphertext: [UInt8], _ input: VectorFields) throws -> Value {
        if input.map["seed"] != nil {
            let seed = try SecretBytes(input.bytes("seed"), in: .scratch)
            let key = try SigningKey(seed: seed)
            return try SealedValue.open(ciphertext, kind: kind(input), with: key)
        }
        let key = try SecretBytes(input.bytes("key"), in: .scratch)
        return try SealedValue.open(ciphertext, kind: kind(input), key: key, context: input.bytes("context"))
    }

    static func build(_ input: VectorFields) throws -> Map {
        if input.map["content"] != nil {
            let classes = try input.list("classes").compactMap(\.intValue).map(Int.init)
            return Map(["padded": .string(hexText(try Padding.pad(input.bytes("content"), to: classes)))])
        }
        let key = try SecretBytes(input.bytes("key"), in: .scratch)
        let sealed = try SealedValue.seal(
            input.value("value"), kind: kind(input), key: key, context: input.bytes("context"),
            random: .fixed(input.bytes("nonce")))
        return Map(["ciphertext": .string(hexText(sealed))])
    }
}
