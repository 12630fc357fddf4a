internal import Sodium
internal import Synchronization

/// One breaker per host: who does not answer is left alone for growing times, and no other host feels it.
///
/// A host is what stands before the path: name or address, and port. After ``threshold`` failures in a row its breaker is
/// open, and calls fail at once. When the pause is over one call goes through: if it succeeds all do; if it fails the next
/// pause is twice as long. Nothing of it is stored.
final class HostBreakers: Sendable {
    /// So many failures in a row open a breaker.
    static let threshold = 5
    /// The first and the longest pause, in seconds. Each pause is cut at random by up to a half.
    static let pauses = 1.0...300.0

    private struct Breaker {
        var failures = 0
        /// When the next call may go through; `nil` while it is closed.
        var opening: ContinuousClock.Instant?
        /// Whether that call is under way.
        var isTrying = false
    }

    private let maximumCount: Int
    private let random: RandomSource
    private let clock: @Sendable () -> ContinuousClock.Instant
    private let breakers = Mutex<[String: Breaker]>([:])

    /// Breakers of at most so many hosts; those that answered last have none.
    init(
        maximumCount: Int = 4_096, random: RandomSource = .system,
        clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.maximumCount = maximumCount
        self.random = random
        self.clock = clock
    }

    /// How many hosts failed last.
    var count: Int { breakers.withLock { $0.count } }

    /// Whether a host may be called now. Who may says afterwards how it went.
    func admits(_ host: String) -> Bool {
        let now = clock()
        return breakers.withLock { breakers in
            guard var breaker = breakers[host], let opening = breaker.opening else { return true }
            guard now >= opening, !breaker.isTrying else { return false }
            breaker.isTrying = true
            breakers[host] = breaker
            return true
        }
    }

    /// Notes that a host answered.
    func succeed(_ host: String) { breakers.withLock { _ = $0.removeValue(forKey: host) } }

    /// Notes that a host did not answer as it should.
    func fail(_ host: String) {
        let now = clock()
        let cut = Double(random.number(below: 1 << 16)) / Double(1 << 17)
        breakers.withLock { breakers in
            var breaker = breakers[host] ?? Breaker()
            // Calls that began before it opened say nothing new.
            if breaker.opening != nil, !breaker.isTrying { return }
            breaker.failures += 1
            breaker.isTrying = false
            if breaker.failures >= HostBreakers.threshold {
                let doublings = min(breaker.failures - HostBreakers.threshold, 20)
                let pause = min(HostBreakers.pauses.lowerBound * Double(1 << doublings), HostBreakers.pauses.upperBound)
                breaker.opening = now + .seconds(pause * (1 - cut))
            }
            if breakers[host] == nil, breakers.count >= maximumCount { HostBreakers.forget(&breakers) }
            breakers[host] = breaker
        }
    }

    /// Notes that a call ended without saying anything of the host: its caller went away.
    func abandon(_ host: String) { breakers.withLock { $0[host]?.isTrying = false } }

    /// Makes room: the quarter that failed least. Who fills the table with hosts of one's own cannot push out one that
    /// failed more often.
    private static func forget(_ breakers: inout [String: Breaker]) {
        let kept = breakers.sorted { $0.value.failures > $1.value.failures }.prefix(breakers.count * 3 / 4)
        breakers = Dictionary(uniqueKeysWithValues: kept.map { ($0.key, $0.value) })
    }
}
