/// Padding to size classes, so that the length of a ciphertext tells only its class.
///
/// The content is followed by one byte `0x80` and zeros up to the class's length. Source: ISO/IEC 7816-4.
public enum Padding {
    /// Pads to the smallest of `classes` (lengths in bytes, ascending) that holds the content and its marker.
    ///
    /// - Throws: ``SodiumError/invalidPadding`` where the content is larger than the largest class.
    public static func pad(_ content: [UInt8], to classes: [Int]) throws(SodiumError) -> [UInt8] {
        guard let length = classes.first(where: { $0 > content.count }) else { throw .invalidPadding }
        return content + [0x80] + [UInt8](repeating: 0, count: length - content.count - 1)
    }

    /// The content of a padded message.
    ///
    /// - Throws: ``SodiumError/invalidPadding`` where there is no marker followed by zeros alone.
    public static func unpad(_ padded: [UInt8]) throws(SodiumError) -> [UInt8] {
        guard let marker = padded.lastIndex(where: { $0 != 0 }), padded[marker] == 0x80 else {
            throw .invalidPadding
        }
        return Array(padded.prefix(upTo: marker))
    }
}
