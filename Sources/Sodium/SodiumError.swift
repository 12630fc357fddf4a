/// What the cryptographic layer refuses. No case says why a secret was wrong.
public enum SodiumError: Error, Equatable, Sendable {
    /// libsodium could not be initialised: no source of randomness.
    case unavailable
    /// An input has another length than the primitive takes, in bytes.
    case wrongLength(expected: Int, actual: Int)
    /// A key is not a valid point or scalar.
    case invalidKey
    /// A ciphertext is not authentic under this key: altered, truncated, or sealed to another.
    case notAuthentic
    /// Padding is malformed, or content is larger than its size class.
    case invalidPadding
    /// Memory for a secret or for password hashing could not be had.
    case outOfMemory
    /// A password hashing cost is outside what libsodium takes.
    case invalidCost
}

extension SodiumError: CustomStringConvertible {
    /// The error in words, without input text.
    public var description: String {
        switch self {
        case .unavailable: "the cryptographic library could not be initialised"
        case .wrongLength(let expected, let actual): "expected \(expected) bytes, got \(actual)"
        case .invalidKey: "the key is not valid"
        case .notAuthentic: "the ciphertext is not authentic under this key"
        case .invalidPadding: "the padding is malformed, or the content is too large for it"
        case .outOfMemory: "memory for a secret could not be allocated"
        case .invalidCost: "the password hashing cost is outside the accepted range"
        }
    }
}
