import Capabilities
import DumpIdentity
import IPLD
import TestSupport
import Testing

/// Fields that end before the grant that opens them.
struct FieldEndTests {
    private static let end = testTime + Day.seconds

    private func grant(_ ends: [ProfileField: Int64] = [.email: end]) throws -> Grant {
        try GrantFixture(ends: ends).grant
    }

    private func changed(_ until: Value?) throws -> Grant {
        try Grant(GrantFixture(ends: [.email: Self.end]).changed { $0.edit("meta") { $0["until"] = until } })
    }

    private func verified(_ delegations: [Delegation], at time: Int64) throws -> VerifiedGrant {
        let list = try statusListToken(expiration: time + 60)
        return try verifyGrant(delegations, for: try grant().owner, statusList: list, at: time)
    }

    @Test func `what was signed is what is read`() throws {
        let signed = try grant()
        let read = try Grant(Delegation(decoding: signed.delegation.envelope.bytes))
        #expect(read == signed)
        #expect(read.ends == [.email: Self.end])
        #expect(read.fields == [.name, .email])
    }

    @Test func `a field is open up to its end, its last second included`() throws {
        let grant = try grant()
        #expect(grant.open(grant.fields, at: Self.end) == [.name, .email])
        #expect(grant.open(grant.fields, at: Self.end + 1) == [.name])
        #expect(grant.open([.email], at: Self.end + 1) == [])
    }

    @Test(
        arguments: [
            [.email: GrantFixture.end], [.website: end], [.name: end, .email: end],
        ] as [[ProfileField: Int64]])
    func `an end of what is not granted, or not before the grant's, or of all fields is not signed`(
        ends: [ProfileField: Int64]
    ) {
        #expect(throws: CapabilityError.invalidClaim) { try grant(ends) }
    }

    @Test(
        arguments: [
            .null, 1, [], [:], ["age": 1], ["Email": 1], ["email": .null], ["email": -1], ["email": .int(1 << 53)],
            ["email": .float(1)], ["email": "1"],
        ] as [Value])
    func `ends of another shape are refused`(until: Value) {
        #expect(throws: CapabilityError.malformed) { try changed(until) }
    }

    @Test func `an end at the grant's or after it changes nothing`() throws {
        let late = try changed(["email": .int(GrantFixture.end + 1)])
        #expect(late.open(late.fields, at: GrantFixture.end) == [.name, .email])
    }

    // Threat: LIN-111
    @Test func `a verifier leaves out what has ended`() throws {
        let grant = try grant()
        let before = try verified([grant.delegation], at: Self.end)
        #expect(before.fields == [.name, .email])
        #expect(before.expiration == Self.end)
        let after = try verified([grant.delegation], at: Self.end + 1)
        #expect(after.fields == [.name])
        #expect(after.expiration == GrantFixture.end)
    }

    // Threat: LIN-111
    @Test func `what was handed on ends with its field`() throws {
        let fixture = try GrantFixture(ends: [.email: Self.end])
        let chain = [fixture.grant.delegation, try fixture.handedOn(fields: [.email])]
        #expect(try verified(chain, at: Self.end).fields == [.email])
        #expect(throws: CapabilityError.expired) { _ = try verified(chain, at: Self.end + 1) }
    }
}
