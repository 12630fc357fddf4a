import TestSupport
import Testing

@testable import Capabilities

struct StatusListsRollBackTests {
    private let lists = StatusLists()
    private static let now = testTime + 100

    private func accept(_ token: String, at time: Int64 = now) throws {
        try lists.accept(token, issuer: Party.node.principal, uri: GrantFixture.listURI, at: time)
    }

    private func check(_ index: Int, at time: Int64 = now) throws {
        let reference = StatusReference(index: index, uri: GrantFixture.listURI)
        try lists.check(reference, issuer: Party.node.principal, at: time)
    }

    private func issuedAt() throws -> Int64? {
        lists.held(issuer: try Party.node.principal, uri: GrantFixture.listURI)?.issuedAt
    }

    @Test func `a newer list takes the place of the one that is held`() throws {
        try accept(statusListToken())
        #expect(throws: Never.self) { try check(5) }
        try accept(statusListToken(revoking: [5], issuedAt: testTime + 1))
        #expect(throws: CapabilityError.revoked) { try check(5) }
        #expect(try issuedAt() == testTime + 1)
        #expect(lists.count == 1)
    }

    @Test func `a list older than the one held is refused`() throws {
        try accept(statusListToken(revoking: [5], issuedAt: testTime + 1))
        #expect(throws: CapabilityError.statusUnavailable) { try accept(statusListToken()) }
        #expect(throws: CapabilityError.statusUnavailable) {
            try accept(statusListToken(revoking: [5, 6], expiration: testTime + 9_999))
        }
        #expect(try issuedAt() == testTime + 1)
        #expect(throws: Never.self) { try check(6) }
    }

    @Test func `an older list is refused also where the one held has expired`() throws {
        try accept(statusListToken(issuedAt: testTime + 1, expiration: Self.now + 1))
        #expect(throws: CapabilityError.statusUnavailable) { try accept(statusListToken(), at: Self.now + 2) }
        #expect(throws: CapabilityError.expired) { try check(1, at: Self.now + 2) }
    }

    @Test func `the same token again changes nothing`() throws {
        let token = try statusListToken(revoking: [5])
        try accept(token)
        #expect(throws: Never.self) { try accept(token) }
        #expect(lists.count == 1)
    }

    @Test func `of two lists of one second the one that revokes more is the newer`() throws {
        try accept(statusListToken(revoking: [5]))
        try accept(statusListToken(revoking: [5, 6]))
        #expect(throws: CapabilityError.revoked) { try check(6) }
        #expect(throws: CapabilityError.statusUnavailable) { try accept(statusListToken(revoking: [5])) }
        #expect(throws: CapabilityError.statusUnavailable) { try accept(statusListToken(revoking: [5, 7])) }
        #expect(throws: Never.self) { try check(7) }
    }

    @Test func `of two lists of one second the shorter is refused`() throws {
        try accept(statusListToken(count: 72))
        #expect(throws: CapabilityError.statusUnavailable) { try accept(statusListToken(revoking: [5])) }
        #expect(throws: Never.self) { try check(71) }
        try accept(statusListToken(count: 80))
        #expect(throws: Never.self) { try check(79) }
    }

    @Test func `a revocation that a newer list takes back stays`() throws {
        try accept(statusListToken(revoking: [5]))
        try accept(statusListToken(revoking: [6], issuedAt: testTime + 1))
        try accept(statusListToken(issuedAt: testTime + 2))
        #expect(throws: CapabilityError.revoked) { try check(5) }
        #expect(throws: CapabilityError.revoked) { try check(6) }
        #expect(throws: Never.self) { try check(7) }
    }

    @Test func `a revocation stays where the list becomes shorter, and the rest of it goes`() throws {
        try accept(statusListToken(revoking: [63]))
        try accept(statusListToken(count: 8, issuedAt: testTime + 1))
        #expect(throws: CapabilityError.revoked) { try check(63) }
        #expect(throws: CapabilityError.statusUnavailable) { try check(62) }
        #expect(throws: Never.self) { try check(7) }
        try accept(statusListToken(count: 128, issuedAt: testTime + 2))
        #expect(throws: CapabilityError.revoked) { try check(63) }
        #expect(throws: Never.self) { try check(127) }
    }

    @Test func `a suspension counts as a revocation, also where the size of a status changes`() throws {
        let node = try Party.node.principal
        for (second, bits) in [8, 2, 4, 1].enumerated() {
            var bytes = [UInt8](repeating: 0, count: 8 * bits)
            // Another index is set in each: 10, 20, 30, 40.
            let index = (second + 1) * 10
            bytes[index * bits / 8] = 1 << UInt8(index * bits % 8 + bits - 1)
            let token = try StatusListToken(
                uri: GrantFixture.listURI, issuer: node, issuedAt: testTime + Int64(second),
                expiration: testTime + 3_600, timeToLive: 300, list: StatusList(bytes: bytes, bits: bits))
            try accept(token.signed(with: Party.node.key()))
        }
        for index in 0..<64 {
            #expect(try refusal { try check(index) } == ([10, 20, 30, 40].contains(index) ? .revoked : nil))
        }
    }
}
