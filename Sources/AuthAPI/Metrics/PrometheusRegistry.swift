internal import Metrics
internal import Synchronization

/// Collects what a node counts, and writes it in the Prometheus text format 0.0.4.
///
/// A backend of swift-metrics of a node's own: it is not made the process's, so nothing that a library counts comes in,
/// under whatever label. Source: prometheus.io, "Exposition formats", "Text-based format".
final class PrometheusRegistry: MetricsFactory {
    /// The most series; what would be a further one is not counted.
    static let maximumSeries = 1_000
    /// The upper bounds of a duration's buckets, in seconds.
    static let bounds = [0.005, 0.025, 0.1, 0.25, 1, 2.5, 10]

    /// A name and its labels.
    struct Series: Hashable, Comparable, Sendable {
        let name: String
        /// As they are written: `name="value"`, with commas between them.
        let labels: String

        init(_ name: String, _ dimensions: [(String, String)]) {
            self.name = name
            labels = dimensions.map { "\($0.0)=\"\(Series.escaped($0.1))\"" }.joined(separator: ",")
        }

        private static func escaped(_ text: String) -> String {
            text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
        }

        static func < (left: Series, right: Series) -> Bool { (left.name, left.labels) < (right.name, right.labels) }
    }

    private struct State {
        var counters: [Series: PrometheusCounter] = [:]
        var gauges: [Series: PrometheusGauge] = [:]
        var durations: [Series: PrometheusHistogram] = [:]

        var count: Int { counters.count + gauges.count + durations.count }
    }

    /// What each name means, for `# HELP`.
    private let help: [String: String]
    private let state = Mutex(State())

    init(help: [String: String]) { self.help = help }

    // MARK: As a backend

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        let series = Series(label, dimensions)
        return state.withLock { state in
            if let known = state.counters[series] { return known }
            let new = PrometheusCounter()
            if state.count < PrometheusRegistry.maximumSeries { state.counters[series] = new }
            return new
        }
    }

    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        gauge(Series(label, dimensions))
    }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        gauge(Series(label, dimensions))
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        let series = Series(label, dimensions)
        return state.withLock { state in
            if let known = state.durations[series] { return known }
            let new = PrometheusHistogram()
            if state.count < PrometheusRegistry.maximumSeries { state.durations[series] = new }
            return new
        }
    }

    private func gauge(_ series: Series) -> PrometheusGauge {
        state.withLock { state in
            if let known = state.gauges[series] { return known }
            let new = PrometheusGauge()
            if state.count < PrometheusRegistry.maximumSeries { state.gauges[series] = new }
            return new
        }
    }

    // What was counted stays: a counter that went would begin anew.
    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyMeter(_ handler: any MeterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}

    // MARK: Written

    /// The media type of ``text``.
    static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

    /// All series, by name and labels.
    var text: String {
        let (counters, gauges, durations) = state.withLock { ($0.counters, $0.gauges, $0.durations) }
        var lines: [String] = []
        write(counters, "counter", to: &lines) { series, counter in [line(series, "", counter.value)] }
        write(gauges, "gauge", to: &lines) { series, gauge in [line(series, "", gauge.value)] }
        write(durations, "histogram", to: &lines) { series, histogram in
            let (buckets, sum) = histogram.cumulated
            let bounds = PrometheusRegistry.bounds.map { "\($0)" } + ["+Inf"]
            return zip(bounds, buckets).map { bound, count in line(series, "_bucket", count, more: "le=\"\(bound)\"") }
                + [line(series, "_sum", sum), line(series, "_count", buckets.last ?? 0)]
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private func write<Handler>(
        _ all: [Series: Handler], _ type: String, to lines: inout [String], _ body: (Series, Handler) -> [String]
    ) {
        var name = ""
        for (series, handler) in all.sorted(by: { $0.key < $1.key }) {
            if series.name != name {
                name = series.name
                lines.append("# HELP \(name) \(help[name] ?? "")")
                lines.append("# TYPE \(name) \(type)")
            }
            lines += body(series, handler)
        }
    }

    private func line(_ series: Series, _ suffix: String, _ value: some CustomStringConvertible, more: String = "")
        -> String
    {
        let labels = [series.labels, more].filter { !$0.isEmpty }.joined(separator: ",")
        return "\(series.name)\(suffix)\(labels.isEmpty ? "" : "{\(labels)}") \(value)"
    }
}
