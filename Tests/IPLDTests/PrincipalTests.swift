import IPLD
import TestSupport
import Testing

struct PrincipalTests {
    private static let zeroSeed = "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"

    /// Examples of the did:key method: the keys of the seeds 0 and 1, and the one of its introduction.
    private static let examples: [(String, String)] = [
        (zeroSeed, "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29"),
        (
            "did:key:z6MkjchhfUsD6mmvni8mCdXHw216Xrm9bQe2mBH1P5RDjVJG",
            "4cb5abf6ad79fbf5abbccafcc269d85cd2651ed4b885b5869f241aedf0a5ba29"
        ),
        (
            "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
            "2e6fcce36701dc791488e0d0b1745cc1e33a4c1c9fcc41c63bd343dbbe0970e6"
        ),
    ]

    @Test(arguments: examples)
    func `a did key stands for its public key`(did: String, key: String) throws {
        let principal = try Principal(did: did)
        #expect(try principal.publicKey == hex(key))
        #expect(try Principal(publicKey: hex(key)) == principal)
        #expect(principal.did == did)
        #expect(principal.description == did)
    }

    @Test func `every key has 56 characters that begin the same`() throws {
        var random = SeededGenerator(seed: 2)
        let extremes = [[UInt8](repeating: 0, count: 32), [UInt8](repeating: 255, count: 32)]
        for key in extremes + (0..<100).map({ _ in random.bytes(32) }) {
            let principal = try Principal(publicKey: key)
            #expect(principal.did.utf8.count == 56)
            #expect(principal.did.hasPrefix("did:key:z6Mk"))
            #expect(try Principal(did: principal.did) == principal)
        }
    }

    @Test func `a key is four numbers, its first byte the most significant`() throws {
        let principal = try Principal(publicKey: Array(0x00...0x1F))
        #expect(
            principal.words
                == (0x0001_0203_0405_0607, 0x0809_0A0B_0C0D_0E0F, 0x1011_1213_1415_1617, 0x1819_1A1B_1C1D_1E1F))
        #expect(principal.publicKey == Array(0x00...0x1F))
        #expect(try Principal(did: principal.did).words == principal.words)
    }

    @Test func `every bit of the key makes another principal`() throws {
        let key = [UInt8](repeating: 0x5A, count: 32)
        let principal = try Principal(publicKey: key)
        var others: Set<Principal> = [principal]
        for index in key.indices {
            for bit in 0..<8 as Range<UInt8> {
                let changed = key.altered(at: index, by: 1 << bit)
                let other = try Principal(publicKey: changed)
                #expect(other != principal && other.publicKey == changed)
                others.insert(other)
            }
        }
        #expect(others.count == 1 + 256)
        #expect(try others.contains(Principal(publicKey: key)))
    }

    @Test(arguments: [0, 31, 33, 64])
    func `a key of another size is refused`(count: Int) {
        #expect(throws: IPLDError.invalidPublicKey(count: count)) {
            try Principal(publicKey: [UInt8](repeating: 1, count: count))
        }
    }

    /// The did:key text around arbitrary bytes.
    private static func did(_ codec: [UInt8], keyBytes: Int = 32) -> String {
        let bytes = codec + [UInt8](repeating: 5, count: keyBytes)
        return "did:key:z\(Base58.encode(bytes))"
    }

    private static let tail = zeroSeed.dropFirst("did:key:z".count)

    @Test(arguments: [
        "", "did:key:", "did:key:z", "did:web:example.com", "z\(tail)", "\(tail)", "\(zeroSeed)#z\(tail)",
        "\(zeroSeed)1", "\(zeroSeed) ", "\(zeroSeed)\u{301}", " \(zeroSeed)", "DID:KEY:z\(tail)", "did:key:Z\(tail)",
        "did:key:z\(tail.dropLast())", "did:key:z1\(tail)", "did:key:z1\(tail.dropLast())",
        "did:key:z0\(tail.dropFirst())",
    ])
    func `a did key in any other spelling is refused`(did: String) {
        #expect(throws: IPLDError.invalidDID) { try Principal(did: did) }
    }

    @Test(arguments: [
        did([0xEC, 0x01]),  // x25519-pub
        did([0xED, 0x81, 0x00]),  // a varint longer than needed
        did([0xED, 0x81, 0x00], keyBytes: 31), did([0xED]), did([0x01, 0xED]), did([]),
        did([0xED, 0x01], keyBytes: 31), did([0xED, 0x01], keyBytes: 33), did([0x00, 0xED, 0x01], keyBytes: 31),
        "did:key:m\(Base64.encode([0xED, 0x01] + [UInt8](repeating: 5, count: 32)))",
    ])
    func `another codec, size or base is refused`(did: String) {
        #expect(throws: IPLDError.invalidDID) { try Principal(did: did) }
    }
}
