/// What a capability lets one do: `/`, or segments that each begin with `/`, in lower case.
///
/// Source: UCAN 1.0 specification, "Command".
public struct Command: Hashable, Sendable, CustomStringConvertible {
    /// The command as written.
    public let string: String

    /// Ask an owner for access to profile fields.
    public static let profileRequest = Command(known: "/profile/request")
    /// Ask whether the owner has answered a request.
    public static let profileAnswer = Command(known: "/profile/answer")
    /// Take a request back.
    public static let profileWithdraw = Command(known: "/profile/withdraw")
    /// Read granted profile fields.
    public static let profileRead = Command(known: "/profile/read")
    /// Revoke a delegation.
    public static let revoke = Command(known: "/ucan/revoke")

    /// Reads a command of at most 256 bytes.
    ///
    /// - Throws: ``CapabilityError/malformed`` for an empty segment, a final `/` (but `/` itself), upper case, white
    ///   space or control characters.
    public init(_ string: String) throws(CapabilityError) {
        let bytes = Array(string.utf8)
        guard bytes.first == UInt8(ascii: "/"), bytes.count <= 256 else { throw .malformed }
        let segments = bytes.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard bytes.count == 1 || segments.allSatisfy({ !$0.isEmpty }) else { throw .malformed }
        let isLower = string.unicodeScalars.allSatisfy {
            !$0.properties.isUppercase && !$0.properties.changesWhenLowercased && !$0.properties.isWhitespace
                && $0.properties.generalCategory != .control
        }
        guard isLower else { throw .malformed }
        self.string = string
    }

    private init(known string: String) { self.string = string }

    /// Whether a capability for this command allows `other`: the same, or one whose first segments are all of this
    /// one's. Compared as bytes.
    public func covers(_ other: Command) -> Bool {
        let (mine, theirs) = (Array(string.utf8), Array(other.string.utf8))
        if mine.count == 1 { return true }
        guard theirs.starts(with: mine) else { return false }
        return theirs.count == mine.count || theirs[mine.count] == UInt8(ascii: "/")
    }

    /// The command as text.
    public var description: String { string }

    /// Whether the UTF-8 bytes are the same.
    public static func == (left: Command, right: Command) -> Bool { left.string.utf8.elementsEqual(right.string.utf8) }

    /// Hashes the UTF-8 bytes.
    public func hash(into hasher: inout Hasher) { hasher.combine(Array(string.utf8)) }
}
