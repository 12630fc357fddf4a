import TestSupport
import Testing

@testable import Sodium

struct SealingTests {
    /// "hello", sealed with libsodium itself to the key of seed 01 01 01 ….
    private static var knownBox: [UInt8] {
        get throws {
            try hex(
                """
                c1b46167cff0b628fef1576b65afedd1a4aeaa1d1d1b526baabcf688f97ca21f475ce5f4bf5596136c4b8fd93a2e1d76b7b7a1c8fe
                """)
        }
    }

    /// Encodings of points that nothing may be sealed to.
    private static let unusableKeys = [
        "0000000000000000000000000000000000000000000000000000000000000000",  // order 4
        "0100000000000000000000000000000000000000000000000000000000000000",  // the neutral element
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",  // order 2
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",  // order 8
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",  // order 8
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",  // order 4, not canonical
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",  // neutral, not canonical
        "0200000000000000000000000000000000000000000000000000000000000000",  // not on the curve
        "10eb7c3acfb2bed3e0d6ab89bf5a3d6afddd1176ce4812e38d9fd485058fdb1f",  // outside the main subgroup
    ]

    @Test(arguments: [0, 1, 100, 10_000])
    func `what was sealed to a key opens with it`(length: Int) throws {
        let key = try SigningKey.test(1)
        let sealed = try Sealing.seal(pattern(length), to: key.publicKey)
        let opened = try key.open(sealed: sealed)
        #expect(sealed.count == length + Sealing.overhead)
        #expect(opened == pattern(length))
    }

    @Test func `a box that another program sealed opens`() throws {
        let opened = try SigningKey.test(1).open(sealed: Self.knownBox)
        #expect(opened == Array("hello".utf8))
    }

    @Test(arguments: [SecretBytes.Memory.guarded, .scratch])
    func `a sealed secret opens into memory for secrets`(memory: SecretBytes.Memory) throws {
        let secret = try SigningKey.test(1).openSecret(sealed: Self.knownBox, in: memory)
        let copy = secret.copyForTransfer()
        #expect(copy == Array("hello".utf8))
    }

    @Test(arguments: try [[], [UInt8](repeating: 0, count: 47), Array(knownBox.dropLast()), knownBox.altered(at: 40)])
    func `a box with a secret that is cut short, altered or another's does not open`(box: [UInt8]) throws {
        let right = try SigningKey.test(1)
        #expect(throws: SodiumError.notAuthentic) { _ = try right.openSecret(sealed: box, in: .scratch) }
        let foreign = try Sealing.seal([1, 2, 3], to: SigningKey.test(2).publicKey)
        #expect(throws: SodiumError.notAuthentic) { _ = try right.openSecret(sealed: foreign, in: .scratch) }
    }

    @Test func `sealing twice gives different boxes`() throws {
        let publicKey = try SigningKey.test(1).publicKey
        #expect(try Sealing.seal([1], to: publicKey) != Sealing.seal([1], to: publicKey))
    }

    @Test func `a box does not open with another key`() throws {
        let other = try SigningKey.test(2)
        #expect(throws: SodiumError.notAuthentic) { try other.open(sealed: Self.knownBox) }
    }

    @Test(arguments: try knownBox.indices)
    func `a box with one byte altered does not open`(index: Int) throws {
        let key = try SigningKey.test(1)
        #expect(throws: SodiumError.notAuthentic) { try key.open(sealed: Self.knownBox.altered(at: index)) }
    }

    /// "hello", sealed by someone who sent a point of small order in place of an ephemeral key: the secret shared with it
    /// is all zeros whatever the other key, so that the box would be anyone's to write and to read.
    @Test(arguments: [
        """
        00000000000000000000000000000000000000000000000000000000000000005706264e7e8ec3e3ed556e04635f7616be481724d0
        """,
        """
        e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800d275014f15c8d641914dfae5bd276fccff11e75e73
        """,
    ])
    func `a box under an all-zero shared secret does not open`(box: String) throws {
        let box = try hex(box)
        let key = try SigningKey.test(1)
        #expect(throws: SodiumError.notAuthentic) { try key.open(sealed: box) }
    }

    @Test(arguments: try knownBox.indices)
    func `a truncated box does not open`(length: Int) throws {
        let key = try SigningKey.test(1)
        #expect(throws: SodiumError.notAuthentic) { try key.open(sealed: Array(Self.knownBox.prefix(length))) }
    }

    @Test func `a longer box does not open`() throws {
        let key = try SigningKey.test(1)
        #expect(throws: SodiumError.notAuthentic) { try key.open(sealed: Self.knownBox + [0]) }
    }

    @Test(arguments: unusableKeys)
    func `nothing is sealed to a key that is not a point of large order`(key: String) throws {
        let key = try hex(key)
        #expect(throws: SodiumError.invalidKey) { try Sealing.seal([1, 2, 3], to: key) }
    }

    @Test(arguments: [0, 31, 33])
    func `nothing is sealed to a key of another length`(length: Int) {
        #expect(throws: SodiumError.wrongLength(expected: 32, actual: length)) {
            try Sealing.seal([1, 2, 3], to: pattern(length))
        }
    }
}
