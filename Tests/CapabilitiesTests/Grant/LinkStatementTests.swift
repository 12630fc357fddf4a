import DumpIdentity
import IPLD
import TestSupport
import Testing

@testable import Capabilities

struct LinkStatementTests {
    /// The two envelopes of the fixture's statement, one of them changed and signed anew by whoever signed it.
    private func changed(_ half: Int, _ change: (inout Map) -> Void) throws -> LinkStatement {
        let fixture = try GrantFixture()
        var envelopes = try fixture.link().envelopes
        var payload = try Envelope(decoding: envelopes[half]).payload
        change(&payload)
        envelopes[half] =
            half == 0
            ? try Envelope.sign(payload, tag: LinkStatement.tag, with: fixture.pseudonym().signing).bytes
            : try Envelope.sign(payload, tag: LinkStatement.tag, with: fixture.root.profileKeys().signing).bytes
        return try LinkStatement(verifying: envelopes)
    }

    @Test func `a statement names both, the viewer and the grant`() throws {
        let fixture = try GrantFixture()
        let link = try LinkStatement(verifying: fixture.link().envelopes, for: fixture.grant)
        #expect(link.pseudonym == fixture.grant.owner)
        #expect(try link.profile == fixture.profile())
        #expect(try link.viewer == Party.viewer.principal)
        #expect(link.grant == fixture.grant.cid)
    }

    @Test func `a statement tells the day and no finer time`() throws {
        let link = try GrantFixture().link(time: testTime + 12_345)
        for bytes in link.envelopes {
            #expect(try Envelope(decoding: bytes).payload["iat"] == .int(testTime))
        }
    }

    @Test func `the halves in the other order do not belong to the grant`() throws {
        let fixture = try GrantFixture()
        let envelopes = Array(try fixture.link().envelopes.reversed())
        #expect(throws: CapabilityError.invalidClaim) { try LinkStatement(verifying: envelopes, for: fixture.grant) }
    }

    @Test(arguments: [0, 1])
    func `one half twice is refused`(half: Int) throws {
        let envelope = try GrantFixture().link().envelopes[half]
        #expect(throws: CapabilityError.invalidClaim) { try LinkStatement(verifying: [envelope, envelope]) }
    }

    @Test(arguments: [0, 1])
    func `a half of another statement is refused`(half: Int) throws {
        let others = try [
            GrantFixture(fields: [.name]).link(),  // another grant of the same person to the same viewer
            GrantFixture(to: .stranger).link(),  // another viewer
            GrantFixture(seed: 43).link(),  // another person
        ]
        for other in others {
            var envelopes = try GrantFixture().link().envelopes
            envelopes[half] = other.envelopes[half]
            #expect(throws: CapabilityError.invalidClaim) { try LinkStatement(verifying: envelopes) }
        }
    }

    @Test func `a statement does not belong to another grant`() throws {
        let link = try GrantFixture().link()
        let grants = try [GrantFixture(fields: [.name]), GrantFixture(to: .stranger), GrantFixture(seed: 43)]
        for other in grants {
            #expect(throws: CapabilityError.invalidClaim) {
                try LinkStatement(verifying: link.envelopes, for: other.grant)
            }
        }
    }

    @Test func `anything but two halves is refused`() throws {
        let envelopes = try GrantFixture().link().envelopes
        for list in [[], [envelopes[0]], [envelopes[1]], envelopes + [envelopes[0]]] {
            #expect(throws: CapabilityError.malformed) { try LinkStatement(verifying: list) }
        }
    }

    @Test(arguments: [0, 1])
    func `a half that its issuer did not sign is refused`(half: Int) throws {
        var envelopes = try GrantFixture().link().envelopes
        envelopes[half] = try Envelope(decoding: envelopes[half]).resigned(by: .stranger)
        #expect(throws: CapabilityError.invalidSignature) { try LinkStatement(verifying: envelopes) }
    }

    @Test func `a profile that is the pseudonym itself is refused`() throws {
        let fixture = try GrantFixture()
        var payload = try Envelope(decoding: fixture.link().envelopes[0]).payload
        payload["sub"] = .string(fixture.grant.owner.did)
        let half = try Envelope.sign(payload, tag: LinkStatement.tag, with: fixture.pseudonym().signing).bytes
        #expect(throws: CapabilityError.invalidClaim) { try LinkStatement(verifying: [half, half]) }
    }

    @Test(arguments: [0, 1], ["iss", "sub", "aud", "grant", "iat", "nonce"])
    func `a half without a field or with one of another kind is refused`(half: Int, field: String) {
        for value: Value? in [nil, .null, true] {
            #expect(throws: CapabilityError.malformed) { try changed(half) { $0[field] = value } }
        }
    }

    @Test(arguments: [0, 1])
    func `a half with an unknown field is refused`(half: Int) {
        #expect(throws: CapabilityError.malformed) { try changed(half) { $0["x"] = 1 } }
    }

    @Test(arguments: [0, 1], [1, -1, 3_600] as [Int64])
    func `a time finer than a day is refused`(half: Int, offset: Int64) {
        #expect(throws: CapabilityError.malformed) { try changed(half) { $0["iat"] = .int(testTime + offset) } }
    }

    @Test(
        arguments: [0, 1], [.min, -9_223_372_036_854_720_000, -86_400, 1 << 53, 9_007_199_254_800_000, .max] as [Int64])
    func `a day before 1970 or beyond 53 bits is refused`(half: Int, day: Int64) {
        #expect(throws: CapabilityError.malformed) { try changed(half) { $0["iat"] = .int(day) } }
    }

    @Test(arguments: [0, 1], [Delegation.tag, "dump/obj@1.0.0", "dump/link@1.0.1"])
    func `a half of another kind is refused`(half: Int, tag: String) throws {
        let fixture = try GrantFixture()
        var envelopes = try fixture.link().envelopes
        let payload = try Envelope(decoding: envelopes[half]).payload
        envelopes[half] = try Envelope.sign(payload, tag: tag, with: fixture.pseudonym().signing).bytes
        #expect(throws: CapabilityError.malformed) { try LinkStatement(verifying: envelopes) }
    }

    @Test func `a half above the limit is refused`() throws {
        let large = [UInt8](repeating: 0, count: 4_096)
        #expect(throws: CapabilityError.limitExceeded) { try changed(0) { $0["nonce"] = .bytes(large) } }
    }

    @Test(arguments: [0, 1])
    func `a statement with any byte altered does not verify`(half: Int) throws {
        let fixture = try GrantFixture()
        let envelopes = try fixture.link().envelopes
        for index in envelopes[half].indices {
            var altered = envelopes
            altered[half] = altered[half].altered(at: index)
            #expect(throws: CapabilityError.self, "byte \(index)") {
                try LinkStatement(verifying: altered, for: fixture.grant)
            }
        }
    }
}
