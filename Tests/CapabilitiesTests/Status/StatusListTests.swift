import Testing

@testable import Capabilities

struct StatusListTests {
    @Test(arguments: [(0, 0), (1, 8), (8, 8), (9, 16), (1_000, 1_000)])
    func `a list has room in whole bytes`(asked: Int, count: Int) {
        #expect(StatusList(count: asked).count == count)
    }

    @Test func `a new list revokes nothing`() throws {
        let list = StatusList(count: 64)
        for index in 0..<64 { #expect(try !list.isRevoked(index)) }
    }

    @Test(arguments: 0..<24)
    func `revoking an index changes that one alone`(revoked: Int) throws {
        var list = StatusList(count: 24)
        try list.revoke(revoked)
        for index in 0..<24 { #expect(try list.isRevoked(index) == (index == revoked)) }
    }

    @Test func `the first status is the lowest bit of the first byte`() throws {
        let list = StatusList(bytes: [0x01, 0x80])
        #expect(try (0..<16).filter { try list.isRevoked($0) } == [0, 15])
    }

    @Test func `revoking twice leaves an index revoked`() throws {
        var list = StatusList(count: 8)
        try list.revoke(3)
        try list.revoke(3)
        #expect(list.bytes == [0x08])
    }

    @Test(arguments: [-1, 16, 17, .max, .min])
    func `an index outside the list is refused`(index: Int) {
        var list = StatusList(count: 16)
        #expect(throws: CapabilityError.statusUnavailable) { try list.isRevoked(index) }
        #expect(throws: CapabilityError.statusUnavailable) { try list.revoke(index) }
    }

    @Test func `an empty list tells nothing`() {
        #expect(throws: CapabilityError.statusUnavailable) { try StatusList(count: 0).isRevoked(0) }
    }

    @Test(arguments: [0, 1, 64, 100_000])
    func `a compressed list comes back`(count: Int) throws {
        var list = StatusList(count: count)
        for index in stride(from: 0, to: count, by: 7) { try list.revoke(index) }
        #expect(try StatusList(compressed: list.compressed()) == list)
    }

    @Test func `a list of the greatest length is read, and a longer one is refused`() throws {
        let greatest = StatusList(bytes: [UInt8](repeating: 0, count: StatusList.maximumLength))
        #expect(try StatusList(compressed: greatest.compressed()).count == 8 << 20)
        let longer = StatusList(bytes: [UInt8](repeating: 0, count: StatusList.maximumLength + 1))
        let text = try longer.compressed()
        #expect(throws: CapabilityError.limitExceeded) { try StatusList(compressed: text) }
    }

    @Test(arguments: ["", "!", "AAAA", "eNoDAAAAAAE=", "eNoD", "eNoDAAAAAAEA"])
    func `what is no compressed list is refused`(text: String) {
        #expect(throws: CapabilityError.malformed) { try StatusList(compressed: text) }
    }
}
