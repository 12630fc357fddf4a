import Capabilities
import TestSupport
import Testing

struct StatusListsTests {
    private let lists = StatusLists()

    private func accept(
        _ token: String, of issuer: Party = .node, as uri: String = GrantFixture.listURI, at time: Int64 = testTime
    ) throws {
        try lists.accept(token, issuer: issuer.principal, uri: uri, at: time)
    }

    private func check(
        _ index: Int, of issuer: Party = .node, in uri: String = GrantFixture.listURI, at time: Int64 = testTime
    ) throws {
        try lists.check(StatusReference(index: index, uri: uri), issuer: issuer.principal, at: time)
    }

    @Test func `a revoked index is refused, and every other of the list is not`() throws {
        try accept(statusListToken(revoking: [0, 5, 63]))
        for index in 0..<64 {
            #expect(try refusal { try check(index) } == ([0, 5, 63].contains(index) ? .revoked : nil), "\(index)")
        }
    }

    @Test func `without a list nothing can be told`() throws {
        #expect(throws: CapabilityError.statusUnavailable) { try check(1) }
        try accept(statusListToken())
        #expect(throws: CapabilityError.statusUnavailable) { try check(1, of: .stranger) }
        #expect(throws: CapabilityError.statusUnavailable) { try check(1, in: GrantFixture.listURI + "0") }
        #expect(throws: Never.self) { try check(1) }
    }

    @Test(arguments: [-1, 64, 65, .max, .min])
    func `an index outside the list is refused`(index: Int) throws {
        try accept(statusListToken())
        #expect(throws: CapabilityError.statusUnavailable) { try check(index) }
    }

    @Test func `everything under a list that expired is refused`() throws {
        try accept(statusListToken(revoking: [5], expiration: testTime + 10))
        #expect(throws: Never.self) { try check(1, at: testTime + 9) }
        #expect(throws: CapabilityError.expired) { try check(1, at: testTime + 10) }
        #expect(throws: CapabilityError.expired) { try check(64, at: testTime + 10) }
        // What is known to be revoked needs no valid list.
        #expect(throws: CapabilityError.revoked) { try check(5, at: testTime + 10) }
    }

    @Test func `a clock that went back below the list is refused`() throws {
        try accept(statusListToken())
        #expect(throws: Never.self) { try check(1, at: testTime - 60) }
        #expect(throws: CapabilityError.tooEarly) { try check(1, at: testTime - 61) }
    }

    @Test func `a token that does not verify is not held`() throws {
        let foreign = try statusListToken(issuer: .stranger)
        #expect(throws: CapabilityError.invalidSignature) { try accept(foreign) }
        #expect(throws: CapabilityError.statusUnavailable) { try accept(statusListToken(), as: "x") }
        #expect(throws: CapabilityError.expired) { try accept(statusListToken(), at: testTime + 3_600) }
        #expect(throws: CapabilityError.tooEarly) { try accept(statusListToken(), at: testTime - 61) }
        #expect(throws: CapabilityError.malformed) { try accept("") }
        #expect(lists.count == 0)
    }

    @Test func `a bad token leaves the list that is held as it is`() throws {
        try accept(statusListToken(revoking: [5]))
        #expect(throws: CapabilityError.self) { try accept(statusListToken(issuer: .stranger)) }
        #expect(throws: CapabilityError.revoked) { try check(5) }
        #expect(throws: Never.self) { try check(6) }
    }

    @Test func `lists of two issuers with one URI are two lists`() throws {
        try accept(statusListToken(revoking: [1]))
        try accept(statusListToken(revoking: [2], issuer: .stranger), of: .stranger)
        #expect(lists.count == 2)
        #expect(throws: CapabilityError.revoked) { try check(1) }
        #expect(throws: Never.self) { try check(1, of: .stranger) }
        #expect(throws: CapabilityError.revoked) { try check(2, of: .stranger) }
    }

    @Test func `the URI is compared byte for byte`() throws {
        let (composed, decomposed) = ("https://node.example/\u{e9}", "https://node.example/e\u{301}")
        try accept(statusListToken(uri: composed), as: composed)
        #expect(throws: CapabilityError.statusUnavailable) { try check(1, in: decomposed) }
        try accept(statusListToken(revoking: [1], uri: decomposed), as: decomposed)
        #expect(lists.count == 2)
        #expect(throws: Never.self) { try check(1, in: composed) }
    }

    @Test func `the age of a list is told, and when a fresh one is due`() throws {
        let node = try Party.node.principal
        #expect(lists.held(issuer: node, uri: GrantFixture.listURI) == nil)
        try accept(statusListToken())
        let held = try #require(lists.held(issuer: node, uri: GrantFixture.listURI))
        #expect(held.issuedAt == testTime && held.expiration == testTime + 3_600)
        #expect(held.timeToLive == 300 && held.count == 64)
        #expect(held.age(at: testTime - 7) == -7 && held.age(at: testTime + 7) == 7)
        #expect(!held.isDue(at: testTime + 299) && held.isDue(at: testTime + 300))
    }

    @Test(arguments: [.min, -1] as [Int64])
    func `no time that an issuer writes makes the age overflow`(issuedAt: Int64) throws {
        try accept(statusListToken(issuedAt: issuedAt))
        let held = try #require(lists.held(issuer: Party.node.principal, uri: GrantFixture.listURI))
        #expect(held.age(at: testTime) > testTime && held.isDue(at: testTime))
        #expect(throws: Never.self) { try check(1) }
    }
}
