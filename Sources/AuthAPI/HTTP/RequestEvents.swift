internal import Capabilities
internal import Hummingbird

/// How one request stands, as server-sent events: at once, and when it is answered; then the stream ends. It ends, too,
/// after two minutes, because the session's keys are at hand for as long, and when the node stops. Who still wants to know
/// comes again, as browsers do. Source: HTML Living Standard, "Server-sent events".
struct RequestEvents {
    private static let longest = Duration.seconds(120)
    /// After how many seconds without an event there is a sign of life.
    private static let interval: Int64 = 15
    /// After how many milliseconds who follows comes again.
    private static let retry = 5_000

    let agent: ViewerAgent
    let sent: SentRequest

    var response: Response {
        Response(
            status: .ok, headers: ServerSentEvent.headers,
            body: .init { writer in
                try await writer.write(ServerSentEvent.retry(milliseconds: RequestEvents.retry).bytes)
                try await follow { try await writer.write($0.bytes) }
                try await writer.finish(nil)
            })
    }

    private func follow(_ write: (ServerSentEvent) async throws -> Void) async throws {
        let clock = ContinuousClock()
        let end = clock.now + RequestEvents.longest
        try await write(try await event(of: sent))
        var sent = sent
        while sent.isPending, clock.now < end {
            let start = clock.now
            // The other node may be away for a while: who follows comes again and is told.
            guard let next = try? await agent.find(sent.request.cid, wait: RequestEvents.interval) else { return }
            if !next.isPending { return try await write(try await event(of: next)) }
            // Not held: there was no room, or the node stops.
            if clock.now - start < .seconds(1) { return }
            try await write(.heartbeat)
            sent = next
        }
    }

    private func event(of sent: SentRequest) async throws -> ServerSentEvent {
        try ServerSentEvent("request", try await agent.shown(sent))
    }
}
