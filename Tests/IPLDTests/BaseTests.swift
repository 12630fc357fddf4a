import IPLD
import TestSupport
import Testing

struct BaseTests {
    /// RFC 4648, section 10, in lower case and without padding.
    @Test(arguments: [
        ("", ""), ("f", "my"), ("fo", "mzxq"), ("foo", "mzxw6"), ("foob", "mzxw6yq"), ("fooba", "mzxw6ytb"),
        ("foobar", "mzxw6ytboi"),
    ])
    func `base32 agrees with the RFC`(plain: String, text: String) throws {
        #expect(Base32.encode(Array(plain.utf8)) == text)
        #expect(try Base32.decode(text) == Array(plain.utf8))
    }

    /// RFC 4648, section 10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func `base64 agrees with the RFC, with and without padding`(plain: String, text: String) throws {
        let unpadded = String(text.prefix { $0 != "=" })
        #expect(Base64.encode(Array(plain.utf8), padded: true) == text)
        #expect(try Base64.decode(text, padded: true) == Array(plain.utf8))
        #expect(Base64.encode(Array(plain.utf8)) == unpadded)
        #expect(try Base64.decode(unpadded) == Array(plain.utf8))
        #expect(Base64URL.encode(Array(plain.utf8)) == unpadded)
        #expect(try Base64URL.decode(unpadded) == Array(plain.utf8))
    }

    @Test func `the two base64 alphabets differ in their last characters`() throws {
        #expect(Base64.encode([0xFB, 0xFF]) == "+/8")
        #expect(Base64URL.encode([0xFB, 0xFF]) == "-_8")
        #expect(throws: IPLDError.invalidBase) { try Base64.decode("-_8") }
        #expect(throws: IPLDError.invalidBase) { try Base64URL.decode("+/8") }
    }

    /// draft-msporny-base58, section 5, and edge cases of leading zeros.
    private static let base58Examples: [([UInt8], String)] = [
        (Array("Hello World!".utf8), "2NEpo7TZRRrLZSi2U"),
        (
            Array("The quick brown fox jumps over the lazy dog.".utf8),
            "USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z"
        ),
        ([0x00, 0x00, 0x28, 0x7F, 0xB4, 0xCD], "11233QC4"), ([], ""), ([0], "1"), ([0, 0], "11"), ([57], "z"),
        ([58], "21"),
    ]

    @Test(arguments: base58Examples)
    func `base58 agrees with the draft`(bytes: [UInt8], text: String) throws {
        #expect(Base58.encode(bytes) == text)
        #expect(try Base58.decode(text) == bytes)
    }

    @Test func `random bytes survive every base`() throws {
        var random = SeededGenerator(seed: 1)
        for count in 0..<90 {
            let bytes = random.bytes(count)
            #expect(try Base32.decode(Base32.encode(bytes)) == bytes)
            #expect(try Base58.decode(Base58.encode(bytes)) == bytes)
            #expect(try Base64.decode(Base64.encode(bytes)) == bytes)
            #expect(try Base64.decode(Base64.encode(bytes, padded: true), padded: true) == bytes)
            #expect(try Base64URL.decode(Base64URL.encode(bytes)) == bytes)
        }
    }

    @Test(arguments: ["MY", "m1", "m8", "m=", "my======", "m y", "mé", "mz", "m", "mzx", "mzxw6y", "my\n"])
    func `base32 refuses foreign characters, trailing bits and lengths`(text: String) {
        #expect(throws: IPLDError.invalidBase) { try Base32.decode(text) }
    }

    @Test(arguments: ["Z", "Zg==", "Zh", "Zm9", "Zg\n", " Zg", "Zg=", "Z-", "Zé", "Zm9vY"])
    func `base64 without padding refuses padding, trailing bits and lengths`(text: String) {
        #expect(throws: IPLDError.invalidBase) { try Base64.decode(text) }
        #expect(throws: IPLDError.invalidBase) { try Base64URL.decode(text + (text == "Z-" ? "=" : "")) }
    }

    @Test(arguments: ["Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Z===", "=", "==", "====", "Zg==Zg==", "Zm9v====", "Z=g="])
    func `base64 with padding refuses any other padding`(text: String) {
        #expect(throws: IPLDError.invalidBase) { try Base64.decode(text, padded: true) }
    }

    @Test(arguments: ["0", "O", "I", "l", "2NEpo7TZRRrLZSi2U ", "é"])
    func `base58 refuses foreign characters`(text: String) {
        #expect(throws: IPLDError.invalidBase) { try Base58.decode(text) }
    }

    @Test func `base58 refuses long text before working on it`() throws {
        #expect(try Base58.decode(String(repeating: "z", count: 128)).count == 94)
        #expect(throws: IPLDError.tooLarge(limit: 128)) { try Base58.decode(String(repeating: "z", count: 129)) }
    }
}
