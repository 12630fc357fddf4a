internal import HTTPTypes
internal import Hummingbird
internal import Metrics

/// What a node counts of its own work: calls by route, method and class of status. No path, no identifier, no address: the
/// labels are of the program, and so is their number.
final class NodeMetrics: Sendable {
    static let requests = "dump_http_requests_total"
    static let durations = "dump_http_request_duration_seconds"
    static let running = "dump_http_requests_in_flight"

    private static let methods: Set<HTTPRequest.Method> = [.get, .post, .put, .patch, .delete, .options, .head]

    let registry = PrometheusRegistry(help: [
        requests: "Calls that were answered, by route, method and class of status.",
        durations: "How long calls took, by route and method.",
        running: "Calls that are being answered.",
    ])
    private let gauge: Meter

    init() { gauge = Meter(label: NodeMetrics.running, factory: registry) }

    func began() { gauge.increment() }

    func ended(route: String?, method: HTTPRequest.Method, status: Int, nanoseconds: Int64) {
        gauge.decrement()
        let method = NodeMetrics.methods.contains(method) ? method.rawValue : "other"
        // Where there is none, the router gives a word of its own.
        let template = route.flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "none"
        let labels = [("method", method), ("route", template)]
        Counter(
            label: NodeMetrics.requests, dimensions: labels + [("status", "\(status / 100)xx")], factory: registry
        ).increment()
        Metrics.Timer(label: NodeMetrics.durations, dimensions: labels, factory: registry)
            .recordNanoseconds(nanoseconds)
    }
}

/// Counts each call when its answer stands; sending it is not measured.
struct MeasuringMiddleware: RouterMiddleware {
    let metrics: NodeMetrics

    func handle(
        _ request: Request, context: NodeContext, next: (Request, NodeContext) async throws -> Response
    ) async throws -> Response {
        let clock = ContinuousClock()
        let start = clock.now
        metrics.began()
        func end(_ status: Int) {
            let (seconds, attoseconds) = (clock.now - start).components
            metrics.ended(
                route: context.endpointPath, method: request.method, status: status,
                nanoseconds: seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
        }
        do {
            let response = try await next(request, context)
            end(response.status.code)
            return response
        } catch {
            end(500)
            throw error
        }
    }
}
