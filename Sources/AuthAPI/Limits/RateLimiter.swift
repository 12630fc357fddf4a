internal import Synchronization

/// Counts what is done under keys, each at its own rate, and says when there was too much.
///
/// What is kept of a key is the time at which it will have all its burst again; a key that has it is forgotten. Nothing is
/// stored: a process that starts again has counted nothing. Source: ITU-T I.371, "generic cell rate algorithm".
final class RateLimiter<Key: Hashable & Sendable>: Sendable {
    private let clock: @Sendable () -> Int64
    private let maximumCount: Int
    private let debts = Mutex<[Key: Int64]>([:])

    /// A limiter that remembers at most so many keys; `clock` gives Unix seconds.
    init(maximumCount: Int = 65_536, clock: @escaping @Sendable () -> Int64) {
        self.maximumCount = maximumCount
        self.clock = clock
    }

    /// How many keys are remembered.
    var count: Int { debts.withLock { $0.count } }

    /// Counts one more under all of the keys, or under none of them.
    ///
    /// - Returns: how many seconds there are until all of them allow it; 0 where it was counted.
    func take(_ keys: [(key: Key, rate: RatePolicy)]) -> Int64 {
        let now = clock()
        return debts.withLock { debts in
            let wait = keys.map { RateLimiter.wait($0.rate, debts[$0.key], now) }.max() ?? 0
            if wait > 0 { return wait }
            if debts.count + keys.count > maximumCount { RateLimiter.forget(&debts, now) }
            for (key, rate) in keys { debts[key] = max(debts[key] ?? now, now) + rate.interval }
            return 0
        }
    }

    /// Counts one more under a key.
    ///
    /// - Throws: ``APIError/tooManyRequests(retryAfter:)``; then nothing was counted.
    func pay(_ key: Key, _ rate: RatePolicy) throws(APIError) {
        let wait = take([(key, rate)])
        if wait > 0 { throw .tooManyRequests(retryAfter: wait) }
    }

    /// What a key has left.
    func state(of key: Key, _ rate: RatePolicy) -> RateState {
        let now = clock()
        return RateState(rate, fullAt: debts.withLock { max($0[key] ?? now, now) }, now: now)
    }

    /// Gives a key one back that was counted.
    func giveBack(_ key: Key, _ rate: RatePolicy) {
        debts.withLock { debts in
            if let debt = debts[key] { debts[key] = debt - rate.interval }
        }
    }

    /// Gives a key all of its burst again.
    func forgive(_ key: Key) { debts.withLock { $0[key] = nil } }

    /// How many seconds there are until the next one; 0 or less where it may be done now.
    private static func wait(_ rate: RatePolicy, _ debt: Int64?, _ now: Int64) -> Int64 {
        max(debt ?? now, now) - now - (rate.burst - 1) * rate.interval
    }

    /// Forgets who has all of the burst again; and where that is not enough, the quarter that is nearest to it: to be
    /// forgotten sooner, somebody would have to do as much under other keys.
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
