import IPLD
import Testing

struct ItemCountTests {
    @Test(
        arguments: [
            (.null, 1), (7, 1), (-300, 1), (.float(1.5), 1), ("text", 1), (.bytes([1, 2, 3]), 1), ([], 1), ([1, 2], 3),
            ([[], [1, [2]]], 6), (["a": 1], 3), (["a": ["b": [], "c": "d"]], 7), (.link(CID.of(dagCBOR: [1])), 2),
        ] as [(Value, Int)])
    func `all that stands in an item is counted, keys too`(value: Value, count: Int) throws {
        #expect(try DagCBOR.itemCount(DagCBOR.encode(value), limit: 100) == count)
    }

    @Test func `it stops behind the limit, whatever follows`() throws {
        let bytes = try DagCBOR.encode(.list([1, 2, 3, 4])).dropLast() + [0xFF]
        #expect(try DagCBOR.itemCount(Array(bytes), limit: 3) == 4)
        #expect(throws: IPLDError.self) { try DagCBOR.itemCount(Array(bytes), limit: 100) }
    }

    @Test(
        arguments: [
            [], [0x81], [0x9A, 0xFF, 0xFF, 0xFF, 0xFF], [0xBB, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
            [0x5A, 0xFF, 0xFF, 0xFF, 0xFF], [0x9F], [0xA1, 0x61],
        ] as [[UInt8]])
    func `what promises more than there is is refused`(bytes: [UInt8]) {
        #expect(throws: IPLDError.self) { try DagCBOR.itemCount(bytes, limit: 100) }
    }
}
