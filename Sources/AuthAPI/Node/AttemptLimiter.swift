internal import DumpIdentity

/// Counts guesses of passphrases and recovery codes, per account and per source, and says when there were too many.
///
/// A guess is counted before anything is hashed, and given back where it was right. Accounts are counted by their handle,
/// whether or not they are there. Nothing of it is stored: a node that starts again has seen no guesses.
/// Source: `docs/spec.md`, "HTTP API", "Attempts".
final class AttemptLimiter: Sendable {
    static let perAccount = RatePolicy(name: "account", burst: 10, interval: 60)
    static let perSource = RatePolicy(name: "source", burst: 60, interval: 10)

    private enum Key: Hashable {
        case account(Handle)
        case source(RequestSource)

        var rate: RatePolicy {
            switch self {
            case .account: perAccount
            case .source: perSource
            }
        }
    }

    private let limiter: RateLimiter<Key>

    /// A limiter that remembers at most so many accounts and sources; `clock` gives Unix seconds.
    init(maximumCount: Int = 65_536, clock: @escaping @Sendable () -> Int64) {
        limiter = RateLimiter(maximumCount: maximumCount, clock: clock)
    }

    /// How many accounts and sources are remembered.
    var count: Int { limiter.count }

    /// Counts a guess, which is of an account where one is named.
    ///
    /// - Throws: ``APIError/tooManyAttempts(retryAfter:)``; then nothing was counted.
    func begin(_ handle: Handle?, from source: RequestSource) throws(APIError) {
        let keys: [Key] = (handle.map { [.account($0)] } ?? []) + [.source(source)]
        let wait = limiter.take(keys.map { ($0, $0.rate) })
        if wait > 0 { throw .tooManyAttempts(retryAfter: wait) }
    }

    /// The guess was right: the account has all its guesses again, and the source this one.
    func succeeded(_ handle: Handle?, from source: RequestSource) {
        if let handle { limiter.forgive(.account(handle)) }
        limiter.giveBack(.source(source), AttemptLimiter.perSource)
    }

    /// What a source has left.
    func state(of source: RequestSource) -> RateState {
        limiter.state(of: .source(source), AttemptLimiter.perSource)
    }
}
