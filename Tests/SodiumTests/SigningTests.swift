import TestSupport
import Testing

@testable import Sodium

struct SigningTests {
    struct Vector: Sendable {
        let seed: String
        let publicKey: String
        let message: String
        let signature: String
    }

    /// RFC 8032, section 7.1: TEST 1, 2, 3 and SHA(abc).
    private static let vectors = [
        Vector(
            seed: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            publicKey: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            message: "",
            signature: """
                e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0
                595bbe24655141438e7a100b
                """),
        Vector(
            seed: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            publicKey: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            message: "72",
            signature: """
                92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eae
                b4302aeeb00d291612bb0c00
                """),
        Vector(
            seed: "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            publicKey: "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            message: "af82",
            signature: """
                6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9
                716ed28dc027beceea1ec40a
                """),
        Vector(
            seed: "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
            publicKey: "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
            message: """
                ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423
                643ce80e2a9ac94fa54ca49f
                """,
            signature: """
                dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c
                138ac17ad9bef1177331a704
                """),
    ]

    @Test(arguments: vectors, [SecretBytes.Memory.guarded, .scratch])
    func `a seed gives the public key of RFC 8032`(vector: Vector, memory: SecretBytes.Memory) throws {
        let key = try SigningKey(seed: .test(hex(vector.seed)), in: memory)
        let publicKey = key.publicKey
        #expect(try publicKey == hex(vector.publicKey))
    }

    @Test(arguments: vectors)
    func `signing gives the signature of RFC 8032`(vector: Vector) throws {
        let key = try SigningKey(seed: .test(hex(vector.seed)))
        let signature = try key.sign(hex(vector.message))
        #expect(try signature == hex(vector.signature))
    }

    @Test(arguments: vectors)
    func `a signature of RFC 8032 is valid`(vector: Vector) throws {
        #expect(
            try Signature.isValid(hex(vector.signature), of: hex(vector.message), by: hex(vector.publicKey)))
    }

    @Test(arguments: vectors, 0..<64)
    func `a signature with one byte altered is refused`(vector: Vector, index: Int) throws {
        let signature = try hex(vector.signature).altered(at: index)
        #expect(try !Signature.isValid(signature, of: hex(vector.message), by: hex(vector.publicKey)))
    }

    @Test(arguments: 0..<32)
    func `a signature under a key with one byte altered is refused`(index: Int) throws {
        let vector = Self.vectors[2]
        let key = try hex(vector.publicKey).altered(at: index)
        #expect(try !Signature.isValid(hex(vector.signature), of: hex(vector.message), by: key))
    }

    @Test(arguments: 0..<64)
    func `a signature of a message with one byte altered is refused`(index: Int) throws {
        let vector = Self.vectors[3]
        let message = try hex(vector.message).altered(at: index)
        #expect(try !Signature.isValid(hex(vector.signature), of: message, by: hex(vector.publicKey)))
    }

    @Test(arguments: [0, 1, 32, 63, 65, 128])
    func `a signature of another length is refused`(length: Int) throws {
        let vector = Self.vectors[1]
        let signature = try Array((hex(vector.signature) + hex(vector.signature)).prefix(length))
        #expect(try !Signature.isValid(signature, of: hex(vector.message), by: hex(vector.publicKey)))
    }

    @Test(arguments: [0, 1, 31, 33, 64])
    func `a public key of another length is refused`(length: Int) throws {
        let vector = Self.vectors[1]
        let key = try Array((hex(vector.publicKey) + hex(vector.publicKey)).prefix(length))
        #expect(try !Signature.isValid(hex(vector.signature), of: hex(vector.message), by: key))
    }

    @Test(arguments: [0, 31, 33, 64])
    func `a seed of another length is refused`(length: Int) throws {
        let seed = try SecretBytes.test(pattern(length))
        #expect(throws: SodiumError.wrongLength(expected: 32, actual: length)) { _ = try SigningKey(seed: seed) }
    }

    @Test func `random keys differ and sign`() throws {
        let first = try SigningKey.random()
        let second = try SigningKey.random()
        let (firstPoint, secondPoint) = (first.publicKey, second.publicKey)
        let signature = first.sign([1, 2, 3])
        #expect(firstPoint != secondPoint)
        #expect(Signature.isValid(signature, of: [1, 2, 3], by: firstPoint))
        #expect(!Signature.isValid(signature, of: [1, 2, 3], by: secondPoint))
    }
}
