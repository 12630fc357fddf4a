import Capabilities
import DumpIdentity
import IPLD
import TestSupport
import Testing

/// What a component makes of a feed: what it missed, and what survives.
struct FeedFollowingTests {
    private let live = LiveRevocations()

    private func name(_ byte: UInt8) throws -> RevocationName {
        try RevocationName(bytes: [UInt8](repeating: byte, count: 32))
    }

    private func accept(_ content: RevocationStatement.Content, _ sequence: Int64, epoch: UInt8 = 0xe0) throws {
        try live.accept(.test(content, sequence, epoch: epoch), at: testTime)
    }

    private var isCurrent: Bool {
        get throws { try live.heard(from: Party.node.principal, currentAt: testTime) != nil }
    }

    @Test func `a feed is current with a sign of life behind a whole snapshot, and not before`() throws {
        for piece in [3, 1] {
            try accept(.snapshot([name(UInt8(piece))], piece: piece, of: 3), 4)
            #expect(throws: CapabilityError.statusUnavailable) { try accept(.alive(testTime), 4) }
            #expect(try !isCurrent)
        }
        // What came before the failure does not count: all pieces once more.
        for piece in 1...3 { try accept(.snapshot([name(UInt8(piece))], piece: piece, of: 3), 4) }
        #expect(try !isCurrent)
        try accept(.alive(testTime), 4)
        #expect(try isCurrent)
        #expect(try live.position(of: Party.node.principal) == feedPosition(4))
        #expect(live.count == 3)
    }

    @Test func `pieces of two snapshots make no whole one`() throws {
        try accept(.snapshot([name(1)], piece: 1, of: 2), 4)
        try accept(.snapshot([name(2)], piece: 2, of: 2), 5)
        #expect(try live.position(of: Party.node.principal) == nil)
    }

    @Test func `an event that is left out is missed by the next event`() throws {
        try live.follow([], at: testTime)
        try accept(.revoked([name(1)]), 1)
        #expect(try isCurrent)
        #expect(throws: CapabilityError.statusUnavailable) { try accept(.revoked([name(3)]), 3) }
        #expect(try !isCurrent)
        // It is learned all the same, and the feed has to begin anew.
        #expect(live.count == 2)
        #expect(try live.position(of: Party.node.principal) == nil)
    }

    @Test func `an event that is left out is missed by the next sign of life`() throws {
        try live.follow([], at: testTime)
        #expect(throws: CapabilityError.statusUnavailable) { try accept(.alive(testTime), 1) }
        #expect(try !isCurrent)
    }

    @Test func `an event of another epoch is a gap`() throws {
        try live.follow([], at: testTime)
        #expect(throws: CapabilityError.statusUnavailable) { try accept(.revoked([name(1)]), 1, epoch: 0xe1) }
        #expect(try !isCurrent)
    }

    @Test func `an event that comes again changes nothing`() throws {
        try live.follow([], at: testTime)
        for _ in 0..<2 { try accept(.revoked([name(1)]), 1) }
        #expect(try isCurrent)
        #expect(live.count == 1)
        #expect(try live.position(of: Party.node.principal) == feedPosition(1))
    }

    @Test func `an old snapshot does not lead the feed back`() throws {
        try accept(.snapshot([], piece: 1, of: 1), 7)
        try accept(.snapshot([], piece: 1, of: 1), 3)
        #expect(try live.position(of: Party.node.principal) == feedPosition(7))
    }

    @Test(
        arguments: [(-66, CapabilityError.expired), (-65, nil), (60, nil), (65, .tooEarly)]
            as [(Int64, CapabilityError?)])
    func `a sign of life of another time does not count`(offset: Int64, error: CapabilityError?) throws {
        try accept(.snapshot([], piece: 1, of: 1), 0)
        let statement = try RevocationStatement.test(.alive(testTime), 0)
        if let error {
            #expect(throws: error) { try live.accept(statement, at: testTime - offset) }
        } else {
            try live.accept(statement, at: testTime - offset)
        }
        #expect(try (live.heard(from: Party.node.principal, currentAt: testTime - offset) == nil) == (error != nil))
    }

    // MARK: Grants

