import IPLD
import TestSupport
import Testing

struct DagCBORTests {
    /// RFC 8949, appendix A, as far as DAG-CBOR keeps it.
    private static let encodings: [(Value, String)] = [
        (Value.int(0), "00"), (1, "01"), (10, "0a"), (23, "17"), (24, "1818"), (25, "1819"), (100, "1864"),
        (255, "18ff"), (256, "190100"), (1000, "1903e8"), (65535, "19ffff"), (65536, "1a00010000"),
        (1_000_000, "1a000f4240"), (4_294_967_295, "1affffffff"), (4_294_967_296, "1b0000000100000000"),
        (1_000_000_000_000, "1b000000e8d4a51000"), (.int(.max), "1b7fffffffffffffff"), (-1, "20"), (-10, "29"),
        (-24, "37"), (-25, "3818"), (-100, "3863"), (-1000, "3903e7"), (.int(.min), "3b7fffffffffffffff"),
        (.float(0), "fb0000000000000000"), (.float(-0.0), "fb8000000000000000"), (.float(1.1), "fb3ff199999999999a"),
        (.float(1e300), "fb7e37e43c8800759c"), (.float(-4.1), "fbc010666666666666"), (false, "f4"), (true, "f5"),
        (.null, "f6"), (.bytes([]), "40"), (.bytes([1, 2, 3, 4]), "4401020304"), ("", "60"), ("a", "6161"),
        ("IETF", "6449455446"), ("\"\\", "62225c"), ("\u{FC}", "62c3bc"), ("\u{6C34}", "63e6b0b4"),
        ("\u{10151}", "64f0908591"), ([], "80"), ([1, 2, 3], "83010203"), ([1, [2, 3], [4, 5]], "8301820203820405"),
        (.list((1...25).map { .int($0) }), "98190102030405060708090a0b0c0d0e0f101112131415161718181819"),
        ([:], "a0"), (["a": 1, "b": [2, 3]], "a26161016162820203"), (["aa": 1, "b": 2], "a261620262616101"),
    ]

    @Test(arguments: encodings)
    func `values have the encodings of the RFC`(value: Value, encoding: String) throws {
        #expect(try DagCBOR.encode(value) == hex(encoding))
        #expect(try DagCBOR.decode(hex(encoding)) == value)
    }

    @Test func `a link is tag 42 around a CID with a zero before it`() throws {
        let cid = CID.of(dagCBOR: [0xA0])
        let encoding = try hex("d82a 5825 00") + cid.bytes
        #expect(try DagCBOR.encode(.link(cid)) == encoding)
        #expect(try DagCBOR.decode(encoding) == .link(cid))
    }

    @Test func `strings keep their bytes whatever their normal form`() throws {
        #expect(try DagCBOR.encode("é") == hex("62c3a9"))
        #expect(try DagCBOR.encode("e\u{301}") == hex("6365cc81"))
        let map: Value = ["é": 1, "e\u{301}": 2]
        #expect(try DagCBOR.encode(map) == hex("a2 62c3a9 01 6365cc81 02"))
        #expect(try DagCBOR.decode(hex("a2 62c3a9 01 6365cc81 02")) == map)
    }

    @Test(arguments: [23, 24, 255, 256, 65535, 65536])
    func `lengths of every width are written and read`(count: Int) throws {
        let values: [Value] = [
            .string(String(repeating: "x", count: count)), .bytes([UInt8](repeating: 1, count: count)),
            .list([Value](repeating: 0, count: count)),
        ]
        for value in values { #expect(try DagCBOR.decode(DagCBOR.encode(value)) == value) }
        var map = Map()
        for index in 0..<min(count, 256) { map["\(index)"] = .int(Int64(index)) }
        #expect(try DagCBOR.decode(DagCBOR.encode(.map(map))) == .map(map))
    }

    @Test(arguments: 0..<20)
    func `random values survive a round trip`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<25 {
            let value = random.value()
            let encoding = try DagCBOR.encode(value)
            #expect(try DagCBOR.decode(encoding) == value)
        }
    }

    @Test(arguments: 0..<20)
    func `whatever is accepted has no second encoding`(seed: UInt64) throws {
        var random = SeededGenerator(seed: 100 + seed)
        for _ in 0..<400 {
            var bytes = try DagCBOR.encode(random.value(depth: 1))
            if bytes.count > 60 { bytes = random.bytes(Int.random(in: 1...6, using: &random)) }
            for _ in 0..<Int.random(in: 1...2, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = random.bytes(1)[0]
            }
            guard let value = try? DagCBOR.decode(bytes) else { continue }
            #expect(try DagCBOR.encode(value) == bytes)
        }
    }

    @Test func `every item of up to two bytes is refused or re-encodes to itself`() throws {
        var accepted = 0
        for first in UInt8.min...UInt8.max {
            let candidates = [[first]] + (UInt8.min...UInt8.max).map { [first, $0] }
            for bytes in candidates {
                guard let value = try? DagCBOR.decode(bytes) else { continue }
                accepted += 1
                #expect(try DagCBOR.encode(value) == bytes)
            }
        }
        // One byte: 24 + 24 integers, "", empty bytes, [], {}, false, true, null. Two bytes: 232 + 232 integers, 256
        // bytes, 128 letters, and a list of each of the 55.
        #expect(accepted == 55 + 232 + 232 + 256 + 128 + 55)
    }

    @Test func `a slice is read like an array, with positions from its start`() throws {
        let bytes = try hex("ffff 83010203 ff")
        #expect(try DagCBOR.decode(bytes[2..<6]) == [1, 2, 3])
        #expect(throws: IPLDError.trailingBytes(at: 4)) { try DagCBOR.decode(bytes[2...]) }
        #expect(throws: IPLDError.truncated(at: 3)) { try DagCBOR.decode(bytes[2..<5]) }
    }

    @Test func `nesting is accepted up to its limit in both directions`() throws {
        let deepest = Value.nested(DagCBOR.maxDepth)
        #expect(try DagCBOR.decode(DagCBOR.encode(deepest)) == deepest)
        let tooDeep = IPLDError.tooDeep(limit: 64)
        #expect(throws: tooDeep) { try DagCBOR.encode(.nested(65)) }
        #expect(throws: tooDeep) { try DagCBOR.encode(.nested(64, around: [:])) }
        #expect(throws: tooDeep) { try DagCBOR.decode([UInt8](repeating: 0x81, count: 64) + [0x80]) }
        #expect(throws: tooDeep) { try DagCBOR.decode([UInt8](repeating: 0x81, count: 1_000_000)) }
        #expect(throws: IPLDError.tooDeep(limit: 1)) { try DagCBOR.decode(hex("8180"), maxDepth: 1) }
        #expect(throws: IPLDError.tooDeep(limit: 1)) { try DagCBOR.decode(hex("a16161a0"), maxDepth: 1) }
        #expect(throws: IPLDError.tooDeep(limit: 0)) { try DagCBOR.decode(hex("80"), maxDepth: 0) }
        #expect(try DagCBOR.decode(hex("01"), maxDepth: 0) == 1)
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity, .signalingNaN])
    func `a float that is not finite is not written`(number: Double) {
        #expect(throws: IPLDError.notFinite(at: 1)) { try DagCBOR.encode([.float(number)]) }
    }
}
