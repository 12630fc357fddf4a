import Capabilities
import DumpIdentity
import IPLD
import TestSupport
import Testing

/// Copies that differ in one byte: none of them is taken for the original.
struct AlteredCopyTests {
    private static let alterations: [UInt8] = [0x01, 0x20, 0x80]

    @Test(arguments: alterations)
    func `a grant with any byte altered is refused`(bits: UInt8) throws {
        let fixture = try GrantFixture()
        let bytes = fixture.grant.delegation.envelope.bytes
        let list = try statusListToken()
        #expect(bytes.count >= 50)
        for index in bytes.indices {
            #expect(throws: CapabilityError.self, "byte \(index)") {
                let delegation = try Delegation(decoding: bytes.altered(at: index, by: bits))
                _ = try verifyGrant([delegation], for: fixture.grant.owner, statusList: list, at: testTime)
            }
        }
    }

    @Test(arguments: alterations)
    func `a module object with any byte altered is refused`(bits: UInt8) throws {
        let body = try #require((["title": "A boat", "price": 3] as Value).mapValue)
        let object = try ModuleObject.sign(
            body: body, mailboxes: [NodeAddress(GrantFixture.home)], time: testTime,
            with: GrantFixture().pseudonym())
        let bytes = object.envelope.bytes
        #expect(bytes.count >= 50)
        for index in bytes.indices {
            #expect(throws: IdentityError.self, "byte \(index)") {
                try ModuleObject(verifying: bytes.altered(at: index, by: bits))
            }
        }
    }

    @Test(arguments: alterations)
    func `what was handed on is refused with any byte of its last part altered`(bits: UInt8) throws {
        let fixture = try GrantFixture()
        let bytes = try fixture.handedOn(fields: [.name]).envelope.bytes
        let list = try statusListToken()
        for index in bytes.indices {
            #expect(throws: CapabilityError.self, "byte \(index)") {
                let next = try Delegation(decoding: bytes.altered(at: index, by: bits))
                _ = try verifyGrant(
                    [fixture.grant.delegation, next], for: fixture.grant.owner, statusList: list, at: testTime)
            }
        }
    }
}
