internal import DumpIdentity
internal import Synchronization

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

    private let clock: @Sendable () -> Int64
    private let maximumCount: Int
    /// When each key will have all its guesses again, in Unix seconds; a key that has them is forgotten.
    private let debts = Mutex<[Key: Int64]>([:])

    /// A limiter that remembers at most so many accounts and sources; `clock` gives Unix seconds.
    init(maximumCount: Int = 65_536, clock: @escaping @Sendable () -> Int64) {
        self.maximumCount = maximumCount
        self.clock = clock
    }

    /// How many accounts and sources are remembered.
    var count: Int { debts.withLock { $0.count } }

    /// Counts a guess, which is of an account where one is named.
    ///
    /// - Throws: ``APIError/tooManyAttempts(retryAfter:)``; then nothing was counted.
    func begin(_ handle: Handle?, from source: RequestSource) throws(APIError) {
        let now = clock()
        let keys = AttemptLimiter.keys(handle, source)
        let wait = debts.withLock { debts in
            let wait = keys.map { AttemptLimiter.wait($0, debts[$0], now) }.max() ?? 0
            if wait > 0 { return wait }
            if debts.count + keys.count > maximumCount { AttemptLimiter.forget(&debts, now) }
            for key in keys { debts[key] = max(debts[key] ?? now, now) + key.rate.interval }
            return 0
        }
        if wait > 0 { throw .tooManyAttempts(retryAfter: wait) }
    }

    /// The guess was right: the account has all its guesses again, and the source this one.
    func succeeded(_ handle: Handle?, from source: RequestSource) {
        debts.withLock { debts in
            if let handle { debts[.account(handle)] = nil }
            if let debt = debts[.source(source)] { debts[.source(source)] = debt - AttemptLimiter.perSource.interval }
        }
    }

    /// What a source has left.
    func state(of source: RequestSource) -> RateState {
        let now = clock()
        return RateState(
            AttemptLimiter.perSource, fullAt: debts.withLock { $0[.source(source)] ?? now }, now: now)
    }

    private static func keys(_ handle: Handle?, _ source: RequestSource) -> [Key] {
        (handle.map { [.account($0)] } ?? []) + [.source(source)]
    }

    /// How many seconds there are until the next guess; 0 or less where there is one now.
    private static func wait(_ key: Key, _ debt: Int64?, _ now: Int64) -> Int64 {
        max(debt ?? now, now) - now - (key.rate.burst - 1) * key.rate.interval
    }

    /// Forgets who has all guesses again; and where that is not enough, the quarter that is nearest to it: to be forgotten
    /// sooner, somebody would have to make as many other guesses, each of which takes its time.
    private static func forget(_ debts: inout [Key: Int64], _ now: Int64) {
        let owing = debts.filter { $0.value > now }
        guard owing.count * 4 > debts.count * 3 else {
            debts = owing
            return
        }
        let kept = owing.sorted { $0.value > $1.value }.prefix(owing.count * 3 / 4)
        debts = Dictionary(uniqueKeysWithValues: kept.map { ($0.key, $0.value) })
    }
}
