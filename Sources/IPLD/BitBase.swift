/// A base whose characters each stand for a whole number of bits: base32 and both base64 alphabets.
///
/// Source: RFC 4648, sections 3.5 (canonical encoding), 4, 5 and 6.
struct BitBase: Sendable {
    /// The bits of one character: 5 or 6.
    private let width: Int
    private let alphabet: [UInt8]
    /// The value of each character, `none` for those outside the alphabet.
    private let values: [UInt8]
    private static let none: UInt8 = 0xFF

    /// A base of 32 or 64 ASCII characters.
    init(width: Int, alphabet: String) {
        self.width = width
        self.alphabet = Array(alphabet.utf8)
        var values = [UInt8](repeating: BitBase.none, count: 256)
        for (value, character) in self.alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        self.values = values
    }

    /// The characters for `bytes`, without padding.
    func encode(_ bytes: [UInt8]) -> [UInt8] {
        var characters: [UInt8] = []
        characters.reserveCapacity((bytes.count * 8 + width - 1) / width + 2)
        let mask: UInt32 = (1 << width) - 1
        var (buffer, bits): (UInt32, Int) = (0, 0)
        for byte in bytes {
            buffer = (buffer << 8) | UInt32(byte)
            bits += 8
            while bits >= width {
                bits -= width
                characters.append(alphabet[Int((buffer >> bits) & mask)])
            }
        }
        if bits > 0 { characters.append(alphabet[Int((buffer << (width - bits)) & mask)]) }
        return characters
    }

    /// The bytes that `characters`, without padding, stand for.
    ///
    /// Throws `invalidBase` for a foreign character, a character too many, or trailing bits that are not zero: each of
    /// those would let two texts stand for the same bytes.
    func decode(_ characters: ArraySlice<UInt8>) throws(IPLDError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(characters.count * width / 8)
        var (buffer, bits): (UInt32, Int) = (0, 0)
        for character in characters {
            let value = values[Int(character)]
            guard value != BitBase.none else { throw .invalidBase }
            buffer = (buffer << width) | UInt32(value)
            bits += width
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: buffer >> bits))
            }
        }
        guard bits < width, buffer & ((1 << bits) - 1) == 0 else { throw .invalidBase }
        return bytes
    }
}

extension String {
    /// A string of ASCII characters.
    init(ascii characters: [UInt8]) { self = String(decoding: characters, as: UTF8.self) }
}
