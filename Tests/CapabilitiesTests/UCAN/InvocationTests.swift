import Capabilities
import DumpIdentity
import IPLD
import TestSupport
import Testing

struct InvocationTests {
    private static let latest: Int64 = (1 << 53) - 1

    /// An invocation with every optional field.
    private func full() throws -> Envelope {
        let proof = try Delegation.test(from: .owner, to: .viewer, about: .owner)
        let plain = try Invocation.test(by: .viewer, for: .executor, proofs: [proof])
        let bytes = try plain.envelope.resigned(by: .viewer) {
            $0["iat"] = .int(testTime)
            $0["meta"] = ["note": 1]
            $0["cause"] = .link(proof.cid)
        }
        return try Envelope(decoding: bytes)
    }

    private func decode(_ change: (inout Map) -> Void) throws -> Invocation {
        try Invocation(decoding: full().resigned(by: .viewer, change: change))
    }

    @Test func `what was signed is what is read`() throws {
        let proof = try Delegation.test(from: .owner, to: .viewer, about: .owner)
        let invocation = try Invocation(decoding: full().bytes)
        #expect(try invocation.issuer == Party.viewer.principal)
        #expect(try invocation.subject == Party.owner.principal)
        #expect(try invocation.audience == Party.executor.principal)
        #expect(invocation.command == .profileRead)
        #expect(invocation.arguments["fields"] == ["name"])
        #expect(invocation.proofs == [proof.cid])
        #expect(invocation.nonce == [UInt8](repeating: 9, count: 16))
        #expect(invocation.expiration == testTime + 60)
        #expect(invocation.issuedAt == testTime)
        #expect(invocation.cid == CID.of(dagCBOR: invocation.envelope.bytes))
    }

    @Test func `optional fields may be absent, and the expiry null`() throws {
        let invocation = try Invocation.test(by: .owner, expiration: nil)
        #expect(invocation.audience == nil)
        #expect(invocation.expiration == nil)
        #expect(invocation.issuedAt == nil)
        #expect(invocation.envelope.payload.keys.sorted() == ["args", "cmd", "exp", "iss", "nonce", "prf", "sub"])
    }

    @Test(arguments: ["iss", "sub", "cmd", "args", "prf", "nonce", "exp"])
    func `an invocation without a required field is refused`(field: String) {
        #expect(throws: CapabilityError.malformed) { try decode { $0[field] = nil } }
    }

    @Test(arguments: ["iss", "sub", "aud", "cmd", "args", "prf", "nonce", "iat", "meta", "cause"])
    func `a field that is null where it may not be is refused`(field: String) {
        #expect(throws: CapabilityError.malformed) { try decode { $0[field] = .null } }
    }

    @Test(arguments: ["iss", "sub", "aud", "cmd", "args", "prf", "nonce", "exp", "iat", "meta", "cause"])
    func `a field of another kind is refused`(field: String) {
        #expect(throws: CapabilityError.malformed) { try decode { $0[field] = true } }
    }

    @Test(arguments: ["pol", "nbf", "x", "", "Aud"])
    func `an unknown field is refused`(field: String) {
        #expect(throws: CapabilityError.malformed) { try decode { $0[field] = 1 } }
    }

    @Test(arguments: ["iss", "sub", "aud"], ["", "did:key:", "did:web:example.org", "did:key:z6Mk"])
    func `a principal that is no did:key of Ed25519 is refused`(field: String, did: String) {
        #expect(throws: CapabilityError.malformed) { try decode { $0[field] = .string(did) } }
    }

    @Test func `a malformed command is refused`() {
        #expect(throws: CapabilityError.malformed) { try decode { $0["cmd"] = "/profile/" } }
    }

    @Test(arguments: ["exp", "iat"], [-1, latest + 1, .min, .max])
    func `a time beyond 53 bits is refused`(field: String, time: Int64) {
        #expect(throws: CapabilityError.malformed) { try decode { $0[field] = .int(time) } }
    }

    @Test(arguments: ["exp", "iat"], [0, latest])
    func `a time of 53 bits is read`(field: String, time: Int64) throws {
        let invocation = try decode { $0[field] = .int(time) }
        #expect((field == "iat" ? invocation.issuedAt : invocation.expiration) == time)
    }

    @Test(arguments: ["", .null, .bytes([1]), 1] as [Value])
    func `a proof that is no link is refused`(proof: Value) {
        #expect(throws: CapabilityError.malformed) { try decode { $0["prf"] = [proof] } }
    }

    @Test(arguments: [[0x01, 0x55, 0x12, 0x20], [0x01, 0x71, 0x1b, 0x20]] as [[UInt8]])
    func `a proof by another codec or hash is refused`(header: [UInt8]) throws {
        let cid = try CID(bytes: header + [UInt8](repeating: 0, count: 32))
        #expect(throws: CapabilityError.malformed) { try decode { $0["prf"] = [.link(cid)] } }
    }

    @Test(arguments: ["ucan/dlg@1.0.0", "ucan/inv@1.0.0-rc.1", "ucan/inv@1.0.1", "dump/obj@1.0.0"])
    func `another tag is refused`(tag: String) throws {
        let bytes = try full().resigned(by: .viewer, tag: tag)
        #expect(throws: CapabilityError.malformed) { try Invocation(decoding: bytes) }
    }

    @Test(arguments: [[], [0x34, 0xed, 0x01, 0x13, 0x71], Envelope.varsigHeader + [0]] as [[UInt8]])
    func `another varsig header is refused`(header: [UInt8]) throws {
        let bytes = try full().resigned(by: .viewer, header: .bytes(header))
        #expect(throws: CapabilityError.malformed) { try Invocation(decoding: bytes) }
    }

    @Test func `an invocation above the limit is refused`() throws {
        let bytes = try full().resigned(by: .viewer) {
            $0["args"] = ["x": .bytes([UInt8](repeating: 0, count: Invocation.maximumLength))]
        }
        #expect(throws: CapabilityError.limitExceeded) { try Invocation(decoding: bytes) }
    }

    @Test func `an invocation with any byte altered does not verify`() throws {
        let proof = try Delegation.test(from: .owner, to: .viewer, about: .owner)
        let bytes = try Invocation.test(by: .viewer, proofs: [proof]).envelope.bytes
        let verifier = try InvocationVerifier(executor: Party.owner.principal, maximumLifetime: nil)
        for index in bytes.indices {
            for bits: UInt8 in [0x01, 0x20, 0x80] {
                #expect(throws: CapabilityError.self, "byte \(index)") {
                    let invocation = try Invocation(decoding: bytes.altered(at: index, by: bits))
                    _ = try verifier.verify(invocation, proofs: [proof], at: testTime)
                }
            }
        }
    }
}
