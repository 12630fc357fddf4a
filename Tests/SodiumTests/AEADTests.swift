import TestSupport
import Testing

@testable import Sodium

struct AEADTests {
    /// draft-irtf-cfrg-xchacha-03, appendix A.3.1.
    private static let key = (0x80...0x9f).map { UInt8($0) }
    private static let nonce = (0x40...0x57).map { UInt8($0) }
    private static let context: [UInt8] = [0x50, 0x51, 0x52, 0x53] + (0xc0...0xc7)
    private static let message = Array(
        """
        Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would \
        be it.
        """.utf8)
    private static var ciphertext: [UInt8] {
        get throws {
            try nonce
                + hex(
                    """
                    bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54
                    c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff921f9664c97637da9768812f6
                    15c68b13b52ec0875924c1c7987947deafd8780acf49
                    """)
        }
    }

    /// Places of the ciphertext: in the nonce, in the encrypted message, in the tag.
    private static let places = [0, 12, 23, 24, 80, 137, 138, 145, 153]

    @Test func `sealing gives the published ciphertext`() throws {
        let key = try SecretBytes.test(Self.key)
        let sealed = try AEAD.seal(Self.message, key: key, nonce: Self.nonce, context: Self.context)
        #expect(try sealed == Self.ciphertext)
    }

    @Test func `sealing a secret gives the published ciphertext`() throws {
        let key = try SecretBytes.test(Self.key)
        let secret = try SecretBytes.test(Self.message)
        let random = RandomSource { _ in Self.nonce }
        let sealed = try AEAD.seal(secret: secret, key: key, context: Self.context, random: random)
        #expect(try sealed == Self.ciphertext)
    }

    @Test func `the published ciphertext opens`() throws {
        let key = try SecretBytes.test(Self.key)
        let opened = try AEAD.open(Self.ciphertext, key: key, context: Self.context)
        #expect(opened == Self.message)
    }

    @Test(arguments: [SecretBytes.Memory.guarded, .scratch])
    func `the published ciphertext opens as a secret`(memory: SecretBytes.Memory) throws {
        let key = try SecretBytes.test(Self.key)
        let opened = try AEAD.openSecret(Self.ciphertext, key: key, context: Self.context, in: memory)
            .copyForTransfer()
        #expect(opened == Self.message)
    }

    @Test func `an empty message is sealed and opened`() throws {
        let key = try SecretBytes.test(Self.key)
        let sealed = try AEAD.seal([], key: key, context: [])
        let opened = try AEAD.open(sealed, key: key, context: [])
        let secret = try AEAD.openSecret(sealed, key: key, context: [], in: .scratch).count
        #expect(sealed.count == AEAD.overhead)
        #expect(opened.isEmpty)
        #expect(secret == 0)
    }

    @Test func `sealing twice gives different ciphertexts`() throws {
        let key = try SecretBytes.test(Self.key)
        let (first, second) = (try AEAD.seal([1], key: key, context: []), try AEAD.seal([1], key: key, context: []))
        #expect(first != second)
    }

    @Test func `another key does not open`() throws { try expectRefusal(key: Self.key.altered(at: 31)) }

    @Test(arguments: [context.altered(at: 0), [], context + [0], Array(context.dropLast())])
    func `another context does not open`(context: [UInt8]) throws { try expectRefusal(context: context) }

    @Test(arguments: places)
    func `a ciphertext with one byte altered does not open`(index: Int) throws {
        try expectRefusal(Self.ciphertext.altered(at: index))
    }

    @Test(arguments: [0, 23, 24, 39, 40, 100, 153])
    func `a truncated ciphertext does not open`(length: Int) throws {
        try expectRefusal(Array(Self.ciphertext.prefix(length)))
    }

    @Test func `a longer ciphertext does not open`() throws { try expectRefusal(Self.ciphertext + [0]) }

    @Test(arguments: [0, 16, 31, 33])
    func `a key of another length is refused`(length: Int) throws {
        let key = try SecretBytes.test(pattern(length))
        let secret = try SecretBytes.test([1])
        let refusal = SodiumError.wrongLength(expected: 32, actual: length)
        #expect(throws: refusal) { try AEAD.seal([1], key: key, context: []) }
        #expect(throws: refusal) { try AEAD.seal(secret: secret, key: key, context: []) }
        #expect(throws: refusal) { try AEAD.open(Self.ciphertext, key: key, context: []) }
        #expect(throws: refusal) {
            _ = try AEAD.openSecret(Self.ciphertext, key: key, context: [], in: .scratch)
        }
    }

    @Test(arguments: [0, 12, 23, 25])
    func `a nonce of another length is refused`(length: Int) throws {
        let key = try SecretBytes.test(Self.key)
        let secret = try SecretBytes.test([1])
        let random = RandomSource { _ in pattern(length) }
        let refusal = SodiumError.wrongLength(expected: 24, actual: length)
        #expect(throws: refusal) { try AEAD.seal([1], key: key, context: [], random: random) }
        #expect(throws: refusal) { try AEAD.seal(secret: secret, key: key, context: [], random: random) }
    }

    private func expectRefusal(
        _ ciphertext: [UInt8]? = nil, key: [UInt8] = key, context: [UInt8] = context,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let key = try SecretBytes.test(key)
        let ciphertext = try ciphertext ?? Self.ciphertext
        #expect(throws: SodiumError.notAuthentic, sourceLocation: sourceLocation) {
            try AEAD.open(ciphertext, key: key, context: context)
        }
        for memory in [SecretBytes.Memory.guarded, .scratch] {
            #expect(throws: SodiumError.notAuthentic, sourceLocation: sourceLocation) {
                _ = try AEAD.openSecret(ciphertext, key: key, context: context, in: memory)
            }
        }
    }
}
