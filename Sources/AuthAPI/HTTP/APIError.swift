internal import Capabilities
internal import DumpIdentity
internal import IPLD
internal import PseudonymStore

/// Why an operation of the API failed, as its caller is told. The mapping to HTTP stands in `Problem`.
public enum APIError: Error, Equatable, Sendable {
    /// The input is not of the right shape; the text is one of ours.
    case malformed(String)
    /// The input is well-formed and not acceptable; the text is one of ours.
    case unacceptable(String)
    /// The media type of a body is none that is read.
    case unsupportedMediaType
    /// A body is larger than its limit, in bytes.
    case tooLarge(limit: Int)
    /// There is no valid session.
    case unauthenticated
    /// Handle and passphrase do not belong together.
    case wrongCredentials
    /// A passphrase or a recovery code is not the right one.
    case wrongSecret
    /// There were too many wrong guesses; in so many seconds the next may be made.
    case tooManyAttempts(retryAfter: Int64)
    /// There were too many requests for profile fields; in so many seconds the next may be sent.
    case tooManyRequests(retryAfter: Int64)
    /// A capability was not accepted. Why is not told.
    case refused
    /// There is nothing of that name.
    case notFound
    /// The node does not run the module.
    case moduleNotRun
    /// The state of things does not allow it; the text is one of ours.
    case conflict(String)
    /// A thing has another entity tag than those that the caller named.
    case preconditionFailed
    /// The caller named no entity tag where one is needed.
    case preconditionRequired
    /// The `Idempotency-Key` was used for another call.
    case keyReused
    /// The call under this `Idempotency-Key` is going on.
    case keyInUse
    /// The call under this `Idempotency-Key` was begun before, and what it was answered is not known any more.
    case answerUnknown
    /// There is no room for it for now: nothing was done.
    case busy
    /// The node cannot work now.
    case notReady
    /// Another node could not be reached: nothing was sent.
    case unreachable
    /// Another node was reached and did not answer as it should: what was sent may have arrived.
    case unanswered
    /// Something failed here; the cause is in the log.
    case failed
}

extension APIError {
    init(_ error: IPLDError) { self = .malformed(error.description) }

    init(_ error: IdentityError) {
        switch error {
        case .malformed(let cause): self = .malformed(cause.description)
        case .notAnEnvelope, .wrongTag, .invalidSignature: self = .malformed(error.description)
        case .tooLarge, .invalidModuleID, .invalidHandle, .invalidPassphrase, .invalidRecoveryCode, .invalidAddress,
            .unknownField, .duplicateField, .invalidValue, .timeTooFine:
            self = .unacceptable(error.description)
        case .crypto: self = .failed
        }
    }

    init(_ error: StoreError) {
        switch error {
        case .notFound: self = .notFound
        case .alreadyExists: self = .conflict("it exists already")
        case .notPending: self = .conflict("the request is not pending")
        case .replayed, .revoked: self = .refused
        case .busy: self = .busy
        default: self = .failed
        }
    }

    /// Any error as one of these; what is not known here is a failure without details.
    init(any error: any Error) {
        switch error {
        case let error as APIError: self = error
        case let error as IPLDError: self.init(error)
        case let error as IdentityError: self.init(error)
        case let error as StoreError: self.init(error)
        case is CapabilityError: self = .refused
        default: self = .failed
        }
    }
}
