internal import HTTPTypes
internal import Hummingbird

/// How often something may be done: so many times at once, then once in each interval.
struct RatePolicy: Equatable, Sendable {
    /// What is limited, as its field names it: lower case and hyphens.
    let name: String
    /// So many at once.
    let burst: Int64
    /// The seconds after which there is one more.
    let interval: Int64

    /// In how many seconds all come back.
    var window: Int64 { burst * interval }

    /// The policy as an item of `RateLimit-Policy`.
    var item: String { "\"\(name)\";q=\(burst);w=\(window)" }
}

/// What a caller has left of a policy.
struct RateState: Equatable, Sendable {
    let policy: RatePolicy
    /// How many may be done now.
    let remaining: Int64
    /// The seconds until there are all again.
    let reset: Int64

    /// What is left where all will be there again at a time in Unix seconds.
    init(_ policy: RatePolicy, fullAt debt: Int64, now: Int64) {
        let owed = max(debt - now, 0)
        self.policy = policy
        reset = owed
        remaining = max(0, policy.burst - (owed + policy.interval - 1) / policy.interval)
    }

    /// The state as an item of `RateLimit`.
    var item: String { "\"\(policy.name)\";r=\(remaining);t=\(reset)" }
}

extension HTTPFields {
    /// Tells of limits: which there are, and what is left of those of which the caller may know it.
    /// Source: draft-ietf-httpapi-ratelimit-headers-10, sections 3 and 4.
    mutating func tell(_ policies: [RatePolicy], _ states: [RateState]) {
        self[named: "RateLimit-Policy"] = policies.map(\.item).joined(separator: ", ")
        self[named: "RateLimit"] = states.map(\.item).joined(separator: ", ")
    }
}

/// Tells the limits on guesses and on new accounts with the answers of the calls that count as such, refusals too.
///
/// What is left for a source is its own affair. What is left for an account is not told: who can see it jump back to ten
/// knows that its owner has just come in.
struct RateFieldMiddleware: RouterMiddleware {
    /// The calls in which a passphrase or a recovery code is named.
    private static let guesses: Set<String> = [
        "POST /v1/session", "POST /v1/recovery", "POST /v1/accounts/import", "PUT /v1/account/passphrase",
        "POST /v1/account/recovery-code", "POST /v1/account/export", "POST /v1/account/data", "POST /v1/account/rotate",
        "DELETE /v1/account",
    ]

    /// The calls that make an account.
    private static let making: Set<String> = ["POST /v1/accounts", "POST /v1/accounts/import"]

    let attempts: AttemptLimiter
    let newAccounts: AccountQuota

    func handle(
        _ request: Request, context: NodeContext, next: (Request, NodeContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        let call = "\(request.method.rawValue) \(context.endpointPath ?? "")"
        var (policies, states): ([RatePolicy], [RateState]) = ([], [])
        if RateFieldMiddleware.guesses.contains(call) {
            policies += [AttemptLimiter.perAccount, AttemptLimiter.perSource]
            states.append(attempts.state(of: context.source))
        }
        if RateFieldMiddleware.making.contains(call) {
            policies.append(newAccounts.rate)
            states.append(newAccounts.state(of: context.source))
        }
        if !policies.isEmpty { response.headers.tell(policies, states) }
        return response
    }
}
