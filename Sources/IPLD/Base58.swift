/// Base58 in the Bitcoin alphabet, multibase prefix "z" (not included).
///
/// Both directions take time in the square of the length: they are for keys and identifiers.
///
/// Source: draft-msporny-base58; multibase table (base58btc).
public enum Base58 {
    /// The longest text that is decoded unless the caller says otherwise.
    public static let maxCharacters = 128

    private static let alphabet = Array("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".utf8)
    /// The value of each character; `none` for those outside the alphabet.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: none, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()
    private static let none: UInt8 = 0xFF

    /// The text for `bytes`, which the caller knows to be few.
    public static func encode(_ bytes: some Collection<UInt8>) -> String {
        // Leading zero bytes would be lost in the number: each becomes one leading "1".
        let zeros = bytes.prefix { $0 == 0 }.count
        let digits = convert(bytes.dropFirst(zeros), from: 256, to: 58)
        return String(ascii: repeatElement(alphabet[0], count: zeros) + digits.map { alphabet[Int($0)] })
    }

    /// The bytes that `text` stands for.
    ///
    /// Throws `tooLarge` above `maxCharacters` characters, before any work is done, and `invalidBase` for a foreign
    /// character. Every text over the alphabet is the one encoding of its bytes.
    public static func decode(
        _ text: some StringProtocol, maxCharacters: Int = Base58.maxCharacters
    ) throws(IPLDError) -> [UInt8] {
        guard text.utf8.count <= maxCharacters else { throw .tooLarge(limit: maxCharacters) }
        let digits = text.utf8.map { values[Int($0)] }
        guard !digits.contains(none) else { throw .invalidBase }
        let zeros = digits.prefix { $0 == 0 }.count
        return Array(repeatElement(0, count: zeros)) + convert(digits.dropFirst(zeros), from: 58, to: 256)
    }

    /// The digits of a number, most significant first, in another base.
    private static func convert(_ digits: some Collection<UInt8>, from: UInt32, to: UInt32) -> [UInt8] {
        var result: [UInt8] = []  // least significant first
        for digit in digits {
            var carry = UInt32(digit)
            for index in result.indices {
                carry += UInt32(result[index]) * from
                result[index] = UInt8(carry % to)
                carry /= to
            }
            while carry > 0 {
                result.append(UInt8(carry % to))
                carry /= to
            }
        }
        return result.reversed()
    }
}
