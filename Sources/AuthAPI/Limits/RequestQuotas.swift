internal import IPLD

/// How many requests a node takes, so that a flood leaves room for others: of one source, of one viewer's key, and of one
/// source for one mailbox.
///
/// The first two say `too-many-requests` to who sends too much: they tell nothing of mailboxes. What is too much for a
/// mailbox is dropped and answered like all the rest, whether or not there is the mailbox. Source: `docs/spec.md`,
/// "Quotas".
struct RequestQuotas: Sendable {
    /// What is counted.
    enum Key: Hashable {
        case source(RequestSource)
        case viewer(Principal)
        case mailbox(Principal, RequestSource)
    }

    private let source: RatePolicy
    private let viewer: RatePolicy
    private let mailbox: RatePolicy
    private let limiter: RateLimiter<Key>

    /// Quotas; `clock` gives Unix seconds.
    init(_ bursts: RequestBursts, clock: @escaping @Sendable () -> Int64) {
        source = RatePolicy(name: "source", burst: bursts.perSource, interval: 1)
        viewer = RatePolicy(name: "viewer", burst: bursts.perViewer, interval: 180)
        mailbox = RatePolicy(name: "mailbox", burst: bursts.perMailbox, interval: 600)
        limiter = RateLimiter(maximumCount: 262_144, clock: clock)
    }

    /// Counts a request whose sender is not proven yet.
    ///
    /// - Throws: ``APIError/tooManyRequests(retryAfter:)``; then nothing was counted.
    func take(from source: RequestSource) throws(APIError) {
        try limiter.pay(.source(source), self.source)
    }

    /// Counts a request whose viewer is proven.
    ///
    /// - Throws: ``APIError/tooManyRequests(retryAfter:)``; then nothing was counted.
    func take(of viewer: Principal) throws(APIError) { try limiter.pay(.viewer(viewer), self.viewer) }

    /// Whether a mailbox takes one more from a source; where it does, it is counted.
    func mailboxTakes(_ owner: Principal, from source: RequestSource) -> Bool {
        limiter.take([(.mailbox(owner, source), mailbox)]) <= 0
    }
}
