public import IPLD
public import Sodium

/// What this module refuses. Cases carry sizes and names of our own fields, never input text.
public enum IdentityError: Error, Equatable, Sendable {
    /// Bytes are not the encoding that they should be.
    case malformed(IPLDError)
    /// A signed thing has another shape than `[signature, {h: varsig, tag: payload}]`.
    case notAnEnvelope
    /// A signed thing is of another kind than expected.
    case wrongTag(expected: String)
    /// The signature is not one of the issuer over these bytes.
    case invalidSignature
    /// Something is longer than its limit, in bytes.
    case tooLarge(what: String, limit: Int)
    /// A module id is not a reverse domain name.
    case invalidModuleID
    /// A handle is not 2 to 32 lower-case letters, digits, `-` or `_`, beginning with a letter.
    case invalidHandle
    /// A passphrase is shorter than the least length or longer than 1,024, in bytes of UTF-8.
    case invalidPassphrase(minimum: Int)
    /// A recovery code has another shape; or, where it was mistyped, the right one and check digits that do not fit.
    case invalidRecoveryCode(isMistyped: Bool)
    /// An address is not an absolute `http` or `https` URL without user, query or fragment.
    case invalidAddress
    /// A profile has no field of that name.
    case unknownField
    /// A field is named twice.
    case duplicateField
    /// A value does not fit its profile field; `reason` is one of ours.
    case invalidValue(field: ProfileField, reason: String)
    /// A time that must be the start of a UTC day is not.
    case timeTooFine
    /// A cryptographic operation failed.
    case crypto(SodiumError)
}

extension IdentityError: CustomStringConvertible {
    /// The error in words, without input text.
    public var description: String {
        switch self {
        case .malformed(let error): "malformed: \(error)"
        case .notAnEnvelope: "not a signed envelope"
        case .wrongTag(let expected): "signed, but not a \(expected)"
        case .invalidSignature: "the signature does not belong to these bytes and their issuer"
        case .tooLarge(let what, let limit): "\(what) is larger than \(limit) bytes"
        case .invalidModuleID: "a module id is a reverse domain name in lower case, such as org.dump.market"
        case .invalidHandle:
            "a handle has 2 to 32 lower-case letters, digits, '-' or '_', and begins with a letter"
        case .invalidPassphrase(let minimum): "a passphrase has \(minimum) to 1024 bytes of UTF-8"
        case .invalidRecoveryCode(isMistyped: true):
            "the recovery code was mistyped: its check digits do not fit the rest"
        case .invalidRecoveryCode(isMistyped: false):
            "a recovery code is 26 letters and digits and two check digits, in 7 groups of 4"
        case .invalidAddress: "an address is an absolute http or https URL without user, query or fragment"
        case .unknownField: "unknown profile field; there are: \(ProfileField.allNames)"
        case .duplicateField: "a profile field is named twice"
        case .invalidValue(let field, let reason): "\(field.rawValue): \(reason)"
        case .timeTooFine: "the time is finer than a day"
        case .crypto(let error): "\(error)"
        }
    }
}

/// Runs what throws a lower module's error, and gives it as this module's.
func readingIPLD<Result: ~Copyable>(_ body: () throws(IPLDError) -> Result) throws(IdentityError) -> Result {
    do { return try body() } catch { throw .malformed(error) }
}

/// Runs what throws a cryptographic error, and gives it as this module's.
func usingSodium<Result: ~Copyable>(_ body: () throws(SodiumError) -> Result) throws(IdentityError) -> Result {
    do { return try body() } catch { throw .crypto(error) }
}
