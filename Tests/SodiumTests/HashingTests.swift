import TestSupport
import Testing

@testable import Sodium

struct HashingTests {
    /// FIPS 180-4 and RFC 7693 over the same messages.
    private static let digests: [(message: [UInt8], sha256: String, blake2b: String)] = [
        (
            [], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"
        ),
        (
            Array("abc".utf8), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"
        ),
        (
            pattern(256), "40aff2e9d2d8922e47afd4648e6967497158785fbd1da870e7110266bf944880",
            "39a7eb9fedc19aabc83425c6755dd90e6f9d0c804964a1f4aaeea3b9fb599835"
        ),
    ]

    /// BLAKE2b-256 of "abc" under the key 00 01 02 … of each length.
    private static let keyed = [
        (16, "3fd8fd31501cdbe942607b204368e3dc4ebce5744de1a955a6025f5c9848bb20"),
        (32, "d63a32d3e44738d7907f964316c241adaba0abfeabc32349677578a15a203f7f"),
        (64, "dff38c978666dff5631db35ca15535520d134f5c8060ea569c6a178ad393719f"),
    ]

    @Test(arguments: digests)
    func `SHA-256 gives the published digests`(message: [UInt8], sha256: String, blake2b: String) throws {
        #expect(try Hashing.sha256(message) == hex(sha256))
    }

    @Test(arguments: digests)
    func `BLAKE2b without a key gives the published digests`(message: [UInt8], sha256: String, blake2b: String) throws {
        #expect(try Hashing.blake2b(message) == hex(blake2b))
    }

    @Test(arguments: keyed)
    func `BLAKE2b under a key gives the known digests`(length: Int, digest: String) throws {
        let key = try SecretBytes.test(pattern(length))
        let result = try Hashing.blake2b(Array("abc".utf8), key: key)
        #expect(try result == hex(digest))
    }

    @Test(arguments: keyed, [SecretBytes.Memory.guarded, .scratch])
    func `a derived key is BLAKE2b of the message under the key`(
        known: (length: Int, digest: String), memory: SecretBytes.Memory
    ) throws {
        let key = try SecretBytes.test(pattern(known.length))
        let derived = try Hashing.deriveKey(from: key, message: Array("abc".utf8), in: memory).copyForTransfer()
        #expect(try derived == hex(known.digest))
    }

    @Test(arguments: [0, 15, 65])
    func `a key of another length is refused`(length: Int) throws {
        let key = try SecretBytes.test(pattern(length))
        let refusal = SodiumError.wrongLength(expected: 32, actual: length)
        #expect(throws: refusal) { try Hashing.blake2b([1], key: key) }
        #expect(throws: refusal) { _ = try Hashing.deriveKey(from: key, message: [1]) }
    }

    @Test func `bytes are equal only where length and every byte are`() {
        #expect(Hashing.areEqual(pattern(32), pattern(32)))
        #expect(Hashing.areEqual([], []))
        #expect(!Hashing.areEqual(pattern(32), pattern(31)))
        for index in 0..<32 { #expect(!Hashing.areEqual(pattern(32), pattern(32).altered(at: index))) }
    }
}
