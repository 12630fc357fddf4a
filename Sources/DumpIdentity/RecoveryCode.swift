internal import Sodium

/// The second way to a root key: 130 random bits that a person writes down, with two check digits.
///
/// 26 characters of Crockford's base32 and two decimal digits, in seven groups of four. It is shown once and kept
/// nowhere. Source: Crockford, "Base 32"; ISO/IEC 7064, MOD 97-10; `docs/spec.md`, "Recovery code".
public struct RecoveryCode: ~Copyable, Sendable {
    /// How many characters carry the secret, 5 bits each.
    static let secretLength = 26
    /// How many characters there are with the check digits.
    static let length = 28
    /// The longest text that is looked at, in bytes.
    static let maximumTextLength = 256
    /// Crockford's base32: no I, L, O and U.
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    /// The first 26 characters in upper case, without hyphens: they are the key.
    let secret: SecretBytes

    /// Reads a code as a person wrote it: in any case, with spaces and hyphens anywhere, O for 0, I and L for 1.
    ///
    /// - Throws: ``IdentityError/invalidRecoveryCode(isMistyped:)``.
    public init(_ text: String) throws(IdentityError) {
        var (remainder, given, isDecimal) = (0, 0, true)
        let count = RecoveryCode.forEachValue(in: text) { index, value in
            if index < RecoveryCode.secretLength {
                remainder = (remainder * 32 + value) % 97
            } else {
                isDecimal = isDecimal && value < 10
                given = given * 10 + value
            }
        }
        guard count == RecoveryCode.length, isDecimal else { throw .invalidRecoveryCode(isMistyped: false) }
        guard given == RecoveryCode.check(of: remainder) else { throw .invalidRecoveryCode(isMistyped: true) }
        secret = try usingSodium { () throws(SodiumError) in
            var characters = text.utf8.makeIterator()
            return try SecretBytes(
                count: RecoveryCode.secretLength, in: .scratch,
                each: { _ in
                    while let character = characters.next() {
                        if let value = RecoveryCode.value(of: character) { return RecoveryCode.alphabet[value] }
                    }
                    return 0
                })
        }
    }

    /// A new code.
    ///
    /// - Throws: ``IdentityError/crypto(_:)``.
    public static func random() throws(IdentityError) -> RecoveryCode {
        try RecoveryCode(
            secret: usingSodium { () throws(SodiumError) in
                // 256 is a multiple of 32: each character is as likely as another.
                let random = try SecretBytes.random(count: secretLength, in: .scratch)
                return try SecretBytes(
                    count: secretLength, in: .scratch,
                    each: { index in
                        alphabet[Int(random.withBytes { $0[index] } & 31)]
                    })
            })
    }

    private init(secret: consuming SecretBytes) { self.secret = secret }

    /// The code as it is shown, once: seven groups of four, with hyphens between them. A copy in ordinary memory.
    public var text: String {
        secret.withBytes { characters in
            var (written, remainder) = ([UInt8](), 0)
            for index in characters.indices {
                if index > 0, index % 4 == 0 { written.append(UInt8(ascii: "-")) }
                written.append(characters[index])
                remainder = (remainder * 32 + (RecoveryCode.value(of: characters[index]) ?? 0)) % 97
            }
            let check = RecoveryCode.check(of: remainder)
            written += [UInt8(ascii: "0") + UInt8(check / 10), UInt8(ascii: "0") + UInt8(check % 10)]
            return String(decoding: written, as: UTF8.self)
        }
    }

    // MARK: -

    /// The check digits, 2 to 98, of a number that leaves this remainder by 97: behind the number, they make it leave 1.
    private static func check(of remainder: Int) -> Int { 98 - remainder * 100 % 97 }

    /// Calls `body` with each character's place and value, and gives how many there are; `nil` where one is foreign or
    /// the text is too long.
    private static func forEachValue(in text: String, _ body: (Int, Int) -> Void) -> Int? {
        guard text.utf8.count <= maximumTextLength else { return nil }
        var count = 0
        for character in text.utf8 where character != UInt8(ascii: " ") && character != UInt8(ascii: "-") {
            guard count < length, let value = value(of: character) else { return nil }
            body(count, value)
            count += 1
        }
        return count
    }

    /// What a character stands for; `nil` for one that has no value.
    private static func value(of character: UInt8) -> Int? {
        let isLower = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(character)
        switch isLower ? character - 32 : character {
        case UInt8(ascii: "O"): return 0
        case UInt8(ascii: "I"), UInt8(ascii: "L"): return 1
        case let upper: return alphabet.firstIndex(of: upper)
        }
    }
}
