import DumpIdentity
import IPLD
import TestSupport
import Testing

@testable import Capabilities

struct HandoverTests {
    private func handover(
        _ fields: [ProfileField] = [.name], of fixture: GrantFixture? = nil, expiration: Int64 = GrantFixture.end
    ) throws -> Handover {
        try Handover(
            of: (fixture ?? GrantFixture()).approval(), fields: fields, to: Party.component.principal,
            expiration: expiration, with: Party.viewer.key(), random: .fixed())
    }

    private func sealed(_ field: ProfileField, _ text: String) throws -> [UInt8] {
        try Disclosure(key: GrantFixture.key).fieldKey(field).seal(.text(text))
    }

    /// The file of the handover, changed.
    private func decoded(_ change: (inout Map) -> Void) throws -> Handover {
        var map = try #require(DagCBOR.decode(handover().encoded()).mapValue)
        change(&map)
        return try Handover(decoding: DagCBOR.encode(.map(map)))
    }

    @Test func `a file comes back`() throws {
        let handover = try handover()
        let read = try Handover(decoding: handover.encoded())
        #expect(read == handover)
        #expect(try read.grant == GrantFixture().grant)
        #expect(read.delegations.count == 2)
    }

    @Test(arguments: [[.name], [.email], [.name, .email]] as [[ProfileField]])
    func `what is handed on is a narrower right that verifies`(fields: [ProfileField]) throws {
        let handover = try handover(fields, expiration: GrantFixture.end - 1)
        let verified = try verifyGrant(
            handover.delegations, for: handover.grant.owner, statusList: statusListToken(), at: testTime)
        #expect(verified.fields == fields)
        #expect(verified.expiration == GrantFixture.end - 1)
        #expect(try verified.chain.holder == Party.component.principal)
    }

    @Test func `no field is nothing to hand on`() {
        #expect(throws: CapabilityError.invalidClaim) { try handover([]) }
    }

    @Test(arguments: [[.address], [.name, .address], ProfileField.allCases] as [[ProfileField]])
    func `a field that the grant does not open is refused`(fields: [ProfileField]) {
        #expect(throws: CapabilityError.matchError) { try handover(fields) }
    }

    @Test func `the end may be the grant's and no later`() {
        #expect(throws: Never.self) { try handover(expiration: GrantFixture.end) }
        #expect(throws: CapabilityError.matchError) { try handover(expiration: GrantFixture.end + 1) }
    }

    @Test func `what the owner forbids to hand on is not handed on`() {
        #expect(throws: CapabilityError.invalidClaim) { try handover(of: GrantFixture(allowsHandingOn: false)) }
    }

    @Test(arguments: [Party.component, .stranger, .node])
    func `nobody but the viewer hands on`(party: Party) {
        #expect(throws: CapabilityError.invalidClaim) {
            try Handover(
                of: GrantFixture().approval(), fields: [.name], to: Party.component.principal,
                expiration: GrantFixture.end, with: party.key())
        }
    }

    @Test func `nothing is handed on to a key that cannot be sealed to`() throws {
        let unusable = try Principal(publicKey: [UInt8](repeating: 0, count: 32))
        #expect(throws: CapabilityError.malformed) {
            try Handover(
                of: GrantFixture().approval(), fields: [.name], to: unusable, expiration: GrantFixture.end,
                with: Party.viewer.key())
        }
    }

    @Test func `the component opens the field that was handed on`() throws {
        let opened = try handover().open(sealed(.name, "Ada"), field: .name, with: Party.component.key())
        #expect(opened == .text("Ada"))
    }

    @Test func `the component reads a removed field as nil`() throws {
        let removed = try Disclosure(key: GrantFixture.key).fieldKey(.name).seal(nil)
        #expect(try handover().open(removed, field: .name, with: Party.component.key()) == nil)
    }

    @Test func `the component opens no other field`() throws {
        let handover = try handover([.name])
        let email = try sealed(.email, "ada@example.org")
        #expect(throws: CapabilityError.matchError) {
            try handover.open(email, field: .email, with: Party.component.key())
        }
        #expect(throws: CapabilityError.malformed) {
            try handover.open(email, field: .name, with: Party.component.key())
        }
    }

    @Test(arguments: [Party.viewer, .owner, .stranger, .node])
    func `nobody but the component opens anything`(party: Party) throws {
        let handover = try handover()
        let name = try sealed(.name, "Ada")
        #expect(throws: CapabilityError.malformed) { try handover.open(name, field: .name, with: party.key()) }
    }

    @Test func `the grant key is not in the file`() throws {
        let bytes = try handover().encoded()
        #expect(!bytes.indices.contains { bytes[$0...].starts(with: GrantFixture.key) })
    }

    @Test(arguments: ["ctn", "prf", "keys"], [nil, .null, true, .bytes([])] as [Value?])
    func `a part of the file that is absent or of another kind is refused`(part: String, value: Value?) throws {
        // Keys are opened by the component alone: any bytes may stand there until then.
        let expected: CapabilityError? = part == "keys" && value == .bytes([]) ? nil : .malformed
        let refused = try refusal { try decoded { $0[part] = value } }
        #expect(refused == expected)
    }

    @Test func `an unknown part of the file is refused`() {
        #expect(throws: CapabilityError.malformed) { try decoded { $0["x"] = 1 } }
    }

    @Test func `a file that is no map is refused`() {
        #expect(throws: CapabilityError.malformed) { try Handover(decoding: [0x80]) }
        #expect(throws: CapabilityError.malformed) { try Handover(decoding: []) }
    }

    @Test func `a file without its chain is refused`() {
        #expect(throws: CapabilityError.malformed) { try decoded { $0["prf"] = [] } }
    }

    @Test(arguments: [.link(CID.of(dagCBOR: [1])), "x", .null] as [Value])
    func `a chain that names what is not in the file is refused`(name: Value) throws {
        let grant = try GrantFixture().grant.cid
        #expect(throws: CapabilityError.unavailableProof) { try decoded { $0["prf"] = [.link(grant), name] } }
    }

    @Test func `a chain that does not begin with the grant is refused`() throws {
        let next = try handover().delegations[1].cid
        #expect(throws: CapabilityError.invalidClaim) { try decoded { $0["prf"] = [.link(next)] } }
    }

    @Test func `a file above the limit is refused`() {
        let bytes = [UInt8](repeating: 0, count: Handover.maximumLength + 1)
        #expect(throws: CapabilityError.limitExceeded) { try Handover(decoding: bytes) }
    }

    @Test func `altered keys do not open`() throws {
        let keys = try #require(DagCBOR.decode(handover().encoded()).mapValue?["keys"]?.bytesValue)
        let name = try sealed(.name, "Ada")
        for index in stride(from: 0, to: keys.count, by: 97) {
            let altered = try decoded { $0["keys"] = .bytes(keys.altered(at: index)) }
            #expect(throws: CapabilityError.malformed) {
                try altered.open(name, field: .name, with: Party.component.key())
            }
        }
    }
}
