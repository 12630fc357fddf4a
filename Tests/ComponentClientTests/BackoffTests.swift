import Sodium
import TestSupport
import Testing

@testable import ComponentClient

struct BackoffTests {
    @Test func `pauses grow to a bound, and begin anew after a success`() {
        // The source gives the greatest number each time.
        var backoff = Backoff(random: .fixed(0xff))
        let pauses = (0..<20).map { _ in backoff.next() }
        #expect(zip(pauses, pauses.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(pauses[0] < 0.5)
        #expect(pauses[3] > 3.9)
        #expect(pauses.allSatisfy { $0 < 30 })
        #expect(pauses[19] > 29.9)
        backoff.succeed()
        #expect(backoff.next() == pauses[0])
    }

    @Test func `pauses are random, and never none`() {
        var backoff = Backoff(random: .system)
        for _ in 0..<10 { _ = backoff.next() }
        #expect(Set((0..<10).map { _ in backoff.next() }).count == 10)
        var zero = Backoff(random: .fixed(0))
        #expect(zero.next() > 0)
    }
}
