import Capabilities
import DumpIdentity
import IPLD
import TestSupport
import Testing

/// Verifying with the feed of the owner's node at hand.
struct LiveVerificationTests {
    private let fixture = Result { try GrantFixture() }
    private let live = LiveRevocations(maximumSilence: 10)

    private func verify(list: String? = nil, at time: Int64 = testTime) throws -> VerifiedGrant {
        let grant = try fixture.get().grant
        let lists = try heldLists(list, for: [grant.delegation])
        return try GrantVerifier(lists: lists, live: live).verify(
            [grant.delegation], for: .pseudonym(grant.owner), at: time)
    }

    private func revocation(by party: Party? = nil) throws -> Revocation {
        let fixture = try fixture.get()
        if let party { return try Revocation.sign(fixture.grant.cid, with: party.key()) }
        return try Revocation.sign(fixture.grant.cid, with: fixture.pseudonym().signing)
    }

    @Test func `a feed that is heard stands for the list`() throws {
        #expect(throws: CapabilityError.statusUnavailable) { try verify() }
        try live.follow([], at: testTime - 10)
        #expect(try verify().statusTime == testTime - 10)
    }

    @Test func `a feed that is silent for too long says nothing, until it is heard again`() throws {
        try live.follow([], at: testTime - 11)
        #expect(throws: CapabilityError.statusUnavailable) { try verify() }
        try live.hear(at: testTime)
        #expect(throws: Never.self) { try verify() }
        #expect(throws: CapabilityError.statusUnavailable) { try verify(at: testTime + 11) }
    }

    @Test func `a feed that was lost says nothing until it is heard where it was left`() throws {
        let node = try fixture.get().grant.node
        try live.follow([], at: testTime)
        live.lost(node)
        #expect(throws: CapabilityError.statusUnavailable) { try verify() }
        // Something was revoked meanwhile: without that, a sign of life says nothing.
        #expect(throws: CapabilityError.statusUnavailable) { try live.accept(.test(.alive(testTime), 1), at: testTime) }
        #expect(throws: CapabilityError.statusUnavailable) { try verify() }
        try live.follow([], at: testTime)
        live.lost(node)
        try live.hear(at: testTime)
        #expect(throws: Never.self) { try verify() }
    }

    @Test func `a feed of another node says nothing`() throws {
        try live.follow([], from: .stranger, at: testTime)
        #expect(throws: CapabilityError.statusUnavailable) { try verify() }
    }

    @Test func `a clock that was put back makes no feed current`() throws {
        try live.follow([], at: testTime + 11)
        #expect(throws: CapabilityError.statusUnavailable) { try verify() }
        #expect(live.heard(from: try fixture.get().grant.node, currentAt: .min) == nil)
    }

    @Test func `a revocation that was heard counts, whatever the list says and however long ago`() throws {
        let node = try fixture.get().grant.node
        try live.follow([try revocation()], at: testTime)
        #expect(throws: CapabilityError.revoked) { try verify(list: statusListToken()) }
        live.lost(node)
        try live.follow([], at: testTime)
        #expect(throws: CapabilityError.revoked) { try verify(list: statusListToken()) }
    }

    @Test func `a revocation counts from the moment it is heard, and one of a stranger does not`() throws {
        try live.follow([], at: testTime)
        live.add(try revocation(by: .stranger))
        #expect(throws: Never.self) { try verify() }
        live.add(try revocation())
        #expect(throws: CapabilityError.revoked) { try verify() }
    }

    @Test func `what a list says revoked is not overruled by a feed`() throws {
        try live.follow([], at: testTime)
        let index = try fixture.get().grant.status.index
        #expect(throws: CapabilityError.revoked) { try verify(list: statusListToken(revoking: [index])) }
    }

    @Test func `the newest of feed and list tells how stale the answer is`() throws {
        try live.follow([], at: testTime - 5)
        #expect(try verify(list: statusListToken()).statusTime == testTime)
    }

    @Test func `where a revocation has no room no feed is relied on, and what is held still counts`() throws {
        let (live, fixture) = (LiveRevocations(capacity: 1), try fixture.get())
        let verifier = GrantVerifier(lists: StatusLists(), live: live)
        let verify = {
            try verifier.verify([fixture.grant.delegation], for: .pseudonym(fixture.grant.owner), at: testTime)
        }
        try live.follow([try revocation(by: .stranger)], at: testTime)
        #expect(throws: Never.self) { try verify() }
        live.add(try Revocation.sign(fixture.grant.cid, with: Party.viewer.key()))
        #expect(throws: CapabilityError.statusUnavailable) { try verify() }
        try live.follow([], at: testTime)
        #expect(throws: CapabilityError.statusUnavailable) { try verify() }
    }
}
