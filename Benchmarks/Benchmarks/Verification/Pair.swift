import Benchmark
import Glibc

/// Something of ours measured beside what it cannot be faster than, in turns, in one process.
///
/// The figure is the ratio of both: noise of the machine meets both alike. Time is the thread's own, so that what else
/// runs on the machine is left out.
struct Pair {
    /// Ours by the reference, in thousandths.
    static let ratio = BenchmarkMetric.custom("ratio, thousandths", polarity: .prefersSmaller, useScalingFactor: false)
    /// One run of ours, in nanoseconds.
    static let ours = BenchmarkMetric.custom("ours, ns", polarity: .prefersSmaller, useScalingFactor: false)
    /// One run of the reference, in nanoseconds.
    static let reference = BenchmarkMetric.custom("reference, ns", polarity: .prefersSmaller, useScalingFactor: false)

    static var configuration: Benchmark.Configuration {
        Benchmark.Configuration(
            metrics: [ratio, ours, reference], warmupIterations: 3, maxDuration: .seconds(10), maxIterations: 200)
    }

    /// How often each runs before the other has its turn.
    var turns = 50

    func measure<Bare, Own>(
        _ benchmark: Benchmark, reference: () throws -> Bare, ours: () throws -> Own
    ) rethrows {
        for _ in benchmark.scaledIterations {
            let bare = try nanoseconds(reference)
            let own = try nanoseconds(ours)
            benchmark.measurement(Pair.ratio, Int((own / bare * 1_000).rounded()))
            benchmark.measurement(Pair.ours, Int(own.rounded()))
            benchmark.measurement(Pair.reference, Int(bare.rounded()))
        }
    }

    private func nanoseconds<Result>(_ body: () throws -> Result) rethrows -> Double {
        let start = Pair.threadTime()
        for _ in 0..<turns { blackHole(try body()) }
        return Double(Pair.threadTime() - start) / Double(turns)
    }

    /// The processor time of this thread, in nanoseconds.
    private static func threadTime() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}
