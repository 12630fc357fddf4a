import Benchmark
import Dispatch
import Foundation

/// The same work on one core and on all of them at once: how much longer each takes where they share.
enum Scaling {
    static let ratio = BenchmarkMetric.custom("ratio, thousandths", polarity: .prefersSmaller, useScalingFactor: false)
    /// How much more is done on all cores than on one, in thousandths.
    static let gain = BenchmarkMetric.custom("gain, thousandths", polarity: .prefersLarger, useScalingFactor: false)

    static var configuration: Benchmark.Configuration {
        Benchmark.Configuration(
            metrics: [ratio, gain], warmupIterations: 2, maxDuration: .seconds(20), maxIterations: 40)
    }

    /// How often the work is done by each task.
    private static let turns = 400

    static func measure(_ benchmark: Benchmark, _ work: @Sendable () -> Void) {
        let cores = ProcessInfo.processInfo.activeProcessorCount
        for _ in benchmark.scaledIterations {
            let one = seconds(threads: 1, work)
            let all = seconds(threads: cores, work)
            benchmark.measurement(ratio, Int((all / one * 1_000).rounded()))
            benchmark.measurement(gain, Int((Double(cores) * one / all * 1_000).rounded()))
        }
    }

    private static func seconds(threads: Int, _ work: @Sendable () -> Void) -> Double {
        let time = ContinuousClock().measure {
            DispatchQueue.concurrentPerform(iterations: threads) { _ in
                for _ in 0..<turns { work() }
            }
        }
        return Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
    }
}
