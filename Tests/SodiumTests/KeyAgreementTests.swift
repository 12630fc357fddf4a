import TestSupport
import Testing

@testable import Sodium

struct KeyAgreementTests {
    /// The generator of the group: what it gives with a secret key is that key's public key.
    private static let generator: [UInt8] = [9] + [UInt8](repeating: 0, count: 31)

    /// Every encoding in 32 bytes, but for the highest bit, of a point of small order on the curve or its twist.
    private static let smallOrder = [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ]

    private static func shared(_ secretKey: [UInt8], _ publicKey: [UInt8]) throws -> [UInt8] {
        try KeyAgreement.sharedSecret(of: .test(secretKey), with: publicKey).copyForTransfer()
    }

    @Test func `the RFC's example gives its secret`() throws {
        // RFC 7748, section 5.2, the first one.
        let secret = try Self.shared(
            hex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"),
            hex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"))
        #expect(try secret == hex("c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"))
    }

    @Test(arguments: [SecretBytes.Memory.guarded, .scratch])
    func `both sides have the same secret`(memory: SecretBytes.Memory) throws {
        let (first, second) = (pattern(32), [UInt8](pattern(64).suffix(32)))
        let publicKeys = try (Self.shared(first, Self.generator), Self.shared(second, Self.generator))
        let mine = try KeyAgreement.sharedSecret(of: .test(first), with: publicKeys.1, in: memory).copyForTransfer()
        #expect(try mine == Self.shared(second, publicKeys.0))
        #expect(publicKeys.0 != publicKeys.1)
    }

    @Test(arguments: smallOrder, [0x00, 0x80] as [UInt8])
    func `a public key that gives no secret is refused`(publicKey: String, highestBit: UInt8) throws {
        var publicKey = try hex(publicKey)
        publicKey[31] |= highestBit
        #expect(throws: SodiumError.invalidKey) { try Self.shared(pattern(32), publicKey) }
    }

    @Test func `the highest bit of a public key and the fixed bits of a secret key change nothing`() throws {
        let secret = try Self.shared(pattern(32), Self.generator)
        var publicKey = Self.generator
        publicKey[31] |= 0x80
        var secretKey = pattern(32)
        secretKey[0] |= 0x07
        secretKey[31] ^= 0xc0
        #expect(try Self.shared(secretKey, publicKey) == secret)
    }

    @Test(arguments: [0, 31, 33, 64])
    func `a key of another length is refused`(length: Int) {
        let refusal = SodiumError.wrongLength(expected: 32, actual: length)
        #expect(throws: refusal) { try Self.shared(pattern(length), Self.generator) }
        #expect(throws: refusal) { try Self.shared(pattern(32), pattern(length)) }
    }
}
