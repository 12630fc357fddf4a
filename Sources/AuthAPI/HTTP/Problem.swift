internal import DumpIdentity
internal import HTTPTypes
internal import Hummingbird
internal import IPLD
internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import PseudonymStore

/// An error as it is told over HTTP: `application/problem+json`. Source: RFC 9457.
struct Problem {
    let status: HTTPResponse.Status
    /// The last part of the problem's `type`, stable.
    let name: String
    let title: String
    let detail: String?
    /// After how many seconds it may be tried again; `nil` where that is not known.
    private var retryAfter: Int64?
    /// The methods that the path has; `nil` where that is not what was asked wrongly.
    private var allow: String?

    /// The one mapping from errors to HTTP.
    init(_ error: APIError) {
        switch error {
        case .malformed(let detail): self.init(.badRequest, "malformed", "The request is malformed", detail)
        case .unacceptable(let detail):
            self.init(.unprocessableContent, "unacceptable", "The request cannot be accepted", detail)
        case .unsupportedMediaType:
            self.init(.unsupportedMediaType, "unsupported-media-type", "The media type is not supported", nil)
        case .tooLarge(let limit):
            self.init(.contentTooLarge, "too-large", "The body is too large", "at most \(limit) bytes")
        case .unauthenticated: self.init(.unauthorized, "unauthenticated", "There is no valid session", nil)
        case .wrongCredentials:
            self.init(.unauthorized, "wrong-credentials", "Handle and passphrase do not belong together", nil)
        case .wrongSecret:
            self.init(.unauthorized, "wrong-credentials", "The passphrase or recovery code is not the right one", nil)
        case .tooManyAttempts(let seconds):
            self.init(
                .tooManyRequests, "too-many-attempts", "There were too many wrong guesses",
                "the next one may be made in \(seconds) seconds")
            retryAfter = seconds
        case .tooManyRequests(let seconds):
            self.init(
                .tooManyRequests, "too-many-requests", "There were too many requests",
                "the next one may be sent in \(seconds) seconds")
            retryAfter = seconds
        case .refused: self.init(.forbidden, "refused", "The capability was not accepted", nil)
        case .notFound: self.init(.notFound, "not-found", "There is nothing of that name", nil)
        case .moduleNotRun:
            self.init(.notFound, "not-found", "There is nothing of that name", "the node does not run this module")
        case .conflict(let detail): self.init(.conflict, "conflict", "The state of things does not allow it", detail)
        case .busy:
            self.init(.serviceUnavailable, "busy", "The node has no room for this now", "nothing was done; try later")
        case .unreachable:
            self.init(.badGateway, "unreachable", "Another node could not be reached", nil)
        case .unanswered:
            self.init(
                .gatewayTimeout, "unanswered", "Another node gave no answer", "what was sent may have arrived")
        case .failed: self.init(.internalServerError, "failed", "Something failed on this node", nil)
        }
    }

    /// A method that the path does not have; those it has are told.
    init(allowing methods: [String]) {
        self.init(.methodNotAllowed, "method-not-allowed", "The path does not have this method", nil)
        allow = methods.joined(separator: ", ")
    }

    /// A refusal by the HTTP layer itself, such as an unknown path.
    init(status: HTTPResponse.Status) {
        switch status {
        case .notFound: self.init(.notFound)
        case .contentTooLarge: self.init(.contentTooLarge, "too-large", "The body is too large", nil)
        default: self.init(status, "http", status.reasonPhrase, nil)
        }
    }

    private init(_ status: HTTPResponse.Status, _ name: String, _ title: String, _ detail: String?) {
        self.status = status
        self.name = name
        self.title = title
        self.detail = detail
    }

    /// The prefix of every problem's `type`.
    static let typePrefix = "urn:dump:problem:"

    var response: Response {
        var map = Map()
        map["type"] = .string(Problem.typePrefix + name)
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
