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
        let output = VectorFields(vector.output)
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

    static func build(_ input: VectorFields) throws -> Map {
        let seed = try SecretBytes(input.bytes("seed"), in: .scratch)
        let key = try SigningKey(seed: seed)
        let payload = try #require(try input.value("payload").mapValue)
        let envelope = try Envelope.sign(payload, tag: input.text("tag"), with: key)
        return Map([
            "issuer": .string(try key.principal().did), "bytes": .string(hexText(envelope.bytes)),
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
        let object = try ModuleObject(verifying: VectorFields(vector.output).bytes("bytes"))
        #expect(try object.module.string == vector.input.text("module"))
        #expect(try Value.map(object.body) == vector.input.value("body"))
        #expect(try object.mailboxes.map { .string($0.string) } == vector.input.list("mailbox"))
    }

    @Test(arguments: try VectorFile.read("object.json", "cases"))
    func `a module object with one bit altered is refused`(vector: Vector) throws {
        let bytes = try VectorFields(vector.output).bytes("bytes")
        for index in bytes.indices {
            var altered = bytes
            altered[index] ^= 1
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

    static func build(_ input: VectorFields) throws -> Map {
        let root = try RootKey(SecretBytes(input.bytes("root"), in: .scratch))
        let keys = try root.pseudonymKeys(
            module: ModuleID(input.text("module")), index: UInt64(input.int("index")))
        let object = try ModuleObject.sign(
            body: try #require(try input.value("body").mapValue),
            mailboxes: input.list("mailbox").compactMap(\.stringValue).map { try NodeAddress($0) },
            time: input.int("time"), with: keys, random: .fixed(input.bytes("nonce")))
        return Map([
            "issuer": .string(object.issuer.did), "bytes": .string(hexText(object.envelope.bytes)),
            "cid": .string(object.cid.description), "iat": .int(object.day),
        ])
    }
}
