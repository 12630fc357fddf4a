import Synchronization
import Testing

@testable import AuthAPI

struct RateLimiterTests {
    private let rate = RatePolicy(name: "x", burst: 3, interval: 10)

    @Test func `a burst is allowed at once, then one in each interval`() {
        let clock = TestClock()
        let limiter = RateLimiter<String>(clock: { clock.time })
        let waits = (0..<4).map { _ in limiter.take([("a", rate)]) }
        #expect(waits == [0, 0, 0, 10])
        clock.advance(by: 9)
        #expect(limiter.take([("a", rate)]) == 1)
        clock.advance(by: 1)
        #expect(limiter.take([("a", rate)]) == 0)
        #expect(limiter.take([("a", rate)]) == 10)
    }

    @Test func `where one key refuses, none is counted`() {
        let clock = TestClock()
        let limiter = RateLimiter<String>(clock: { clock.time })
        let one = RatePolicy(name: "x", burst: 1, interval: 10)
        #expect(limiter.take([("a", one)]) == 0)
        for _ in 0..<5 { #expect(limiter.take([("a", one), ("b", rate)]) == 10) }
        #expect((0..<3).map { _ in limiter.take([("b", rate)]) } == [0, 0, 0])
    }

    @Test func `no more keys are remembered than there is room for, and who owes most is remembered`() {
        let clock = TestClock()
        let limiter = RateLimiter<Int>(maximumCount: 100, clock: { clock.time })
        for _ in 0..<3 { _ = limiter.take([(-1, rate)]) }
        for key in 0..<1_000 {
            _ = limiter.take([(key, rate)])
            #expect(limiter.count <= 101)
        }
        #expect(limiter.take([(-1, rate)]) > 0)
    }

    @Test func `a key that has its whole burst again is forgotten`() {
        let clock = TestClock()
        let limiter = RateLimiter<Int>(maximumCount: 4, clock: { clock.time })
        for key in 0..<4 { _ = limiter.take([(key, rate)]) }
        clock.advance(by: 100)
        _ = limiter.take([(9, rate)])
        #expect(limiter.count == 1)
    }
}
