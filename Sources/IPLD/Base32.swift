/// Base32 in lower case without padding, multibase prefix "b" (not included).
///
/// Source: RFC 4648, section 6; multibase table.
public enum Base32 {
    private static let base = BitBase(width: 5, alphabet: "abcdefghijklmnopqrstuvwxyz234567")

    /// The text for `bytes`.
    public static func encode(_ bytes: some Collection<UInt8>) -> String {
        String(ascii: base.encode(Array(bytes)))
    }

    /// The bytes that `text` stands for; throws `invalidBase` unless it is exactly what `encode` gives for them.
    public static func decode(_ text: some StringProtocol) throws(IPLDError) -> [UInt8] {
        try base.decode(Array(text.utf8)[...])
    }
}
