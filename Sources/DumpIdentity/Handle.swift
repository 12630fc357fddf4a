/// The name under which an account is kept on its node: 2 to 32 lower-case letters, digits, `-` or `_`, the first a
/// letter. It never leaves the node.
public struct Handle: Hashable, Sendable, CustomStringConvertible {
    /// The name; ASCII only.
    public let string: String

    /// Reads a handle.
    ///
    /// - Throws: ``IdentityError/invalidHandle``.
    public init(_ string: String) throws(IdentityError) {
        let bytes = Array(string.utf8)
        let allowed = bytes.allSatisfy {
            $0.isLowercaseLetter || $0.isDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
        }
        guard (2...32).contains(bytes.count), bytes[0].isLowercaseLetter, allowed else { throw .invalidHandle }
        self.string = string
    }

    /// The name.
    public var description: String { string }
}
