import Capabilities
import DumpIdentity
import IPLD
import Sodium
import TestSupport
import Testing

/// `docs/vectors/disclosure.json`.
struct DisclosureVectorTests {
    @Test(arguments: try VectorFile.read("disclosure.json", "cases"))
    func `field key, slot and ciphertext follow from their inputs`(vector: Vector) throws {
        #expect(try Self.build(vector.input) == vector.output)
    }

    @Test(arguments: try VectorFile.read("disclosure.json", "cases"))
    func `a disclosed field opens`(vector: Vector) throws {
        let field = try ProfileField(named: vector.input.text("field"))
        let ciphertext = try Self.ciphertext(vector.input)
        let opened = try Self.open(ciphertext, vector.output.bytes("field_key"), field)
        #expect(try (opened?.value ?? .null) == vector.input.value("value"))
    }

    @Test(arguments: try VectorFile.read("disclosure.json", "refused"))
    func `a disclosed field that was altered or exchanged does not open`(vector: Vector) throws {
        let input = vector.input
        let field = try ProfileField(named: input.text("field"))
        let (ciphertext, key) = (try input.bytes("ciphertext"), try input.bytes("field_key"))
        #expect(vectorRefusal { _ = try Self.open(ciphertext, key, field) } == vector.error)
    }

    private static func open(
        _ ciphertext: [UInt8], _ key: [UInt8], _ field: ProfileField
    ) throws -> FieldValue? {
        try FieldKey(field: field, bytes: key).open(ciphertext)
    }

    private static func ciphertext(_ input: VectorFields) throws -> [UInt8] {
        let field = try ProfileField(named: input.text("field"))
        let key = try Disclosure(key: input.bytes("grant_key")).fieldKey(field)
        let value = try input.value("value")
        return try key.seal(
            value.isNull ? nil : FieldValue(value, for: field), random: .vector([input.bytes("nonce")]))
    }

    /// What is too long to be written out stands as its length and digest.
    static func build(_ input: VectorFields) throws -> VectorFields {
        let field = try ProfileField(named: input.text("field"))
        let key = try Disclosure(key: input.bytes("grant_key")).fieldKey(field)
        let ciphertext = try ciphertext(input)
        var output = Map()
        output["field_key"] = .hex(key.bytesForHolder())
        output["slot"] = .hex(
            try Disclosure.slot(of: field, in: input.bytes("disclosure"), owner: input.principal("owner")))
        if ciphertext.count > 4_096 {
            output["length"] = .int(Int64(ciphertext.count))
            output["sha256"] = .hex(Hashing.sha256(ciphertext))
        } else {
            output["ciphertext"] = .hex(ciphertext)
        }
        return VectorFields(output)
    }
}
