import DumpIdentity
import IPLD
import TestSupport
import Testing

@testable import Capabilities

/// Status lists of a node that has changed its key: the node's follows from there on is that of the executor.
struct StatusListSuccessionTests {
    private let lists = StatusLists()
    private static let now = testTime + 100

    private func change(from former: Party = .node, to next: Party = .executor, time: Int64 = testTime) throws {
        let key = try former.key()
        let nextKey = try next.key()
        try lists.accept(Succession.sign(from: key, to: nextKey, time: time))
    }

    private func accept(_ token: String, for issuer: Party = .node, at time: Int64 = now) throws {
        try lists.accept(token, issuer: issuer.principal, uri: GrantFixture.listURI, at: time)
    }

    private func check(_ index: Int = 7, for issuer: Party = .node, at time: Int64 = now) throws {
        let reference = StatusReference(index: index, uri: GrantFixture.listURI)
        try lists.check(reference, issuer: issuer.principal, at: time)
    }

    @Test func `a list of the next key counts for what names the former`() throws {
        try change()
        try accept(statusListToken(revoking: [5], issuer: .executor))
        #expect(throws: Never.self) { try check() }
        #expect(throws: CapabilityError.revoked) { try check(5) }
        #expect(try lists.held(issuer: Party.node.principal, uri: GrantFixture.listURI)?.issuedAt == testTime)
    }

    @Test func `without the statement it is a stranger's`() throws {
        #expect(throws: CapabilityError.invalidSignature) { try accept(statusListToken(issuer: .executor)) }
        #expect(throws: CapabilityError.statusUnavailable) { try check() }
    }

    @Test func `a list of a stranger is refused beside the statement`() throws {
        try change()
        #expect(throws: CapabilityError.invalidSignature) { try accept(statusListToken(issuer: .stranger)) }
    }

    @Test func `a list of the former key does not count for what names the next`() throws {
        try change()
        #expect(throws: CapabilityError.invalidSignature) { try accept(statusListToken(), for: .executor) }
        try accept(statusListToken())
        #expect(throws: CapabilityError.statusUnavailable) { try check(for: .executor) }
    }

    @Test func `a list of the former key counts until it expires`() throws {
        try accept(statusListToken())
        try change()
        #expect(throws: Never.self) { try check(at: testTime + 3_599) }
        #expect(throws: CapabilityError.expired) { try check(at: testTime + 3_600) }
    }

    @Test func `no list of a former key counts longer than the day after the change`() throws {
        let end = testTime + 2 * Day.seconds
        try accept(statusListToken(revoking: [5], expiration: testTime + 90 * Day.seconds))
        #expect(throws: Never.self) { try check(at: end) }
        try change()
        #expect(throws: Never.self) { try check(at: end - 1) }
        #expect(throws: CapabilityError.expired) { try check(at: end) }
        #expect(throws: CapabilityError.revoked) { try check(5, at: end) }
    }

