import IPLD
import TestSupport
import Testing

struct DagCBORRefusalTests {
    private func expect(_ encoding: String, refusedAs error: IPLDError) throws {
        let bytes = try hex(encoding)
        #expect(throws: error) { try DagCBOR.decode(bytes) }
    }

    @Test(arguments: [
        "", "18", "821c", "a20000", "1901", "1a010000", "1b01000000000000", "61", "6261", "41", "81", "8201", "a1",
        "a16161", "a26161",
        "a2616100", "d82a", "d82a58", "d82a4400", "fb", "fb00000000000000", "9bffffffffffffffff", "9a7fffffff00",
        "bb7fffffffffffffff", "ba80000000", "7bffffffffffffffff", "5b8000000000000000", "7a7fffffff61",
        "a17b7fffffffffffffff",
    ])
    func `input that ends too early is refused, whatever length it promises`(encoding: String) throws {
        try expect(encoding, refusedAs: .truncated(at: hex(encoding).count))
    }

    @Test(arguments: [("0000", 1), ("f6f6", 1), ("8000", 1), ("616161", 2), ("a0ff", 1)])
    func `anything after the one item is refused`(encoding: String, at: Int) throws {
        try expect(encoding, refusedAs: .trailingBytes(at: at))
    }

    private static let notCanonical: [(String, Int)] = [
        ("1800", 0), ("1817", 0), ("190000", 0), ("1900ff", 0), ("1a0000ffff", 0), ("1b00000000ffffffff", 0),
        ("3817", 0), ("3900ff", 0), ("5800", 0), ("590001ff", 0), ("7800", 0), ("78016a", 0), ("9800", 0),
        ("990001ff", 0), ("b800", 0), ("811800", 1), ("a178016100", 1), ("d9002a4100", 0), ("d82a580100", 2),
        ("da0000002a4100", 0),
    ]

    @Test(arguments: notCanonical)
    func `a number or length longer than needed is refused`(encoding: String, at: Int) throws {
        try expect(encoding, refusedAs: .notCanonical(at: at))
    }

    private static let indefinite: [(String, Int)] = [
        ("5f4100ff", 0), ("7f6161ff", 0), ("9f01ff", 0), ("bfff", 0), ("ff", 0), ("81ff", 1), ("a17f6161ff00", 1),
        ("d82a5f4100ff", 2),
    ]

    @Test(arguments: indefinite)
    func `an indefinite length is refused`(encoding: String, at: Int) throws {
        try expect(encoding, refusedAs: .indefiniteLength(at: at))
    }

    private static let reservedHeads: [(String, Int)] = [
        ("1c", 0), ("1d", 0), ("1e", 0), ("1f", 0), ("3c", 0), ("3f", 0), ("5c", 0), ("7d", 0), ("9e", 0), ("bc", 0),
        ("dc", 0), ("df", 0), ("fc", 0), ("fd", 0), ("fe", 0), ("811c", 1), ("a17c00", 1),
    ]

    @Test(arguments: reservedHeads)
    func `a reserved head is refused`(encoding: String, at: Int) throws {
        try expect(encoding, refusedAs: .syntax(at: at))
    }

    @Test(arguments: ["a10000", "a12000", "a1416100", "a1f600", "a18000", "a1a000", "a1f4f4", "a1d82a00"])
    func `a key that is not a string is refused`(encoding: String) throws {
        try expect(encoding, refusedAs: .keyNotString(at: 1))
    }

    @Test(arguments: [
        ("a2616200616100", 4), ("a262616100616200", 5), ("a362616100626162006162 00", 9), ("a262c3a9006161 00", 5),
    ])
    func `keys out of order are refused`(encoding: String, at: Int) throws {
        try expect(encoding, refusedAs: .keysOutOfOrder(at: at))
    }

    @Test(arguments: [("a2616100616101", 4), ("a2600060 00", 3), ("a3616100616200616200", 7)])
    func `a key that stands twice is refused`(encoding: String, at: Int) throws {
        try expect(encoding, refusedAs: .duplicateKey(at: at))
    }

    @Test(arguments: ["f90000", "f93c00", "f97c00", "f97e00", "fa00000000", "fa7f800000", "f9", "fa"])
    func `a float of fewer than 64 bits is refused`(encoding: String) throws {
        try expect(encoding, refusedAs: .floatWidth(at: 0))
    }

    @Test(arguments: [
        "fb7ff0000000000000", "fbfff0000000000000", "fb7ff8000000000000", "fb7ff0000000000001", "fbffffffffffffffff",
    ])
    func `a float that is not finite is refused`(encoding: String) throws {
        try expect(encoding, refusedAs: .notFinite(at: 0))
    }

    @Test(arguments: [
        "c000", "c11a514b67b0", "c24100", "d74401020304", "d818456449455446", "d82b4100", "d9d9f700",
        "db010000000000000000",
    ])
    func `a tag other than 42 is refused`(encoding: String) throws {
        try expect(encoding, refusedAs: .unsupportedTag(at: 0))
    }

    @Test(arguments: ["e0", "f0", "f3", "f7", "f800", "f814", "f818", "f820", "f8ff"])
    func `a simple value other than false, true and null is refused`(encoding: String) throws {
        try expect(encoding, refusedAs: .unsupportedSimple(at: 0))
    }

    @Test(arguments: ["1b8000000000000000", "1bffffffffffffffff", "3b8000000000000000", "3bffffffffffffffff"])
    func `an integer beyond 64 bits with a sign is refused`(encoding: String) throws {
        try expect(encoding, refusedAs: .integerOutOfRange(at: 0))
    }

    @Test(arguments: [
        ("61ff", 0), ("62c328", 0), ("62c080", 0), ("63eda080", 0), ("64f4908080", 0), ("61c3", 0), ("8161 80", 1),
        ("a161ff00", 1),
    ])
    func `a string that is not UTF-8 is refused`(encoding: String, at: Int) throws {
        try expect(encoding, refusedAs: .invalidUTF8(at: at))
    }

    @Test(arguments: [
        "d82a00", "d82a6161", "d82ad82a4100", "d82a40", "d82a4100", "d82a4101", "d82a4401710000", "d82a450001710001",
        // Version 0, and a link without the prefix.
        "d82a5823001220 0707070707070707070707070707070707070707070707070707070707070707",
        "d82a582401711220 0707070707070707070707070707070707070707070707070707070707070707",
        // The multibase prefix of base32 instead.
        "d82a58256201711220 0707070707070707070707070707070707070707070707070707070707070707",
    ])
    func `a malformed link is refused`(encoding: String) throws {
        try expect(encoding, refusedAs: .invalidCID)
    }

    @Test func `a link above the size of a CID is refused`() throws {
        let content = try hex("00 01 71 00 7d") + [UInt8](repeating: 0, count: 125)
        #expect(throws: IPLDError.tooLarge(limit: 128)) {
            try DagCBOR.decode(hex("d82a 58 82") + content)
        }
    }
}
