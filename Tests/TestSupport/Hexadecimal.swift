public import IPLD

/// The bytes that a text writes in hexadecimal, in letters of either case; white space may stand between bytes.
///
/// - Throws: ``TestSupportError/notHexadecimal`` for any other text.
public func hex(_ text: String) throws(TestSupportError) -> [UInt8] {
    var bytes: [UInt8] = []
    for group in text.split(whereSeparator: \.isWhitespace) {
        let digits = group.compactMap(\.hexDigitValue)
        // One byte of UTF-8 for each digit: there are digits outside ASCII, too.
        guard digits.count == group.utf8.count, digits.count.isMultiple(of: 2) else { throw .notHexadecimal }
        bytes += stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
    return bytes
}

/// Bytes in hexadecimal, in lower case and without white space.
public func hexText(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

extension Value {
    /// The text of bytes in hexadecimal.
    public static func hex(_ bytes: [UInt8]) -> Value { .string(hexText(bytes)) }
}
