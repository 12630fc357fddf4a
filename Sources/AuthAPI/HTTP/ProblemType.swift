internal import HTTPTypes

/// The types of problems that a node tells. Each stays as it is; all are listed in `docs/problems.md`.
enum ProblemType: String, CaseIterable, Sendable {
    case malformed
    case unauthenticated
    case wrongCredentials = "wrong-credentials"
    case refused
    case notFound = "not-found"
    case methodNotAllowed = "method-not-allowed"
    case conflict
    case keyInUse = "idempotency-key-in-use"
    case answerUnknown = "answer-unknown"
    case preconditionFailed = "precondition-failed"
    case tooLarge = "too-large"
    case unsupportedMediaType = "unsupported-media-type"
    case unacceptable
    case keyReused = "idempotency-key-reused"
    case preconditionRequired = "precondition-required"
    case tooManyAttempts = "too-many-attempts"
    case tooManyRequests = "too-many-requests"
    case failed
    case unreachable
    case busy
    case notReady = "not-ready"
    case unanswered
    case http

    /// What every `type` begins with.
    static let prefix = "urn:dump:problem:"

    /// The value of `type`: a URI.
    var uri: String { ProblemType.prefix + rawValue }

    /// The status of every problem of this type; `nil` where it has that which the HTTP layer gave.
    var status: HTTPResponse.Status? {
        switch self {
        case .malformed: .badRequest
        case .unauthenticated, .wrongCredentials: .unauthorized
        case .refused: .forbidden
        case .notFound: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .conflict, .keyInUse, .answerUnknown: .conflict
        case .preconditionFailed: .preconditionFailed
        case .tooLarge: .contentTooLarge
        case .unsupportedMediaType: .unsupportedMediaType
        case .unacceptable, .keyReused: .unprocessableContent
        case .preconditionRequired: .preconditionRequired
        case .tooManyAttempts, .tooManyRequests: .tooManyRequests
        case .failed: .internalServerError
        case .unreachable: .badGateway
        case .busy, .notReady: .serviceUnavailable
        case .unanswered: .gatewayTimeout
        case .http: nil
        }
    }
}
