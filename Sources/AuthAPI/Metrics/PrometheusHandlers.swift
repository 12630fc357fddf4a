internal import Metrics
internal import Synchronization

/// A number that only grows.
final class PrometheusCounter: CounterHandler {
    private let count = Atomic<Int64>(0)

    var value: Int64 { count.load(ordering: .relaxed) }

    func increment(by amount: Int64) { count.wrappingAdd(max(amount, 0), ordering: .relaxed) }

    func reset() { count.store(0, ordering: .relaxed) }
}

/// A number that goes up and down.
final class PrometheusGauge: MeterHandler, RecorderHandler {
    private let number = Mutex(0.0)

    var value: Double { number.withLock { $0 } }

    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { number.withLock { $0 = value } }
    func increment(by amount: Double) { number.withLock { $0 += amount } }
    func decrement(by amount: Double) { number.withLock { $0 -= amount } }
    func record(_ value: Int64) { set(Double(value)) }
    func record(_ value: Double) { set(value) }
}

/// How many durations were how long.
final class PrometheusHistogram: TimerHandler {
    private struct Counts {
        var buckets = [Int64](repeating: 0, count: PrometheusRegistry.bounds.count + 1)
        var sum = 0.0
    }

    private let counts = Mutex(Counts())

    func recordNanoseconds(_ duration: Int64) {
        let seconds = Double(max(duration, 0)) / 1e9
        let bucket = PrometheusRegistry.bounds.firstIndex { seconds <= $0 } ?? PrometheusRegistry.bounds.count
        counts.withLock {
            $0.buckets[bucket] += 1
            $0.sum += seconds
        }
    }

    /// For each bound how many were no longer, all at the end; and their sum in seconds.
    var cumulated: (buckets: [Int64], sum: Double) {
        let counts = counts.withLock { $0 }
        var total: Int64 = 0
        let buckets = counts.buckets.map { count in
            total += count
            return total
        }
        return (buckets, counts.sum)
    }
}
