internal import IPLD

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
    /// Give a grant back.
    public static let profileReturn = Command(known: "/profile/return")
    /// Read granted profile fields.
    public static let profileRead = Command(known: "/profile/read")
    /// Read a module's log from a node.
    public static let modulePull = Command(known: "/module/pull")
    /// Ask the node of a grant whether it counts.
    public static let tokenIntrospect = Command(known: "/token/introspect")
    /// Revoke a delegation.
    public static let revoke = Command(known: "/ucan/revoke")

    /// Reads a command of at most 256 bytes.
    ///
    /// - Throws: ``CapabilityError/malformed`` for an empty segment, a final `/` (but `/` itself), upper case, white
    ///   space or control characters.
    public init(_ string: String) throws(CapabilityError) { try self.init(utf8: Array(string.utf8)[...]) }

    /// Reads a command from its bytes; throws as `init(_:)` does, and for what is not UTF-8.
    init(utf8 bytes: ArraySlice<UInt8>) throws(CapabilityError) {
        let slash = UInt8(ascii: "/")
        guard bytes.first == slash, bytes.count <= 256, bytes.count == 1 || bytes.last != slash else {
            throw .malformed
        }
        var (previous, isPlain): (UInt8, Bool) = (0, true)
        for byte in bytes {
            guard byte != slash || previous != slash else { throw .malformed }
            if byte < 0x21 || byte > 0x7e || (0x41...0x5a).contains(byte) { isPlain = false }
            previous = byte
        }
        guard let text = try? UTF8Span(validating: bytes.span) else { throw .malformed }
        let string = String(copying: text)
        // Only what is not plain ASCII needs Unicode's tables.
        guard isPlain || string.unicodeScalars.allSatisfy(Command.isLower) else { throw .malformed }
        self.string = string
    }

    private static func isLower(_ scalar: Unicode.Scalar) -> Bool {
        let properties = scalar.properties
        return !properties.isUppercase && !properties.changesWhenLowercased && !properties.isWhitespace
            && properties.generalCategory != .control
    }

    private init(known string: String) { self.string = string }

    /// Whether a capability for this command allows `other`: the same, or one whose first segments are all of this
    /// one's. Compared as bytes.
    public func covers(_ other: Command) -> Bool {
        let (mine, theirs) = (string.utf8Span.span, other.string.utf8Span.span)
        if mine.count == 1 { return true }
        guard theirs.count >= mine.count else { return false }
        for index in mine.indices where mine[index] != theirs[index] { return false }
        return theirs.count == mine.count || theirs[mine.count] == UInt8(ascii: "/")
    }

    /// The command as text.
    public var description: String { string }

    /// Whether the UTF-8 bytes are the same.
    public static func == (left: Command, right: Command) -> Bool { left.string.hasSameBytes(as: right.string) }

    /// Hashes the UTF-8 bytes.
    public func hash(into hasher: inout Hasher) { hasher.combine(Array(string.utf8)) }
}
