/// Reads the tokens of JSON.
///
/// Source: RFC 8259.
struct JSONScanner {
    private let bytes: [UInt8]
    /// The offset of the next byte.
    private(set) var position = 0

    /// The longest number that is read; a 64-bit float never needs more than about 770 digits.
    static let maxNumberBytes = 1024

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Whether everything has been read.
    var isAtEnd: Bool { position == bytes.count }

    /// The next byte, which is not taken.
    func peek() throws(IPLDError) -> UInt8 {
        guard position < bytes.count else { throw .truncated(at: bytes.count) }
        return bytes[position]
    }

    /// Moves to the next byte that is not white space.
    mutating func skipSpace() {
        while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
    }

    /// Takes `text`, which has to follow.
    mutating func literal(_ text: String) throws(IPLDError) {
        for expected in text.utf8 { try take(expected) }
    }

    // MARK: Lists and maps

    /// Takes an opening bracket; whether an element follows, rather than the closing bracket, which is taken too.
    mutating func open(closing: UInt8) throws(IPLDError) -> Bool {
        position += 1
        skipSpace()
        guard try peek() == closing else { return true }
        position += 1
        return false
    }

    /// Takes what follows an element: a comma, and then another element follows; or the closing bracket.
    mutating func separator(closing: UInt8) throws(IPLDError) -> Bool {
        skipSpace()
        if try peek() == closing {
            position += 1
            return false
        }
        try take(UInt8(ascii: ","))
        skipSpace()
        return true
    }

    /// Takes a map key and the colon behind it.
    mutating func key() throws(IPLDError) -> String {
        let start = position
        guard try peek() == UInt8(ascii: "\"") else { throw .keyNotString(at: start) }
        let key = try string()
        skipSpace()
        try take(UInt8(ascii: ":"))
        skipSpace()
        return key
    }

    // MARK: Numbers

    /// Takes a number: an integer where it has neither a point nor an exponent, else a float.
    mutating func number() throws(IPLDError) -> Value {
        let start = position
        var isInteger = true
        if try peek() == UInt8(ascii: "-") { position += 1 }
        // A number that begins with zero has no further digit before the point.
        if try peek() == UInt8(ascii: "0") { position += 1 } else { try digits() }
        if !isAtEnd, bytes[position] == UInt8(ascii: ".") {
            isInteger = false
            position += 1
            try digits()
        }
        if !isAtEnd, bytes[position] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            position += 1
            if [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(try peek()) { position += 1 }
            try digits()
        }
        guard position - start <= JSONScanner.maxNumberBytes else {
            throw .tooLarge(limit: JSONScanner.maxNumberBytes)
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isInteger {
            guard let value = Int64(text) else { throw .integerOutOfRange(at: start) }
            return .int(value)
        }
        guard let value = Double(text), value.isFinite else { throw .notFinite(at: start) }
        return .float(value)
    }

    /// Takes one digit or more.
    private mutating func digits() throws(IPLDError) {
        guard JSONScanner.isDigit(try peek()) else { throw .syntax(at: position) }
        while !isAtEnd, JSONScanner.isDigit(bytes[position]) { position += 1 }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    // MARK: Strings

    /// Takes a string with its quotes.
    mutating func string() throws(IPLDError) -> String {
        try take(UInt8(ascii: "\""))
        let start = position
        try skipPlain()
        // Most strings have no escapes and are read straight from the input.
        var content = bytes[start..<position]
        while try peek() == UInt8(ascii: "\\") {
            try escape(into: &content)
            let plain = position
            try skipPlain()
            content += bytes[plain..<position]
        }
        position += 1
        guard let text = String(validating: content, as: UTF8.self) else { throw .invalidUTF8(at: start) }
        return text
    }

    /// Moves to the next quote or backslash.
    private mutating func skipPlain() throws(IPLDError) {
        while true {
            switch try peek() {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): return
            case 0..<0x20: throw .syntax(at: position)
            default: position += 1
            }
        }
    }

    /// Takes one escape, or the two of a surrogate pair, and appends the UTF-8 bytes it stands for.
    private mutating func escape(into content: inout ArraySlice<UInt8>) throws(IPLDError) {
        let start = position
        position += 1
        let letter = try peek()
        position += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(letter)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0C)
        case UInt8(ascii: "n"): content.append(0x0A)
        case UInt8(ascii: "r"): content.append(0x0D)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "u"):
            var scalar = UInt32(try hexadecimal())
            if UTF16.isLeadSurrogate(UInt16(scalar)) {
                guard bytes[position...].starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) else {
                    throw .loneSurrogate(at: start)
                }
                position += 2
                let trail = try hexadecimal()
                guard UTF16.isTrailSurrogate(trail) else { throw .loneSurrogate(at: start) }
                scalar = 0x1_0000 + ((scalar & 0x3FF) << 10 | UInt32(trail & 0x3FF))
            }
            // A trailing surrogate without a leading one is no scalar.
            guard let scalar = Unicode.Scalar(scalar) else { throw .loneSurrogate(at: start) }
            content.append(contentsOf: UTF8.encode(scalar) ?? .init())
        default: throw .syntax(at: start)
        }
    }

    /// Takes four hexadecimal digits.
    private mutating func hexadecimal() throws(IPLDError) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = JSONScanner.hexDigit(try peek()) else { throw .syntax(at: position) }
            value = value << 4 | digit
            position += 1
        }
        return value
    }

    private static func hexDigit(_ byte: UInt8) -> UInt16? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    private mutating func take(_ expected: UInt8) throws(IPLDError) {
        guard try peek() == expected else { throw .syntax(at: position) }
        position += 1
    }
}
