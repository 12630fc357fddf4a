/// Base64 in the standard alphabet, without padding unless asked for.
///
/// Source: RFC 4648, section 4.
public enum Base64 {
    private static let base = BitBase(
        width: 6, alphabet: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    private static let padding = UInt8(ascii: "=")

    /// The text for `bytes`.
    public static func encode(_ bytes: some Collection<UInt8>, padded: Bool = false) -> String {
        var characters = base.encode(Array(bytes))
        if padded {
            characters.append(contentsOf: repeatElement(padding, count: paddingCount(characters.count)))
        }
        return String(ascii: characters)
    }

    /// The bytes that `text` stands for; throws `invalidBase` unless it is exactly what `encode` gives for them with
    /// the same `padded`.
    public static func decode(_ text: some StringProtocol, padded: Bool = false) throws(IPLDError) -> [UInt8] {
        let characters = Array(text.utf8)
        guard padded else { return try base.decode(characters[...]) }
        let padding = characters.suffix(2).count { $0 == Base64.padding }
        let content = characters.dropLast(padding)
        // An equals sign anywhere else is a foreign character to `decode`.
        guard padding == paddingCount(content.count) else { throw .invalidBase }
        return try base.decode(content)
    }

    /// How many padding characters fill up `count` characters to a multiple of four.
    private static func paddingCount(_ count: Int) -> Int { (4 - count % 4) % 4 }
}

/// Base64 in the URL and file name safe alphabet, without padding.
///
/// Source: RFC 4648, section 5.
public enum Base64URL {
    private static let base = BitBase(
        width: 6, alphabet: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")

    /// The text for `bytes`.
    public static func encode(_ bytes: some Collection<UInt8>) -> String {
        String(ascii: base.encode(Array(bytes)))
    }

    /// The bytes that `text` stands for; throws `invalidBase` unless it is exactly what `encode` gives for them.
    public static func decode(_ text: some StringProtocol) throws(IPLDError) -> [UInt8] {
        try base.decode(Array(text.utf8)[...])
    }
}
