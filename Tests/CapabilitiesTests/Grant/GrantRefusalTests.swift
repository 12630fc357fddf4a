import DumpIdentity
import IPLD
import TestSupport
import Testing

@testable import Capabilities

struct GrantRefusalTests {
    private func sign(disclosure: Int = 32, status: StatusReference) throws -> Grant {
        let fixture = try GrantFixture()
        let terms = try Grant.Terms(
            fields: [.name], expiration: GrantFixture.end, disclosure: [UInt8](repeating: 1, count: disclosure),
            home: NodeAddress(GrantFixture.home), node: Party.node.principal, status: status, allowsHandingOn: true)
        return try Grant.sign(terms, to: Party.viewer.principal, with: fixture.pseudonym())
    }

    @Test func `a grant whose disclosure or status could not be read is not signed`() throws {
        let status = StatusReference(index: 5, uri: GrantFixture.listURI)
        #expect(try sign(status: status).status == status)
        for count in [0, 31, 33] {
            #expect(throws: CapabilityError.malformed) { try sign(disclosure: count, status: status) }
        }
        #expect(throws: CapabilityError.malformed) {
            try sign(status: StatusReference(index: -1, uri: GrantFixture.listURI))
        }
    }

    @Test(arguments: [nil, 0, 20])
    func `more delegations than a chain may have are refused before a signature is checked`(capacity: Int?) throws {
        let fixture = try GrantFixture()
        let cache = capacity.map { DelegationCache(capacity: $0) }
        let lists = try heldLists(statusListToken(), for: [fixture.grant.delegation])
        let nine = [Delegation](repeating: fixture.grant.delegation, count: 9)
        #expect(throws: CapabilityError.limitExceeded) {
            try GrantVerifier(lists: lists, cache: cache).verify(
                nine, for: .pseudonym(fixture.grant.owner), at: testTime)
        }
        #expect((cache?.count ?? 0) == 0)
    }

    @Test func `a receipt of a read of another pseudonym is refused`() throws {
        let reading = try Invocation.test(by: .viewer, proofs: Delegation.chain(1))
        let receipt: Value = ["invocation": .bytes(reading.envelope.bytes), "time": .int(testTime)]
        // Sealed to who did not give the grant.
        let sealed = try SealedValue.seal(receipt, kind: Receipt.kind, to: Party.stranger.principal)
        #expect(throws: CapabilityError.invalidSubject) { try Receipt(opening: sealed, with: Party.stranger.key()) }
        let right = try SealedValue.seal(receipt, kind: Receipt.kind, to: Party.owner.principal)
        #expect(throws: Never.self) { try Receipt(opening: right, with: Party.owner.key()) }
    }
}
