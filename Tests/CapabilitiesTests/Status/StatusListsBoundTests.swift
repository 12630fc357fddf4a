import Capabilities
import TestSupport
import Testing

struct StatusListsBoundTests {
    private func accept(
        _ uri: String, by lists: StatusLists, count: Int = 64, issuedAt: Int64 = testTime,
        expiration: Int64 = testTime + 3_600, at time: Int64 = testTime
    ) throws {
        let token = try statusListToken(count: count, uri: uri, issuedAt: issuedAt, expiration: expiration)
        try lists.accept(token, issuer: Party.node.principal, uri: uri, at: time)
    }

    private func check(_ uri: String, by lists: StatusLists, at time: Int64 = testTime) throws {
        try lists.check(StatusReference(index: 1, uri: uri), issuer: Party.node.principal, at: time)
    }

    @Test func `a list beyond the most is refused, and no other is forgotten`() throws {
        let lists = StatusLists(maximumCount: 2)
        try accept("a", by: lists)
        try accept("b", by: lists)
        #expect(throws: CapabilityError.limitExceeded) { try accept("c", by: lists) }
        #expect(throws: CapabilityError.statusUnavailable) { try check("c", by: lists) }
        for uri in ["a", "b"] { #expect(throws: Never.self) { try check(uri, by: lists) } }
    }

    @Test func `a newer list needs no room of its own`() throws {
        let lists = StatusLists(maximumCount: 1)
        try accept("a", by: lists)
        try accept("a", by: lists, issuedAt: testTime + 1)
        #expect(lists.count == 1)
    }

    @Test func `what expired first makes room, and no more than is needed`() throws {
        let lists = StatusLists(maximumCount: 3)
        try accept("b", by: lists, expiration: testTime + 2)
        try accept("a", by: lists, expiration: testTime + 1)
        try accept("c", by: lists)
        #expect(throws: CapabilityError.limitExceeded) { try accept("d", by: lists) }
        try accept("d", by: lists, at: testTime + 2)
        #expect(lists.count == 3)
        #expect(throws: CapabilityError.statusUnavailable) { try check("a", by: lists, at: testTime + 2) }
        #expect(throws: CapabilityError.expired) { try check("b", by: lists, at: testTime + 2) }
        for uri in ["c", "d"] { #expect(throws: Never.self) { try check(uri, by: lists, at: testTime + 2) } }
    }

    @Test func `without need nothing is forgotten, however long it has expired`() throws {
        let lists = StatusLists(maximumCount: 3)
        try accept("a", by: lists, expiration: testTime + 1)
        try accept("b", by: lists, at: testTime + 1_000)
        #expect(throws: CapabilityError.expired) { try check("a", by: lists, at: testTime + 1_000) }
    }

    @Test func `the bytes of all lists together are bounded`() throws {
        // A list of 80,000 statuses takes 10,000 bytes and its token.
        let lists = StatusLists(maximumBytes: 25_000)
        try accept("a", by: lists, count: 80_000, expiration: testTime + 1)
        try accept("b", by: lists, count: 80_000)
        #expect(throws: CapabilityError.limitExceeded) { try accept("c", by: lists, count: 80_000) }
        #expect(lists.count == 2)
        try accept("b", by: lists, count: 80_000, issuedAt: testTime + 1)
        try accept("c", by: lists, count: 80_000, at: testTime + 1)
        #expect(throws: CapabilityError.statusUnavailable) { try check("a", by: lists) }
    }

    @Test func `a list that alone is above the bound is refused, and nothing is forgotten for it`() throws {
        let lists = StatusLists(maximumBytes: 20_000)
        try accept("a", by: lists, expiration: testTime + 1)
        #expect(throws: CapabilityError.limitExceeded) {
            try accept("b", by: lists, count: 800_000, at: testTime + 1)
        }
        #expect(throws: CapabilityError.expired) { try check("a", by: lists, at: testTime + 1) }
    }

    @Test func `nothing is held where nothing may be`() {
        let lists = StatusLists(maximumCount: 0)
        #expect(throws: CapabilityError.limitExceeded) { try accept("a", by: lists) }
    }
}
