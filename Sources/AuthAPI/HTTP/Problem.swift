internal import DumpIdentity
internal import HTTPTypes
internal import Hummingbird
internal import IPLD
internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import PseudonymStore

/// An error as it is told over HTTP: `application/problem+json`. Source: RFC 9457.
///
/// There is no `instance`: the answer's `Request-Id` names the occurrence, and two refusals that are alike have the same
/// body, byte for byte.
struct Problem {
    let type: ProblemType
    let status: HTTPResponse.Status
    let title: String
    let detail: String?
    /// After how many seconds it may be tried again; `nil` where that is not known.
    private var retryAfter: Int64?
    /// The methods that the path has; `nil` where that is not what was asked wrongly.
    private var allow: String?

    /// The one mapping from errors to HTTP.
    init(_ error: APIError) {
        switch error {
        case .malformed(let detail): self.init(.malformed, "The request is malformed", detail)
        case .unacceptable(let detail): self.init(.unacceptable, "The request cannot be accepted", detail)
        case .unsupportedMediaType: self.init(.unsupportedMediaType, "The media type is not supported")
        case .tooLarge(let limit): self.init(.tooLarge, "The body is too large", "at most \(limit) bytes")
        case .unauthenticated: self.init(.unauthenticated, "There is no valid session")
        case .wrongCredentials: self.init(.wrongCredentials, "Handle and passphrase do not belong together")
        case .wrongSecret: self.init(.wrongCredentials, "The passphrase or recovery code is not the right one")
        case .tooManyAttempts(let seconds):
            self.init(
                .tooManyAttempts, "There were too many wrong guesses",
                "the next one may be made in \(seconds) seconds")
            retryAfter = seconds
        case .tooManyRequests(let seconds):
            self.init(
                .tooManyRequests, "There were too many requests", "the next one may be sent in \(seconds) seconds")
            retryAfter = seconds
        case .refused: self.init(.refused, "The capability was not accepted")
        case .notFound: self.init(.notFound, "There is nothing of that name")
        case .moduleNotRun: self.init(.notFound, "There is nothing of that name", "the node does not run this module")
        case .conflict(let detail): self.init(.conflict, "The state of things does not allow it", detail)
        case .preconditionFailed:
            self.init(.preconditionFailed, "It is not as you saw it", "it has another entity tag by now")
        case .preconditionRequired:
            self.init(
                .preconditionRequired, "A precondition is missing", "send If-Match with an entity tag, or with *")
        case .keyReused:
            self.init(.keyReused, "The Idempotency-Key was used for another call", "nothing was done; use another key")
        case .keyInUse: self.init(.keyInUse, "The call is going on", "repeat it later, under the same key")
        case .answerUnknown:
            self.init(
                .answerUnknown, "The call was begun before, and its answer is not known",
                "look at what became of it; it is not done again under this key")
        case .busy: self.init(.busy, "The node has no room for this now", "nothing was done; try later")
        case .notReady: self.init(.notReady, "The node cannot work now")
        case .unreachable: self.init(.unreachable, "Another node could not be reached")
        case .unanswered:
            self.init(.unanswered, "Another node gave no answer", "what was sent may have arrived")
        case .failed: self.init(.failed, "Something failed on this node")
        }
    }

    /// A method that the path does not have; those it has are told.
    init(allowing methods: [String]) {
        self.init(.methodNotAllowed, "The path does not have this method")
        allow = methods.joined(separator: ", ")
    }

    /// A refusal by the HTTP layer itself, such as an unknown path.
    init(status: HTTPResponse.Status) {
        switch status {
        case .notFound: self.init(.notFound)
        case .contentTooLarge: self.init(.tooLarge, "The body is too large")
        default: self.init(.http, status.reasonPhrase, status: status)
        }
    }

    private init(
        _ type: ProblemType, _ title: String, _ detail: String? = nil, status: HTTPResponse.Status? = nil
    ) {
        self.type = type
        self.status = status ?? type.status ?? .internalServerError
        self.title = title
        self.detail = detail
    }

    var response: Response {
        var map = Map()
        map["type"] = .string(type.uri)
        map["title"] = .string(title)
        map["status"] = .int(Int64(status.code))
        map["detail"] = detail.map { .string($0) }
        // A map of strings and one integer always encodes.
        let text = (try? DagJSON.encode(.map(map))) ?? "{}"
        var headers: HTTPFields = [.contentType: "application/problem+json", .cacheControl: "no-store"]
        if status == .unauthorized { headers[.wwwAuthenticate] = "Bearer" }
        if let allow { headers[.allow] = allow }
        if let retryAfter { headers[.retryAfter] = String(retryAfter) }
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}

/// Turns every error of a request into a problem. Errors that are not expected are logged by kind, never by content.
struct ProblemMiddleware<Context: RequestContext>: RouterMiddleware {
    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPParserError {
            // The body does not end as its head says. The server answers with 400 and ends the connection: where a
            // further message would begin, nobody can tell.
            throw error
        } catch let error as any HTTPResponseError {
            return Problem(status: error.status).response
        } catch {
            let mapped = APIError(any: error)
            if mapped == .failed {
                context.logger.error(
                    "An operation failed", metadata: ["error": "\(type(of: error))", "case": "\(failureCode(error))"])
            }
            return Problem(mapped).response
        }
    }

    /// What may be logged of an unexpected error: our own codes, never the text of others.
    private func failureCode(_ error: any Error) -> String {
        switch error {
        case let error as StoreError: error.description
        case let error as IdentityError: error.description
        default: "other"
        }
    }
}
