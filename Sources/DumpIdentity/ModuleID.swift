/// The name of a module: a reverse domain name in lower case, such as `org.dump.market`.
///
/// Two to ten labels of letters, digits and inner hyphens, each beginning with a letter; 128 bytes at most. Source:
/// RFC 1035, section 2.3.1, reversed.
public struct ModuleID: Hashable, Sendable, CustomStringConvertible {
    /// The name; ASCII only, so that equal strings are equal bytes.
    public let string: String

    /// Reads a module id.
    ///
    /// - Throws: ``IdentityError/invalidModuleID``.
    public init(_ string: String) throws(IdentityError) {
        let labels = string.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard string.utf8.count <= 128, (2...10).contains(labels.count),
            labels.allSatisfy({ ModuleID.isLabel($0) })
        else { throw .invalidModuleID }
        self.string = string
    }

    /// The name.
    public var description: String { string }

    private static func isLabel(_ label: Substring.UTF8View.SubSequence) -> Bool {
        guard let first = label.first, let last = label.last, label.count <= 63 else { return false }
        return first.isLowercaseLetter && last != UInt8(ascii: "-")
            && label.allSatisfy { $0.isLowercaseLetter || $0.isDigit || $0 == UInt8(ascii: "-") }
    }
}

extension UInt8 {
    /// Whether this is the ASCII code of `a` to `z`.
    var isLowercaseLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) }
    /// Whether this is the ASCII code of `0` to `9`.
    var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
