import Capabilities
import DumpIdentity
import IPLD
import Sodium
import TestSupport
import Testing

/// `docs/vectors/invocation.json`, what is sealed to somebody: examples that must open.
struct SealedMessageVectorTests {
    @Test(arguments: try VectorFile.read("invocation.json", "opens"))
    func `what was sealed opens for the one it was sealed to`(vector: Vector) throws {
        #expect(try Self.open(vector.input) == vector.output)
    }

    @Test(arguments: try VectorFile.read("invocation.json", "opens"))
    func `what was sealed does not open for another`(vector: Vector) throws {
        var other = vector.input.map
        other["index"] = .int(try vector.input.int("index") + 1)
        #expect(throws: CapabilityError.self) { try Self.open(VectorFields(other)) }
    }

    static func open(_ input: VectorFields) throws -> VectorFields {
        let keys = try input.pseudonym()
        let bytes = try input.bytes("bytes")
        switch try input.text("kind") {
        case "request":
            let request = try ProfileRequest(Invocation(decoding: bytes))
            return VectorFields([
                "viewer": .string(request.viewer.did), "owner": .string(request.owner.did),
                "terms": try request.terms(with: keys.signing).value,
            ])
        case "answer":
            guard case .approved(let approval) = try Answer(opening: bytes, with: keys.signing) else {
                return VectorFields(["decision": "denied"])
            }
            return VectorFields([
                "decision": "approved", "grant": .link(approval.grant.cid), "key": .hex(approval.key),
                "profile": .string(approval.link.profile.did),
            ])
        case "receipt":
            let receipt = try Receipt(opening: bytes, with: keys.signing)
            return VectorFields([
                "reader": .string(receipt.reader.did), "time": .int(receipt.time),
                "fields": .list(try receipt.fields().map { .string($0.rawValue) }),
                "grant": receipt.grant.map { .link($0) } ?? .null,
            ])
        default:
            let handover = try Handover(decoding: bytes)
            let field = try ProfileField(named: input.text("field"))
            let value = try handover.open(input.bytes("ciphertext"), field: field, with: keys.signing)
            return VectorFields([
                "grant": .link(handover.grant.cid), "chain": .list(handover.delegations.map { .link($0.cid) }),
                "value": value?.value ?? .null,
            ])
        }
    }
}