    @Test func `a list of either key that is older than what is held is a roll-back`() throws {
        try change()
        try accept(statusListToken(revoking: [5], issuer: .executor, issuedAt: testTime + 10))
        #expect(throws: CapabilityError.statusUnavailable) { try accept(statusListToken(issuedAt: testTime + 9)) }
        #expect(throws: CapabilityError.statusUnavailable) {
            try accept(statusListToken(issuer: .executor, issuedAt: testTime + 9))
        }
        #expect(throws: CapabilityError.statusUnavailable) {
            try accept(statusListToken(issuer: .executor, issuedAt: testTime + 9), for: .executor)
        }
    }

    @Test func `a list of the next key that is older than the former's is a roll-back`() throws {
        try accept(statusListToken(issuedAt: testTime + 10))
        try change()
        #expect(throws: CapabilityError.statusUnavailable) {
            try accept(statusListToken(issuer: .executor, issuedAt: testTime + 9))
        }
        try accept(statusListToken(issuer: .executor, issuedAt: testTime + 11))
        #expect(throws: Never.self) { try check() }
    }

    @Test func `a revocation under one key stays under the other`() throws {
        try accept(statusListToken(revoking: [5]))
        try change()
        try accept(statusListToken(issuer: .executor, issuedAt: testTime + 1))
        #expect(throws: CapabilityError.revoked) { try check(5) }
        #expect(throws: CapabilityError.revoked) { try check(5, for: .executor) }
        #expect(throws: Never.self) { try check(6) }
    }

    @Test func `what was held under both keys before the statement counts together after it`() throws {
        try accept(statusListToken(revoking: [5]))
        try accept(statusListToken(revoking: [6], issuer: .executor, issuedAt: testTime + 1), for: .executor)
        try change()
        for index in [5, 6] {
            #expect(throws: CapabilityError.revoked) { try check(index) }
            #expect(throws: CapabilityError.revoked) { try check(index, for: .executor) }
        }
    }

    @Test func `with two successors neither counts, and what was revoked stays so`() throws {
        try change()
        try accept(statusListToken(revoking: [5], issuer: .executor))
        try change(to: .stranger)
        #expect(throws: CapabilityError.statusUnavailable) { try check() }
        #expect(throws: CapabilityError.revoked) { try check(5) }
        for party in [Party.executor, .stranger] {
            #expect(throws: CapabilityError.invalidSignature) {
                try accept(statusListToken(issuer: party, issuedAt: testTime + 50))
            }
        }
    }

    @Test func `whoever has the former key cannot lead back behind a doubt`() throws {
        try change()
        try accept(statusListToken(revoking: [5], issuer: .executor, issuedAt: testTime + 10))
        try change(to: .stranger)
        #expect(throws: CapabilityError.statusUnavailable) { try accept(statusListToken(issuedAt: testTime + 9)) }
        try accept(statusListToken(issuedAt: testTime + 11))
        #expect(throws: CapabilityError.revoked) { try check(5) }
    }

    @Test func `in a circle each counts for itself alone`() throws {
        try change()
        try change(from: .executor, to: .node)
        #expect(throws: CapabilityError.invalidSignature) { try accept(statusListToken(issuer: .executor)) }
        try accept(statusListToken())
        #expect(throws: Never.self) { try check() }
    }

    @Test func `a list of a key two changes later counts`() throws {
        try change()
        try change(from: .executor, to: .component)
        try accept(statusListToken(issuer: .component))
        #expect(throws: Never.self) { try check() }
        #expect(throws: Never.self) { try check(for: .executor) }
    }

    @Test func `a snapshot keeps statements and revocations`() throws {
        try accept(statusListToken(revoking: [5]))
        try change()
        try accept(statusListToken(revoking: [6], issuer: .executor, issuedAt: testTime + 10))
        let restored = try StatusLists(restoring: lists.snapshot())
        #expect(try restored.snapshot() == lists.snapshot())
        let node = try Party.node.principal
        for index in [5, 6] {
            #expect(throws: CapabilityError.revoked) {
                try restored.check(
                    StatusReference(index: index, uri: GrantFixture.listURI), issuer: node, at: Self.now)
            }
        }
        #expect(throws: CapabilityError.statusUnavailable) {
            try restored.accept(
                statusListToken(issuedAt: testTime + 9), issuer: node, uri: GrantFixture.listURI, at: Self.now)
        }
        #expect(throws: Never.self) {
            try restored.accept(
                statusListToken(issuer: .executor, issuedAt: testTime + 11), issuer: node, uri: GrantFixture.listURI,
                at: Self.now)
        }
    }

    @Test(arguments: [[], [1], [.bytes([1])], .bytes([]), .null] as [Value])
    func `a snapshot with statements that are none is refused`(statements: Value) throws {
        let snapshot = try DagCBOR.encode(["lists": [], "successions": statements])
        #expect(throws: CapabilityError.malformed) { try StatusLists(restoring: snapshot) }
    }

    // MARK: Grants

    private func verify(_ live: LiveRevocations? = nil, at time: Int64 = now) throws -> VerifiedGrant {
        let fixture = try GrantFixture(index: 7)
        return try GrantVerifier(lists: lists, live: live).verify(
            [fixture.grant.delegation], for: .pseudonym(fixture.grant.owner), at: time)
    }

    @Test func `a grant that names the former key is verified by a list of the next`() throws {
        #expect(throws: CapabilityError.statusUnavailable) { try verify() }
        try change()
        try accept(statusListToken(issuer: .executor, issuedAt: testTime + 3))
        #expect(try verify().statusTime == testTime + 3)
        try accept(statusListToken(revoking: [7], issuer: .executor, issuedAt: testTime + 4))
        #expect(throws: CapabilityError.revoked) { try verify() }
    }

    @Test func `the feed of the next key tells of grants that name the former`() throws {
        let live = LiveRevocations()
        try live.follow([], from: .executor, at: Self.now)
        #expect(throws: CapabilityError.statusUnavailable) { try verify(live) }
        try change()
        #expect(try verify(live).statusTime == Self.now)
        try change(to: .stranger)
        #expect(throws: CapabilityError.statusUnavailable) { try verify(live) }
    }
}
