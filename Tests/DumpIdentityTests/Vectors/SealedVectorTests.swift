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
        let output = vector.output
        if vector.output.has("padded") {
            #expect(try Padding.unpad(output.bytes("padded")) == vector.input.bytes("content"))
        } else {
            let opened = try Self.open(output.bytes("ciphertext"), vector.input)
            #expect(try opened == vector.input.value("value"))
        }
    }

    @Test(arguments: try VectorFile.read("sealed.json", "opens"))
    func `a sealed box opens`(vector: Vector) throws {
        #expect(try Self.open(vector.input.bytes("ciphertext"), vector.input) == vector.output.value("value"))
    }

    @Test(arguments: try VectorFile.read("sealed.json", "refused"))
    func `what is altered, of another kind or for another place does not open`(vector: Vector) throws {
        if vector.input.has("padded") {
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
        if input.has("seed") {
            let key = try input.signingKey()
            return try SealedValue.open(ciphertext, kind: kind(input), with: key)
        }
        let key = try input.secret("key")
        return try SealedValue.open(ciphertext, kind: kind(input), key: key, context: input.bytes("context"))
    }

    static func build(_ input: VectorFields) throws -> VectorFields {
        if input.has("content") {
            let classes = try input.list("classes").compactMap(\.intValue).map(Int.init)
            return VectorFields(["padded": .hex(try Padding.pad(input.bytes("content"), to: classes))])
        }
        let key = try input.secret("key")
        let sealed = try SealedValue.seal(
            input.value("value"), kind: kind(input), key: key, context: input.bytes("context"),
            random: .fixed(input.bytes("nonce")))
        return VectorFields(["ciphertext": .hex(sealed)])
    }
}
