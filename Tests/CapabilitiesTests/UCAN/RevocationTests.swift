import Capabilities
import DumpIdentity
import IPLD
import TestSupport
import Testing

struct RevocationTests {
    /// The issuers of the chain owner → viewer → component → executor, in order.
    private static let issuers: [Party] = [.owner, .viewer, .component]

    private func delegation() throws -> CID { try Delegation.chain(1)[0].cid }

    /// A revocation by the viewer, changed and signed anew.
    private func verify(_ change: (inout Map) -> Void) throws -> Revocation {
        let revocation = try Revocation.sign(delegation(), with: Party.viewer.key())
        let bytes = try revocation.invocation.envelope.resigned(by: .viewer, change: change)
        return try Revocation(verifying: Invocation(decoding: bytes))
    }

    @Test(arguments: Party.allCases, 0..<3)
    func `an issuer up to and with a delegation may revoke it, and nobody else`(revoker: Party, index: Int) throws {
        let chain = try Delegation.chain(3)
        let revocations = try KnownRevocations([chain[index].cid: [revoker.principal]])
        let isRevoked = (Self.issuers.firstIndex(of: revoker) ?? .max) <= index
        let refused = try refusal {
            try DelegationChain(verifying: chain, at: testTime, revocations: revocations)
        }
        #expect(refused == (isRevoked ? .revoked : nil))
    }

    @Test func `one revoker with the right is enough among others without`() throws {
        let chain = try Delegation.chain(2)
        let revocations = try KnownRevocations([
            chain[1].cid: [Party.stranger.principal, Party.component.principal, Party.owner.principal]
        ])
        #expect(throws: CapabilityError.revoked) {
            try DelegationChain(verifying: chain, at: testTime, revocations: revocations)
        }
    }

    @Test func `a revocation of another delegation changes nothing`() throws {
        let chain = try Delegation.chain(1)
        let other = try Delegation.test(from: .owner, to: .component, about: .owner)
        let revocations = try KnownRevocations([other.cid: [Party.owner.principal]])
        #expect(throws: Never.self) {
            try DelegationChain(verifying: chain, at: testTime, revocations: revocations)
        }
    }

    @Test func `a signed revocation names its delegation and revoker`() throws {
        let signed = try Revocation.sign(delegation(), with: Party.viewer.key())
        let revocation = try Revocation(verifying: Invocation(decoding: signed.invocation.envelope.bytes))
        #expect(revocation == signed)
        #expect(try revocation.delegation == delegation())
        #expect(try revocation.revoker == Party.viewer.principal)
        #expect(revocation.invocation.expiration == nil)
        #expect(revocation.invocation.nonce.isEmpty)
    }

    @Test func `the same revocation is the same bytes`() throws {
        let cid = try delegation()
        let (first, second) = (
            try Revocation.sign(cid, with: Party.viewer.key()), try Revocation.sign(cid, with: Party.viewer.key())
        )
        #expect(first.invocation.cid == second.invocation.cid)
    }

    @Test(arguments: ["/ucan", "/ucan/revoke/all", "/profile/read", "/"])
    func `another command is no revocation`(command: String) {
        #expect(throws: CapabilityError.invalidClaim) { try verify { $0["cmd"] = .string(command) } }
    }

    @Test func `a revocation for another is refused`() throws {
        let owner = try Party.owner.principal
        #expect(throws: CapabilityError.invalidClaim) { try verify { $0["sub"] = .string(owner.did) } }
    }

    @Test func `a revocation of one's own with a proof is refused`() throws {
        let proof = try delegation()
        #expect(throws: CapabilityError.invalidClaim) { try verify { $0["prf"] = [.link(proof)] } }
    }

    @Test func `arguments of another shape are refused`() throws {
        let cid = try delegation()
        let raw = try CID(bytes: [0x01, 0x55, 0x12, 0x20] + [UInt8](repeating: 0, count: 32))
        let cases: [Value] = [
            [:], ["revoke": .null], ["revoke": .string(cid.description)], ["revoke": [.link(cid)]],
            ["revoke": .link(cid), "path": []], ["rev": .link(cid)], ["revoke": .link(raw)],
            ["revoke": .link(cid), "path": .link(cid)], ["revoke": .link(cid), "path": [.link(raw), .link(cid)]],
            ["revoke": .link(cid), "pth": [.link(cid)]], ["revoke": .link(cid), "path": .null],
        ]
        for arguments in cases {
            #expect(throws: CapabilityError.malformed, "\(arguments)") { try verify { $0["args"] = arguments } }
        }
    }

    @Test func `a revocation that its revoker did not sign is refused`() throws {
        let revocation = try Revocation.sign(delegation(), with: Party.viewer.key())
        let forged = try revocation.invocation.envelope.resigned(by: .stranger)
        #expect(throws: CapabilityError.invalidSignature) {
            try Revocation(verifying: Invocation(decoding: forged))
        }
    }

    @Test func `a revocation with any byte altered does not verify`() throws {
        let bytes = try Revocation.sign(delegation(), with: Party.viewer.key()).invocation.envelope.bytes
        for index in bytes.indices {
            #expect(throws: CapabilityError.self, "byte \(index)") {
                try Revocation(verifying: Invocation(decoding: bytes.altered(at: index)))
            }
        }
    }
}
