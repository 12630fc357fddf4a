public import DumpIdentity
internal import IPLD
internal import Sodium

/// Why a capability was not accepted. The first eight have the names of the official UCAN 1.0 fixtures.
public enum CapabilityError: Error, Equatable, Sendable {
    /// The claims do not make a capability: no proof, a root without a subject, a command that is not covered.
    case invalidClaim
    /// A proof is named but was not provided.
    case unavailableProof
    /// A delegation, an invocation or a status list is no longer valid.
    case expired
    /// A delegation is not valid yet.
    case tooEarly
    /// A delegation is for another principal than the one that uses it, or an invocation for another executor.
    case invalidAudience
    /// A delegation is about another subject than the invocation.
    case invalidSubject
    /// A signature does not belong to the bytes and their issuer.
    case invalidSignature
    /// The arguments, or a field asked for, are outside the policy.
    case matchError
    /// Bytes are not what they should be.
    case malformed
    /// A delegation of the chain was revoked.
    case revoked
    /// The invocation was seen before.
    case replayed
    /// Whether the grant was revoked cannot be told: no list, a foreign list, or an index outside it.
    case statusUnavailable
    /// Something is larger, longer or costlier than allowed.
    case limitExceeded

    /// The name of the error as the official fixtures and the API write it.
    public var name: String {
        switch self {
        case .invalidClaim: "InvalidClaim"
        case .unavailableProof: "UnavailableProof"
        case .expired: "Expired"
        case .tooEarly: "TooEarly"
        case .invalidAudience: "InvalidAudience"
        case .invalidSubject: "InvalidSubject"
        case .invalidSignature: "InvalidSignature"
        case .matchError: "MatchError"
        case .malformed: "Malformed"
        case .revoked: "Revoked"
        case .replayed: "Replayed"
        case .statusUnavailable: "StatusUnavailable"
        case .limitExceeded: "LimitExceeded"
        }
    }
}

extension CapabilityError: CustomStringConvertible {
    /// The error in words, without input text.
    public var description: String {
        switch self {
        case .invalidClaim: "the claims do not make a capability"
        case .unavailableProof: "a proof is missing"
        case .expired: "it is no longer valid"
        case .tooEarly: "it is not valid yet"
        case .invalidAudience: "it is for another principal"
        case .invalidSubject: "it is about another subject"
        case .invalidSignature: "a signature does not belong to these bytes and their issuer"
        case .matchError: "it is outside what was granted"
        case .malformed: "the bytes are not what they should be"
        case .revoked: "it was revoked"
        case .replayed: "it was used before"
        case .statusUnavailable: "it cannot be told whether it was revoked"
        case .limitExceeded: "it is larger or costlier than allowed"
        }
    }
}

extension CapabilityError {
    /// What a lower module's refusal means here: a wrong signature stays one, all else is malformed.
    public init(_ error: IdentityError) {
        switch error {
        case .invalidSignature: self = .invalidSignature
        case .tooLarge, .malformed(.tooManyItems): self = .limitExceeded
        default: self = .malformed
        }
    }
}

/// Runs what throws a lower module's error, and gives it as this module's.
func usingIdentity<Result: ~Copyable>(_ body: () throws(IdentityError) -> Result) throws(CapabilityError) -> Result {
    do { return try body() } catch { throw CapabilityError(error) }
}

/// Runs what reads or writes IPLD; any failure means that the bytes are malformed.
func readingIPLD<Result: ~Copyable>(_ body: () throws(IPLDError) -> Result) throws(CapabilityError) -> Result {
    do { return try body() } catch { throw .malformed }
}

/// Runs a cryptographic operation on data of others; any failure means that the data are malformed.
func usingSodium<Result: ~Copyable>(_ body: () throws(SodiumError) -> Result) throws(CapabilityError) -> Result {
    do { return try body() } catch { throw .malformed }
}
