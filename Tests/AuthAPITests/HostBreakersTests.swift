import Synchronization
import TestSupport
import Testing

@testable import AuthAPI

/// A host that does not answer is left alone for growing times, and no other host feels it. Threat: STR-94
struct HostBreakersTests {
    /// A clock that tests set.
    private final class Hands: Sendable {
        private let start = ContinuousClock.now
        private let passed = Mutex(Duration.zero)

        var now: ContinuousClock.Instant { start + passed.withLock { $0 } }

        func pass(milliseconds: Int) { passed.withLock { $0 += .milliseconds(milliseconds) } }
    }

    private let hands = Hands()

    /// Breakers whose pauses are not cut.
    private func breakers(_ maximumCount: Int = 4_096, cut: UInt8 = 0) -> HostBreakers {
        let hands = hands
        return HostBreakers(
            maximumCount: maximumCount, random: .fixed(cut),
            clock: { hands.now })
    }

    private func fail(_ breakers: HostBreakers, _ host: String = "a", times: Int = HostBreakers.threshold) {
        for _ in 1...times { breakers.fail(host) }
    }

    @Test func `a breaker opens after five failures in a row`() {
        let breakers = breakers()
        fail(breakers, times: 4)
        #expect(breakers.admits("a"))
        breakers.fail("a")
        #expect(!breakers.admits("a"))
    }

    @Test func `an answer in between begins the count anew`() {
        let breakers = breakers()
        fail(breakers, times: 4)
        breakers.succeed("a")
        fail(breakers, times: 4)
        #expect(breakers.admits("a"))
    }

    @Test func `one host's failures open no other's`() {
        let breakers = breakers()
        fail(breakers, times: 100)
        #expect(breakers.admits("b"))
    }

    @Test func `after the pause one call goes through, and no second beside it`() {
        let breakers = breakers()
        fail(breakers)
        hands.pass(milliseconds: 990)
        #expect(!breakers.admits("a"))
        hands.pass(milliseconds: 10)
        #expect(breakers.admits("a"))
        #expect(!breakers.admits("a"))
    }

    @Test func `all go through when that call is answered`() {
        let breakers = breakers()
        fail(breakers)
        hands.pass(milliseconds: 1_000)
        #expect(breakers.admits("a"))
        breakers.succeed("a")
        #expect(breakers.admits("a"))
        #expect(breakers.admits("a"))
        #expect(breakers.count == 0)
    }

    @Test func `each failed try doubles the pause, up to five minutes`() {
        let breakers = breakers()
        fail(breakers)
        for pause in [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300] {
            hands.pass(milliseconds: pause * 1_000 - 1)
            #expect(!breakers.admits("a"))
            hands.pass(milliseconds: 1)
            #expect(breakers.admits("a"))
            breakers.fail("a")
        }
    }

    @Test func `chance cuts a pause by a half at most`() {
        let breakers = breakers(cut: 0xff)
        fail(breakers)
        hands.pass(milliseconds: 490)
        #expect(!breakers.admits("a"))
        hands.pass(milliseconds: 20)
        #expect(breakers.admits("a"))
    }

    @Test func `calls that end after it opened do not make the pause longer`() {
        let breakers = breakers()
        fail(breakers, times: 50)
        hands.pass(milliseconds: 1_000)
        #expect(breakers.admits("a"))
    }

    @Test func `a try that was given up lets the next one through`() {
        let breakers = breakers()
        fail(breakers)
        hands.pass(milliseconds: 1_000)
        #expect(breakers.admits("a"))
        breakers.abandon("a")
        #expect(breakers.admits("a"))
    }

    @Test func `the table is bounded, and who fills it does not close another's breaker`() {
        let breakers = breakers(8)
        fail(breakers)
        for number in 1...1_000 { breakers.fail("flood \(number)") }
        #expect(breakers.count <= 8)
        #expect(!breakers.admits("a"))
    }
}
