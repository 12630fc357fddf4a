/// Why a component's client could not do something.
public enum ComponentError: Error, Equatable, Sendable {
    /// A node answered with another status than 200.
    case status(Int)
    /// An answer is of another media type than was asked for.
    case mediaType
    /// A line or an event of a stream is longer than its limit, in bytes.
    case tooLong(limit: Int)
    /// What a node sent is not of the right shape.
    case malformed
    /// The feed ended.
    case ended
    /// A file could not be read or written.
    case file
}