    @Test func `a feed revokes a grant, and what was handed on under it, by their names alone`() throws {
        let fixture = try GrantFixture()
        let chain = [fixture.grant.delegation, try fixture.handedOn(fields: [.name])]
        let lists = try heldLists(statusListToken(), for: chain)
        let verify = { (chain: [Delegation], live: LiveRevocations) in
            try GrantVerifier(lists: lists, live: live).verify(
                chain, for: .pseudonym(fixture.grant.owner), at: testTime)
        }
        let narrower = LiveRevocations()
        try narrower.follow([Revocation.sign(chain[1].cid, with: Party.viewer.key())], at: testTime)
        #expect(throws: CapabilityError.revoked) { try verify(chain, narrower) }
        #expect(throws: Never.self) { try verify([chain[0]], narrower) }
        let whole = LiveRevocations()
        try whole.follow([Revocation.sign(chain[0].cid, with: fixture.pseudonym().signing)], at: testTime)
        for length in 1...2 {
            #expect(throws: CapabilityError.revoked) { try verify(Array(chain.prefix(length)), whole) }
        }
        // The receiver has no say in what it received.
        let others = LiveRevocations()
        try others.follow([Revocation.sign(chain[1].cid, with: Party.component.key())], at: testTime)
        #expect(throws: Never.self) { try verify(chain, others) }
    }

    @Test func `what another node tells of a grant does not count`() throws {
        let fixture = try GrantFixture()
        let chain = [fixture.grant.delegation]
        let revocation = try Revocation.sign(fixture.grant.cid, with: fixture.pseudonym().signing)
        try live.follow([revocation], from: .stranger, at: testTime)
        let verifier = GrantVerifier(lists: try heldLists(statusListToken(), for: chain), live: live)
        #expect(throws: Never.self) { try verifier.verify(chain, for: .pseudonym(fixture.grant.owner), at: testTime) }
        try live.follow([revocation], at: testTime)
        #expect(throws: CapabilityError.revoked) {
            try verifier.verify(chain, for: .pseudonym(fixture.grant.owner), at: testTime)
        }
    }

    // MARK: Snapshots

    @Test func `what was heard survives a restart, and no feed is current after it`() throws {
        let fixture = try GrantFixture()
        let revocation = try Revocation.sign(fixture.grant.cid, with: fixture.pseudonym().signing)
        try live.follow([revocation], at: testTime)
        let again = try LiveRevocations(restoring: live.snapshot())
        #expect(try again.heard(from: Party.node.principal, currentAt: testTime) == nil)
        #expect(try again.position(of: Party.node.principal) == feedPosition(0))
        #expect(throws: CapabilityError.revoked) {
            let chain = [fixture.grant.delegation]
            let verifier = GrantVerifier(lists: try heldLists(statusListToken(), for: chain), live: again)
            return try verifier.verify(chain, for: .pseudonym(fixture.grant.owner), at: testTime)
        }
        #expect(try again.snapshot() == live.snapshot())
    }

    @Test func `a snapshot does not tell in which order revocations came`() throws {
        let other = LiveRevocations()
        for (live, order) in [(live, [1, 2, 3]), (other, [3, 1, 2])] as [(LiveRevocations, [UInt8])] {
            try live.follow([], at: testTime)
            for (place, byte) in order.enumerated() {
                try live.accept(.test(.revoked([name(byte)]), Int64(place + 1)), at: testTime)
            }
        }
        #expect(try live.snapshot() == other.snapshot())
    }

    @Test(
        arguments: [
            [:], ["feeds": 1], ["feeds": [], "more": 1], ["feeds": [[:]]],
            ["feeds": [["iss": "did:key:z6Mk", "ids": .bytes([]), "epoch": .null, "seq": .null]]],
        ] as [Value])
    func `what is no snapshot is refused`(value: Value) throws {
        #expect(throws: CapabilityError.malformed) { try LiveRevocations(restoring: DagCBOR.encode(value)) }
    }

    @Test func `a snapshot with more than there is room for is refused`() throws {
        try accept(.snapshot([name(1), name(2)], piece: 1, of: 1), 0)
        let snapshot = try live.snapshot()
        #expect(throws: CapabilityError.limitExceeded) { try LiveRevocations(restoring: snapshot, capacity: 1) }
        #expect(throws: Never.self) { try LiveRevocations(restoring: snapshot, capacity: 2) }
    }
}
