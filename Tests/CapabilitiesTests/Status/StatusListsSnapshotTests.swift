import Deflate
import IPLD
import TestSupport
import Testing

@testable import Capabilities

struct StatusListsSnapshotTests {
    private func accept(_ token: String, by lists: StatusLists, at time: Int64 = testTime + 10) throws {
        try lists.accept(token, issuer: Party.node.principal, uri: GrantFixture.listURI, at: time)
    }

    private func check(_ index: Int, by lists: StatusLists, at time: Int64 = testTime + 10) throws {
        let reference = StatusReference(index: index, uri: GrantFixture.listURI)
        try lists.check(reference, issuer: Party.node.principal, at: time)
    }

    /// Lists of which the newest took a revocation back.
    private func full() throws -> StatusLists {
        let lists = StatusLists()
        try accept(statusListToken(revoking: [5]), by: lists)
        try accept(statusListToken(revoking: [6], issuedAt: testTime + 1), by: lists)
        try lists.accept(
            statusListToken(revoking: [9], issuer: .stranger), issuer: Party.stranger.principal,
            uri: GrantFixture.listURI, at: testTime)
        return lists
    }

    /// The one entry of a snapshot of one list.
    private func entry() throws -> Map {
        let lists = StatusLists()
        try accept(statusListToken(revoking: [5]), by: lists)
        let snapshot = try DagCBOR.decode(lists.snapshot())
        return try #require(snapshot.mapValue?["lists"]?.listValue?.first?.mapValue)
    }

    private func snapshot(_ entries: Map...) throws -> [UInt8] {
        try DagCBOR.encode(["lists": .list(entries.map { .map($0) })])
    }

    @Test func `what was held is held again, with every revocation`() throws {
        let lists = try StatusLists(restoring: full().snapshot())
        #expect(lists.count == 2)
        for index in [5, 6] { #expect(throws: CapabilityError.revoked) { try check(index, by: lists) } }
        #expect(throws: Never.self) { try check(7, by: lists) }
        #expect(throws: CapabilityError.statusUnavailable) { try accept(statusListToken(), by: lists) }
        #expect(lists.held(issuer: try Party.node.principal, uri: GrantFixture.listURI)?.issuedAt == testTime + 1)
    }

    @Test func `the same lists give the same bytes`() throws {
        #expect(try full().snapshot() == full().snapshot())
        #expect(try StatusLists(restoring: full().snapshot()).snapshot() == full().snapshot())
        #expect(try StatusLists(restoring: StatusLists().snapshot()).count == 0)
    }

    @Test func `a list that expired since is held, refuses, and lets no older one in`() throws {
        let old = try statusListToken(expiration: testTime + 90_000)
        let lists = try StatusLists(restoring: full().snapshot())
        #expect(throws: CapabilityError.expired) { try check(7, by: lists, at: testTime + 80_000) }
        #expect(throws: CapabilityError.statusUnavailable) { try accept(old, by: lists, at: testTime + 80_000) }
    }

    @Test func `every token of a snapshot is verified again`() throws {
        var entry = try entry()
        entry["iss"] = .string(try Party.stranger.principal.did)
        let foreign = try snapshot(entry)
        #expect(throws: CapabilityError.invalidSignature) { try StatusLists(restoring: foreign) }
        entry["iss"] = .string(try Party.node.principal.did)
        entry["sub"] = "https://node.example/v1/status-lists/2"
        let other = try snapshot(entry)
        #expect(throws: CapabilityError.statusUnavailable) { try StatusLists(restoring: other) }
    }

    @Test func `a snapshot cannot take back what its token revokes`() throws {
        var entry = try entry()
        entry["revoked"] = .bytes(try Deflate.compress([], format: .zlib))
        let lists = try StatusLists(restoring: snapshot(entry))
        #expect(throws: CapabilityError.revoked) { try check(5, by: lists) }
    }

    @Test(arguments: ["iss", "sub", "token", "revoked"], [nil, .null, 1, "x", .bytes([1])] as [Value?])
    func `a snapshot with another entry is refused`(key: String, value: Value?) throws {
        var entry = try entry()
        entry[key] = value
        let bytes = try snapshot(entry)
        #expect(throws: CapabilityError.self) { try StatusLists(restoring: bytes) }
    }

    @Test func `a snapshot of another shape is refused`() throws {
        let entry = try entry()
        var further = entry
        further["x"] = 1
        var bad: [[UInt8]] = [[], [0xff], try snapshot(entry) + [0], try snapshot(further)]
        bad.append(try snapshot(entry, entry))
        for value in [[:], [], .null, ["lists": [:]], ["lists": [], "x": 1], ["lists": [1]]] as [Value] {
            bad.append(try DagCBOR.encode(value))
        }
        for bytes in bad { #expect(throws: CapabilityError.malformed) { try StatusLists(restoring: bytes) } }
    }

    @Test func `a bomb in a snapshot is refused`() throws {
        var entry = try entry()
        let zeros = [UInt8](repeating: 0, count: StatusList.maximumLength + 1)
        entry["revoked"] = .bytes(try Deflate.compress(zeros, format: .zlib))
        let bytes = try snapshot(entry)
        #expect(throws: CapabilityError.limitExceeded) { try StatusLists(restoring: bytes) }
    }

    @Test func `a snapshot of more than allowed is refused`() throws {
        let bytes = try full().snapshot()
        #expect(throws: CapabilityError.limitExceeded) { try StatusLists(restoring: bytes, maximumCount: 1) }
        #expect(throws: CapabilityError.limitExceeded) { try StatusLists(restoring: bytes, maximumBytes: 1_000) }
        #expect(try StatusLists(restoring: bytes, maximumCount: 2).count == 2)
    }
}
