internal import Sodium

/// Growing, random pauses between attempts, so that all who were cut off together do not come back together.
struct Backoff: Sendable {
    /// The longest first pause, in seconds.
    static let base = 0.5
    /// The longest pause, in seconds.
    static let maximum = 30.0

    private var failures = 0
    private let random: RandomSource

    init(random: RandomSource) { self.random = random }

    /// Notes a success: the next pause is a short one.
    mutating func succeed() { failures = 0 }

    /// The next pause, in seconds: evenly random up to a bound that doubles with each failure, and never so short that
    /// attempts come at once.
    mutating func next() -> Double {
        let bound = min(Backoff.maximum, Backoff.base * Double(1 << min(failures, 10)))
        failures += 1
        return max(0.05, bound * fraction())
    }

    /// A random number from 0 up to 1.
    func fraction() -> Double { Double(random.number(below: 1 << 24)) / Double(1 << 24) }
}
