import Capabilities
import IPLD
import Testing

struct KnownRevocationsTests {
    private func delegation(_ number: Int) -> CID {
        CID.of(dagCBOR: [UInt8(number & 0xff), UInt8(number >> 8)])
    }

    private func revoker(_ number: Int) throws -> Principal {
        try Principal(publicKey: [UInt8](repeating: UInt8(number & 0x7f) + 1, count: 32))
    }

    @Test func `what is not known is not contained`() throws {
        var known = KnownRevocations()
        #expect(known.isEmpty)
        #expect(try !known.contains(delegation(1), by: revoker(1)))
        known.insert(delegation(1), by: try revoker(1))
        #expect(!known.isEmpty)
        #expect(try known.contains(delegation(1), by: revoker(1)))
        #expect(try !known.contains(delegation(2), by: revoker(1)))
        #expect(try !known.contains(delegation(1), by: revoker(2)))
    }

    @Test(arguments: [1, 5, 6, 7, 8, 9, 10, 100, 5_000])
    func `all of many are found through every growth, and no others`(total: Int) throws {
        var known = KnownRevocations()
        for number in 0..<total {
            known.insert(delegation(number), by: try revoker(number))
            #expect(known.count == number + 1)
        }
        for number in 0..<total {
            #expect(try known.contains(delegation(number), by: revoker(number)))
            #expect(try !known.contains(delegation(number), by: revoker(number + 1)))
            #expect(try !known.contains(delegation(total + number), by: revoker(number)))
        }
    }

    @Test func `repeating changes nothing`() throws {
        var known = KnownRevocations()
        for number in 0..<100 { known.insert(delegation(number % 10), by: try revoker(number % 10)) }
        #expect(known.count == 10)
    }

    @Test func `many revokers of one delegation are kept apart`() throws {
        var known = KnownRevocations()
        for number in 0..<100 { known.insert(delegation(7), by: try revoker(number)) }
        #expect(known.count == 100)
        #expect(try known.contains(delegation(7), by: revoker(99)))
        #expect(try !known.contains(delegation(7), by: revoker(100)))
    }

    @Test func `a copy does not learn what its original learns`() throws {
        var known = KnownRevocations()
        known.insert(delegation(1), by: try revoker(1))
        let copy = known
        known.insert(delegation(2), by: try revoker(2))
        #expect(copy.count == 1)
        #expect(try !copy.contains(delegation(2), by: revoker(2)))
        #expect(try known.contains(delegation(1), by: revoker(1)))
    }

    @Test(arguments: [(0, 0), (0, 10), (10, 0), (500, 300), (300, 500)])
    func `a union knows what either knew`(sizes: (Int, Int)) throws {
        var (left, right) = (KnownRevocations(), KnownRevocations())
        for number in 0..<sizes.0 { left.insert(delegation(number), by: try revoker(1)) }
        // The second begins in the middle of the first.
        let start = sizes.0 / 2
        for number in start..<start + sizes.1 { right.insert(delegation(number), by: try revoker(1)) }
        left.formUnion(right)
        let end = max(sizes.0, sizes.1 == 0 ? 0 : start + sizes.1)
        #expect(left.count == end)
        for number in 0..<end { #expect(try left.contains(delegation(number), by: revoker(1))) }
        #expect(right.count == sizes.1)
    }

    @Test func `a digest that begins with zeros is remembered like any other`() throws {
        let digest = [UInt8](repeating: 0, count: 31) + [1]
        let cid = try CID(bytes: [0x01, 0x71, 0x12, 0x20] + digest)
        let zeros = try Principal(publicKey: [UInt8](repeating: 0, count: 32))
        var known = KnownRevocations()
        #expect(!known.contains(cid, by: zeros))
        known.insert(cid, by: zeros)
        known.insert(cid, by: zeros)
        #expect(known.count == 1)
        #expect(known.contains(cid, by: zeros))
    }

    @Test func `what names no delegation is not remembered`() throws {
        let digest = [UInt8](repeating: 5, count: 32)
        let raw = try CID(bytes: [0x01, 0x55, 0x12, 0x20] + digest)
        var known = KnownRevocations()
        known.insert(raw, by: try revoker(1))
        #expect(known.isEmpty)
        #expect(try !known.contains(CID(bytes: [0x01, 0x71, 0x12, 0x20] + digest), by: revoker(1)))
    }
}
