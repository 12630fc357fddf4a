/// Reads a quoted key of a selector: a JSON string whose opening quote was read.
///
/// Source: RFC 8259, section 7.
struct QuotedKeyParser {
    private let text: [UInt8]
    /// The next byte to be read.
    private(set) var index: Int

    init(text: [UInt8], index: Int) {
        self.text = text
        self.index = index
    }

    /// The key, read up to and with its closing quote.
    mutating func key() throws(PolicyError) -> String {
        var key: [UInt8] = []
        while true {
            switch try next() {
            case UInt8(ascii: "\""): return String(decoding: key, as: UTF8.self)
            case UInt8(ascii: "\\"): key.append(contentsOf: String(try escaped()).utf8)
            case 0..<0x20: throw .malformed
            case let byte: key.append(byte)
            }
        }
    }

    private mutating func escaped() throws(PolicyError) -> Character {
        switch try next() {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return Character(try scalar())
        default: throw .malformed
        }
    }

    /// The four digits of `\u`, with a second escape where they are half of a pair; a lone half is refused.
    private mutating func scalar() throws(PolicyError) -> Unicode.Scalar {
        let unit = try unit()
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard UTF16.isLeadSurrogate(unit), try next() == UInt8(ascii: "\\"), try next() == UInt8(ascii: "u") else {
            throw .malformed
        }
        let trail = try self.unit()
        guard UTF16.isTrailSurrogate(trail) else { throw .malformed }
        let value = 0x10000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(trail) - 0xDC00)
        guard let scalar = Unicode.Scalar(value) else { throw .malformed }
        return scalar
    }

    private mutating func unit() throws(PolicyError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(try next())).hexDigitValue else { throw .malformed }
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }

    private mutating func next() throws(PolicyError) -> UInt8 {
        guard index < text.count else { throw .malformed }
        defer { index += 1 }
        return text[index]
    }
}
