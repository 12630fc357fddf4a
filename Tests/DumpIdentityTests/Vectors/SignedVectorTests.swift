import DumpIdentity
import IPLD
import Sodium
import TestSupport
import Testing

/// `docs/vectors/envelope.json`.
struct EnvelopeVectorTests {
    @Test(arguments: try VectorFile.read("envelope.json", "cases"))
    func `an envelope follows from seed, tag and payload`(vector: Vector) throws {
        #expect(try Self.build(vector.input) == vector.output)
    }

    @Test(arguments: try VectorFile.read("envelope.json", "cases"))
    func `an envelope is signed by its issuer`(vector: Vector) throws {
        let output = vector.output
        let envelope = try Envelope(decoding: output.bytes("bytes"))
        #expect(envelope.isSigned(by: try Principal(did: output.text("issuer"))))
        #expect(try envelope.tag == vector.input.text("tag"))
        #expect(try Value.map(envelope.payload) == vector.input.value("payload"))
    }

    @Test(arguments: try VectorFile.read("envelope.json", "refused"))
    func `another form or another signature is refused`(vector: Vector) throws {
        let issuer = try Principal(did: vector.input.text("issuer"))
        let bytes = try vector.input.bytes("bytes")
        #expect(Self.refusal { try Envelope(decoding: bytes).isSigned(by: issuer) } == vector.error)
    }

    /// The name of what is thrown, as `docs/spec.md` lists them; "InvalidSignature" also for false, else "".
    static func refusal(of body: () throws -> Bool) -> String {
        do {
            return try body() ? "" : "InvalidSignature"
        } catch IdentityError.invalidSignature {
            return "InvalidSignature"
        } catch IdentityError.tooLarge {
            return "LimitExceeded"
        } catch { return "Malformed" }
    }

    static func build(_ input: VectorFields) throws -> VectorFields {
        let key = try input.signingKey()
        let payload = try #require(try input.value("payload").mapValue)
        let envelope = try Envelope.sign(payload, tag: input.text("tag"), with: key)
        return VectorFields([
            "issuer": .string(try key.principal().did), "bytes": .hex(envelope.bytes),
            "cid": .string(envelope.cid.description),
        ])
    }
}

/// `docs/vectors/object.json`.
struct ObjectVectorTests {
    @Test(arguments: try VectorFile.read("object.json", "cases"))
    func `a module object follows from its inputs`(vector: Vector) throws {
        #expect(try Self.build(vector.input) == vector.output)
    }

    @Test(arguments: try VectorFile.read("object.json", "cases"))
    func `a module object is accepted`(vector: Vector) throws {
        let object = try ModuleObject(verifying: vector.output.bytes("bytes"))
        #expect(try object.module.string == vector.input.text("module"))
        #expect(try Value.map(object.body) == vector.input.value("body"))
        #expect(try object.mailboxes.map { .string($0.string) } == vector.input.list("mailbox"))
    }

    @Test(arguments: try VectorFile.read("object.json", "cases"))
    func `a module object with one bit altered is refused`(vector: Vector) throws {
        let bytes = try vector.output.bytes("bytes")
        for index in bytes.indices {
            let altered = bytes.altered(at: index)
            #expect(throws: IdentityError.self, "byte \(index)") { try ModuleObject(verifying: altered) }
        }
    }

    @Test(arguments: try VectorFile.read("object.json", "refused"))
    func `a module object of another form is refused`(vector: Vector) throws {
        let bytes = try vector.input.bytes("bytes")
        let error = EnvelopeVectorTests.refusal {
            _ = try ModuleObject(verifying: bytes)
            return true
        }
        #expect(error == vector.error)
    }

    static func build(_ input: VectorFields) throws -> VectorFields {
        let keys = try input.pseudonym()
        let object = try ModuleObject.sign(
            body: try #require(try input.value("body").mapValue),
            mailboxes: input.list("mailbox").compactMap(\.stringValue).map { try NodeAddress($0) },
            time: input.int("time"), with: keys, random: .fixed(input.bytes("nonce")))
        return VectorFields([
            "issuer": .string(object.issuer.did), "bytes": .hex(object.envelope.bytes),
            "cid": .string(object.cid.description), "iat": .int(object.day),
        ])
    }
}
