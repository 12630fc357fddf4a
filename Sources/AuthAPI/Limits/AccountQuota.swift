/// How many accounts a source may make, so that nobody fills a node with them, nor learns by trying which handles are
/// taken: one that is taken counts like another. Nothing of it is stored.
/// Source: `docs/spec.md`, "HTTP API", "New accounts".
final class AccountQuota: Sendable {
    /// So many at once, then one in ten minutes.
    let rate: RatePolicy
    private let limiter: RateLimiter<RequestSource>

    /// A quota of so many at once; `clock` gives Unix seconds.
    init(burst: Int64, clock: @escaping @Sendable () -> Int64) {
        rate = RatePolicy(name: "accounts", burst: burst, interval: 600)
        limiter = RateLimiter(clock: clock)
    }

    /// Counts an account that is to be made.
    ///
    /// - Throws: ``APIError/tooManyRequests(retryAfter:)``; then nothing was counted.
    func take(from source: RequestSource) throws(APIError) { try limiter.pay(source, rate) }

    /// What a source has left.
    func state(of source: RequestSource) -> RateState { limiter.state(of: source, rate) }
}
