import Benchmark
import Capabilities
import Foundation
import IPLD
import Sodium

/// Many revocations held at once.
final class Held: Sendable {
    /// One look-up, in nanoseconds.
    static let lookUp = BenchmarkMetric.custom("look-up, ns", polarity: .prefersSmaller, useScalingFactor: false)
    /// What one revocation takes of the process's memory, in bytes.
    static let memory = BenchmarkMetric.custom("memory, bytes", polarity: .prefersSmaller, useScalingFactor: false)

    static var configuration: Benchmark.Configuration {
        Benchmark.Configuration(
            metrics: [lookUp, memory], warmupIterations: 3, maxDuration: .seconds(10), maxIterations: 200)
    }

    private let revocations: KnownRevocations
    private let bytesEach: Int
    private let revoker: Principal
    /// What is looked up, half of it revoked.
    private let asked: [CID]

    init(count: Int) throws {
        revoker = try SigningKey.random().principal()
        let before = try Held.allocated()
        var revocations = KnownRevocations()
        for number in 0..<count { revocations.insert(Held.name(number), by: revoker) }
        self.revocations = revocations
        bytesEach = (try Held.allocated() - before) / count
        // As many as do not stay in the processor's caches, each asked for once a round.
        asked = (0..<100_000).map { Held.name($0 % 2 == 0 ? $0 * (count / 100_000) : count + $0) }
    }

    func measure(_ benchmark: Benchmark) {
        for _ in benchmark.scaledIterations {
            let clock = ContinuousClock()
            var found = 0
            let time = clock.measure { for cid in asked where revocations.contains(cid, by: revoker) { found += 1 } }
            precondition(found == asked.count / 2)
            benchmark.measurement(Held.lookUp, Int(time.components.attoseconds / 1_000_000_000) / asked.count)
            benchmark.measurement(Held.memory, bytesEach)
        }
    }

    private static func name(_ number: Int) -> CID { CID.of(dagCBOR: Array("\(number)".utf8)) }

    /// What this process holds in memory, in bytes.
    private static func allocated() throws -> Int {
        let text = try String(contentsOf: URL(filePath: "/proc/self/statm"), encoding: .utf8)
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return pages * sysconf(Int32(_SC_PAGESIZE))
    }
}
