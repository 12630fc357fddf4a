import Capabilities
import DumpIdentity
import IPLD
import TestSupport
import Testing

struct DelegationTests {
    private static let latest: Int64 = (1 << 53) - 1

    /// A delegation with every optional field.
    private func full() throws -> Delegation {
        try Delegation.sign(
            to: Party.viewer.principal, subject: Party.owner.principal, command: .profileRead,
            policy: .fields(["name"]), meta: (["note": 1] as Value).mapValue, notBefore: testTime,
            expiration: testTime + 60, with: Party.owner.key(), random: .fixed())
    }

    private func decode(_ change: (inout Map) -> Void) throws -> Delegation {
        try Delegation(decoding: full().envelope.resigned(by: .owner, change: change))
    }

    @Test func `what was signed is what is read`() throws {
        let delegation = try Delegation(decoding: full().envelope.bytes)
        #expect(try delegation.issuer == Party.owner.principal)
        #expect(try delegation.audience == Party.viewer.principal)
        #expect(try delegation.subject == Party.owner.principal)
        #expect(delegation.command == .profileRead)
        #expect(delegation.policy == .fields(["name"]))
        #expect(delegation.nonce == [UInt8](repeating: 7, count: 16))
        #expect(delegation.meta?["note"] == 1)
        #expect(delegation.notBefore == testTime)
        #expect(delegation.expiration == testTime + 60)
        #expect(delegation.cid == CID.of(dagCBOR: delegation.envelope.bytes))
    }

    @Test func `optional fields may be absent, and subject and expiry null`() throws {
        let delegation = try Delegation.sign(
            to: Party.viewer.principal, subject: nil, command: .profileRead, policy: .empty, expiration: nil,
            with: Party.owner.key())
        #expect(delegation.subject == nil)
        #expect(delegation.expiration == nil)
        #expect(delegation.notBefore == nil)
        #expect(delegation.meta == nil)
        #expect(delegation.envelope.payload.keys.sorted() == ["aud", "cmd", "exp", "iss", "nonce", "pol", "sub"])
    }

    @Test func `two delegations of the same differ by their nonce`() throws {
        let sign = {
            try Delegation.sign(
                to: Party.viewer.principal, subject: nil, command: .profileRead, policy: .empty, expiration: nil,
                with: Party.owner.key())
        }
        #expect(try sign().cid != sign().cid)
    }

    @Test(arguments: ["iss", "aud", "sub", "cmd", "pol", "nonce", "exp"])
    func `a delegation without a required field is refused`(field: String) {
        #expect(throws: CapabilityError.malformed) { try decode { $0[field] = nil } }
    }

    @Test(arguments: ["iss", "aud", "cmd", "pol", "nonce", "meta", "nbf"])
    func `a field that is null where it may not be is refused`(field: String) {
        #expect(throws: CapabilityError.malformed) { try decode { $0[field] = .null } }
    }

    @Test(arguments: ["iss", "aud", "sub", "cmd", "pol", "nonce", "meta", "nbf", "exp"])
    func `a field of another kind is refused`(field: String) {
        #expect(throws: CapabilityError.malformed) { try decode { $0[field] = true } }
    }

    @Test(arguments: ["prf", "args", "iat", "x", "", "Iss"])
    func `an unknown field is refused`(field: String) {
        #expect(throws: CapabilityError.malformed) { try decode { $0[field] = 1 } }
    }

    @Test(arguments: ["iss", "aud", "sub"], ["", "did:key:", "did:web:example.org", "did:key:z6Mk"])
    func `a principal that is no did:key of Ed25519 is refused`(field: String, did: String) {
        #expect(throws: CapabilityError.malformed) { try decode { $0[field] = .string(did) } }
    }

    @Test func `a malformed command is refused`() {
        #expect(throws: CapabilityError.malformed) { try decode { $0["cmd"] = "/Profile" } }
    }

    @Test func `a malformed policy is refused`() {
        #expect(throws: CapabilityError.malformed) { try decode { $0["pol"] = [["=", ".fields", 1]] } }
    }

