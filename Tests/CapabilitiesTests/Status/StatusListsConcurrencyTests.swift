import Capabilities
import DumpIdentity
import TestSupport
import Testing

/// Lists that are accepted and asked at the same time; `make threads` runs these under the thread sanitizer.
struct StatusListsConcurrencyTests {
    private static let now = testTime + 100
    private static let indices = Array(0..<16)

    private func accept(_ token: String, by lists: StatusLists) throws -> CapabilityError? {
        try refusal {
            try lists.accept(token, issuer: Party.node.principal, uri: GrantFixture.listURI, at: Self.now)
        }
    }

    private func isRevoked(_ index: Int, by lists: StatusLists) throws -> Bool {
        let reference = StatusReference(index: index, uri: GrantFixture.listURI)
        let refused = try refusal { try lists.check(reference, issuer: Party.node.principal, at: Self.now) }
        #expect(refused == nil || refused == .revoked)
        return refused == .revoked
    }

    /// Lists of a node that revokes one thing each second, and takes all others back, as it must not.
    private func tokens() throws -> [String] {
        try Self.indices.map { try statusListToken(revoking: [$0], issuedAt: testTime + 1 + Int64($0)) }
    }

    @Test func `what was once seen revoked is never seen valid again`() async throws {
        let (lists, tokens) = (StatusLists(), try tokens())
        #expect(try accept(statusListToken(), by: lists) == nil)
        let seen = try await withThrowingTaskGroup(of: Set<Int>.self) { group in
            // Some come late, and are refused.
            for (place, token) in tokens.enumerated() {
                group.addTask {
                    let refused = try accept(token, by: lists)
                    #expect(refused == nil || refused == .statusUnavailable)
                    let counts = try isRevoked(place, by: lists)
                    #expect(counts || refused != nil)
                    return counts ? [place] : []
                }
                group.addTask {
                    var seen: Set<Int> = []
                    for round in 0..<60 {
                        let index = Self.indices[(round + place) % Self.indices.count]
                        let revoked = try isRevoked(index, by: lists)
                        if revoked { seen.insert(index) }
                        #expect(revoked == seen.contains(index))
                    }
                    return seen
                }
            }
            return try await group.reduce(into: Set<Int>()) { $0.formUnion($1) }
        }
        // What any task saw is known in the end; the newest list was taken whenever it came.
        for index in seen.union([15]) { #expect(try isRevoked(index, by: lists), "\(index)") }
        #expect(lists.held(issuer: try Party.node.principal, uri: GrantFixture.listURI)?.issuedAt == testTime + 16)
    }

    @Test func `checks and lists at the same time agree`() async throws {
        let lists = StatusLists()
        #expect(try accept(statusListToken(revoking: [5]), by: lists) == nil)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for second in 1...20 {
                group.addTask {
                    let token = try statusListToken(revoking: [5, second], issuedAt: testTime + Int64(second))
                    _ = try accept(token, by: lists)
                    #expect(try isRevoked(5, by: lists))
                }
            }
            try await group.waitForAll()
        }
        #expect(lists.held(issuer: try Party.node.principal, uri: GrantFixture.listURI)?.issuedAt == testTime + 20)
    }

    @Test func `a snapshot knows what was seen revoked before it`() async throws {
        let (lists, tokens) = (StatusLists(), try tokens())
        #expect(try accept(statusListToken(), by: lists) == nil)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (place, token) in tokens.enumerated() {
                group.addTask {
                    _ = try accept(token, by: lists)
                    let counts = try isRevoked(place, by: lists)
                    let again = try StatusLists(restoring: lists.snapshot())
                    #expect(try !counts || isRevoked(place, by: again))
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `lists of many issuers that come at once are all held, or refused where there is no room`() async throws
    {
        let lists = StatusLists(maximumCount: 10)
        let accepted = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<20 {
                group.addTask {
                    let uri = GrantFixture.listURI + String(number)
                    let refused = try refusal {
                        try lists.accept(
                            statusListToken(uri: uri), issuer: Party.node.principal, uri: uri, at: testTime)
                    }
                    #expect(refused == nil || refused == .limitExceeded)
                    return refused == nil
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(accepted == 10 && lists.count == 10)
    }
}
