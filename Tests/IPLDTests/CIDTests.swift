import IPLD
import TestSupport
import Testing

struct CIDTests {
    private static let digest = [UInt8](repeating: 7, count: 32)

    @Test func `the CID of the empty map is the well-known one`() throws {
        let cid = CID.of(dagCBOR: [0xA0])
        #expect(cid.description == "bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua")
        #expect(try CID(cid.description) == cid)
        #expect(try CID(bytes: cid.bytes) == cid)
        #expect(cid.isDagCBORSHA256)
        #expect(cid.digest == Array(cid.bytes.dropFirst(4)))
        #expect(cid.digest.count == 32)
    }

    private static func wellFormed() throws -> [[UInt8]] {
        try [
            hex("01 55 12 20") + digest,  // raw
            hex("01 71 1e 20") + digest,  // BLAKE3
            hex("01 71 00 03 010203"),  // identity
            hex("01 8102 00 00"),  // a codec of two bytes, an empty digest
            hex("01 71 00 7b") + [UInt8](repeating: 1, count: 123),  // 127 bytes
        ]
    }

    @Test(arguments: try wellFormed())
    func `a CID of another codec or hash is well-formed`(bytes: [UInt8]) throws {
        let cid = try CID(bytes: bytes)
        #expect(cid.bytes == bytes)
        #expect(!cid.isDagCBORSHA256)
        #expect(try CID(cid.description) == cid)
        #expect(bytes.suffix(cid.digest.count) == cid.digest[...])
    }

    private static func malformed() throws -> [[UInt8]] {
        try [
            [], hex("01"), hex("01 71"), hex("01 71 12"), hex("0171 12 20"),
            hex("01 71 12 20") + digest.dropLast(), hex("01 71 12 20") + digest + [0],
            hex("12 20") + digest,  // version 0
            hex("00 71 12 20") + digest, hex("02 71 12 20") + digest, hex("03 71 12 20") + digest,
            hex("8100 71 12 20") + digest,  // varints longer than needed
            hex("01 f100 12 20") + digest, hex("01 71 9200 20") + digest, hex("01 71 12 a000") + digest,
            hex("01 808080808080808080 01 12 20") + digest,  // a varint of ten bytes
            hex("01 71 12 ffffffffffffffff7f"),  // an enormous digest
        ]
    }

    @Test(arguments: try malformed())
    func `a malformed CID is refused`(bytes: [UInt8]) {
        #expect(throws: IPLDError.invalidCID) { try CID(bytes: bytes) }
    }

    @Test func `a CID above 128 bytes is refused`() throws {
        let header = try hex("01 71 00 fc00")  // would not be minimal: the size has to be refused first
        #expect(throws: IPLDError.tooLarge(limit: 128)) {
            try CID(bytes: header + [UInt8](repeating: 0, count: 124))
        }
        #expect(throws: IPLDError.tooLarge(limit: 206)) { try CID("b" + String(repeating: "a", count: 206)) }
    }

    @Test func `a CID of exactly 128 bytes is accepted`() throws {
        let cid = try CID(bytes: hex("01 71 00 7c") + [UInt8](repeating: 9, count: 124))
        #expect(cid.bytes.count == CID.maxBytes)
        #expect(try CID(cid.description) == cid)
    }

    @Test(arguments: [
        "", "b", "z", "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn",
        "Bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua",
        "BAFYREIGBTJ4X7IP5LEGNFZNUFUOPL4SG4KNZC2COF6DUAS4B3Q2FY6SWUA",
        "bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swub",  // trailing bits
        "bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua=",
        "bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua ",
        "bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6sw",
        "zdpuAyvkgEDQm9TenwGkd5eNaosSxjgEYd8QatfPetgB1CdEZ",
    ])
    func `text in any other form is refused`(text: String) {
        #expect(throws: IPLDError.invalidCID) { try CID(text) }
    }
}