    @Test(arguments: ["nbf", "exp"], [-1, latest + 1, .min, .max])
    func `a time beyond 53 bits is refused`(field: String, time: Int64) {
        #expect(throws: CapabilityError.malformed) { try decode { $0[field] = .int(time) } }
    }

    @Test(arguments: ["nbf", "exp"], [0, latest])
    func `a time of 53 bits is read`(field: String, time: Int64) throws {
        let delegation = try decode { $0[field] = .int(time) }
        #expect((field == "nbf" ? delegation.notBefore : delegation.expiration) == time)
    }

    @Test func `a time that is a float is refused`() {
        #expect(throws: CapabilityError.malformed) { try decode { $0["exp"] = .float(1_767_225_600) } }
    }

    @Test func `the release candidate's tag is read where that is asked for`() throws {
        let bytes = try full().envelope.resigned(by: .owner, tag: "ucan/dlg@1.0.0-rc.1")
        let delegation = try Delegation(decoding: bytes, accepting: .finalAndCandidate)
        #expect(delegation.envelope.bytes == bytes)
        #expect(delegation.envelope.isSigned(by: delegation.issuer))
        #expect(throws: Never.self) {
            try Delegation(decoding: full().envelope.bytes, accepting: .finalAndCandidate)
        }
        let other = try full().envelope.resigned(by: .owner, tag: "ucan/inv@1.0.0-rc.1")
        #expect(throws: CapabilityError.malformed) { try Delegation(decoding: other, accepting: .finalAndCandidate) }
    }

    @Test(arguments: ["ucan/inv@1.0.0", "ucan/dlg@1.0.0-rc.1", "ucan/dlg@1.0.1", "dump/obj@1.0.0"])
    func `another tag is refused`(tag: String) throws {
        let bytes = try full().envelope.resigned(by: .owner, tag: tag)
        #expect(throws: CapabilityError.malformed) { try Delegation(decoding: bytes) }
    }

    @Test(
        arguments: [
            .bytes([]), .bytes(Array(Envelope.varsigHeader.dropLast())), .bytes(Envelope.varsigHeader + [0]),
            .bytes([0x34, 0xed, 0x01, 0x13, 0x71]), .bytes([0x34, 0x01, 0xec, 0x01, 0xec, 0x01, 0x12, 0x71]), .null, "",
            .bytes([0x34, 0x01, 0xed, 0x01, 0xed, 0x01, 0x13, 0x55]),
        ] as [Value])
    func `another varsig header is refused`(header: Value) throws {
        let bytes = try full().envelope.resigned(by: .owner, header: header)
        #expect(throws: CapabilityError.malformed) { try Delegation(decoding: bytes) }
    }

    @Test func `a truncated or longer delegation is refused`() throws {
        let bytes = try full().envelope.bytes
        for length in bytes.indices {
            #expect(throws: CapabilityError.malformed) { try Delegation(decoding: Array(bytes.prefix(length))) }
        }
        #expect(throws: CapabilityError.malformed) { try Delegation(decoding: bytes + [0]) }
    }

    @Test func `a delegation above the limit is refused`() throws {
        let bytes = try full().envelope.resigned(by: .owner) {
            $0["meta"] = ["x": .bytes([UInt8](repeating: 0, count: Delegation.maximumLength))]
        }
        #expect(throws: CapabilityError.limitExceeded) { try Delegation(decoding: bytes) }
    }

    @Test func `a delegation with any byte altered does not verify`() throws {
        let bytes = try full().envelope.bytes
        for index in bytes.indices {
            for bits: UInt8 in [0x01, 0x20, 0x80] {
                #expect(throws: CapabilityError.self, "byte \(index)") {
                    let delegation = try Delegation(decoding: bytes.altered(at: index, by: bits))
                    _ = try DelegationChain(
                        verifying: [delegation], at: testTime, revocations: KnownRevocations())
                }
            }
        }
    }
}
