/// Base58 in the Bitcoin alphabet, multibase prefix "z" (not included).
///
/// Both directions take time in the square of the length: they are for keys and identifiers.
///
/// Source: draft-msporny-base58; multibase table (base58btc).
public enum Base58 {
    /// The longest text that is decoded: a little more than 92 bytes.
    public static let maxCharacters = 128

    private static let alphabet = Array("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".utf8)
    /// The value of each character, `foreign` for those outside the alphabet.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: foreign, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()

    private static let foreign: UInt8 = 0xFF
    /// As many digits as are read or written in one step: 58 to the tenth is the largest power that fits 64 bits.
    private static let digitsInWord = 10

    /// The text for `bytes`, which the caller knows to be few.
    public static func encode(_ bytes: some Collection<UInt8>) -> String {
        // Leading zero bytes would be lost in the number: each becomes one leading "1".
        let zeros = bytes.prefix { $0 == 0 }.count
        return text(of: words(bytes.dropFirst(zeros)), behind: [UInt8](repeating: UInt8(ascii: "1"), count: zeros))
    }

    /// ASCII characters, followed by the digits of a number of 64-bit words, least significant first.
    static func text(of number: [UInt64], behind start: [UInt8]) -> String {
        let alphabet = alphabet
        var number = number
        var digits: [UInt8] = []  // least significant first
        digits.reserveCapacity(start.count + (number.count + 1) * 11)
        while !number.isEmpty {
            var rest = divideByStep(&number)
            for _ in 0..<digitsInWord {
                digits.append(alphabet[Int(rest % 58)])
                rest /= 58
            }
        }
        while digits.last == alphabet[0] { digits.removeLast() }
        digits.append(contentsOf: start.reversed())
        digits.reverse()
        return String(ascii: digits)
    }

    /// The bytes that `text` stands for.
    ///
    /// Throws `tooLarge` above `maxCharacters` characters, before any work is done, and `invalidBase` for a foreign
    /// character. Every text over the alphabet is the one encoding of its bytes.
    public static func decode(_ text: some StringProtocol) throws(IPLDError) -> [UInt8] {
        guard text.utf8.count <= maxCharacters else { throw .tooLarge(limit: maxCharacters) }
        let digits = try Digits(utf8: Array(text.utf8)[...])
        return (0..<digits.count).map { digits[$0] }
    }

    /// The bytes that a text stands for, as the number they are behind leading zeros.
    struct Digits {
        /// The number, least significant word first: as many words as the longest text can fill.
        private(set) var number = InlineArray<12, UInt64>(repeating: 0)
        /// How many words of the number are in use.
        private(set) var words = 0
        /// How many zero bytes stand before the number.
        let zeros: Int
        /// How many bytes there are.
        private(set) var count = 0

        /// Reads ASCII text; throws as `Base58.decode` does.
        init(utf8 text: ArraySlice<UInt8>) throws(IPLDError) {
            guard text.count <= maxCharacters else { throw .tooLarge(limit: maxCharacters) }
            let values = values
            zeros = text.prefix { $0 == UInt8(ascii: "1") }.count
            var (group, scale, missing): (UInt64, UInt64, Int) = (0, 1, (text.count - zeros) % digitsInWord)
            if missing == 0 { missing = digitsInWord }
            for index in text.startIndex + zeros..<text.endIndex {
                let value = values[Int(text[index])]
                guard value != foreign else { throw .invalidBase }
                (group, scale, missing) = (group * 58 + UInt64(value), scale * 58, missing - 1)
                if missing == 0 {
                    multiply(by: scale, adding: group)
                    (group, scale, missing) = (0, 1, digitsInWord)
                }
            }
            let bits = words == 0 ? 0 : words * 64 - number[words - 1].leadingZeroBitCount
            count = zeros + (bits + 7) / 8
        }

        private mutating func multiply(by factor: UInt64, adding summand: UInt64) {
            var carry = summand
            for index in 0..<words {
                let product = number[index].multipliedFullWidth(by: factor)
                let (low, overflow) = product.low.addingReportingOverflow(carry)
                number[index] = low
                carry = product.high + (overflow ? 1 : 0)
            }
            if carry > 0 {
                number[words] = carry
                words += 1
            }
        }

        /// The byte at a place, the first being the most significant.
        subscript(place: Int) -> UInt8 {
            if place < zeros { return 0 }
            let position = count - 1 - place
            return UInt8(truncatingIfNeeded: number[position / 8] >> UInt64(position % 8 * 8))
        }
    }

    // MARK: Numbers as words, least significant first, without leading zeros

    private static func words(_ bytes: some Collection<UInt8>) -> [UInt64] {
        var number = [UInt64](repeating: 0, count: (bytes.count + 7) / 8)
        var position = bytes.count
        for byte in bytes {
            position -= 1
            number[position / 8] |= UInt64(byte) << UInt64(position % 8 * 8)
        }
        return number
    }

    /// Divides by 58 to the tenth and gives the remainder.
    private static func divideByStep(_ number: inout [UInt64]) -> UInt64 {
        let divisor: UInt64 = 430_804_206_899_405_824
        var rest: UInt64 = 0
        for index in number.indices.reversed() {
            (number[index], rest) = divisor.dividingFullWidth((rest, number[index]))
        }
        while number.last == 0 { number.removeLast() }
        return rest
    }
}
