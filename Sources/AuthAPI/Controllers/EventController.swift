internal import DumpIdentity
internal import Hummingbird
internal import IPLD
internal import PseudonymStore
internal import ServiceLifecycle

/// What happens to a person's pseudonyms, as it happens.
struct EventController {
    /// The longest time that one connection lasts, in seconds: behind it the session has to be shown again.
    static let longest: Int64 = 3_600
    /// How long before its end a grant ends soon, in seconds.
    static let soon: Int64 = 24 * 3_600

    let node: Node

    func addRoutes(to router: some RouterMethods<NodeContext>) {
        router.group(context: PersonContext.self).get("/v1/events", use: events)
    }

    @Sendable func events(_ request: Request, context: PersonContext) async throws -> Response {
        let start = try await OwnerAgent(node: node, session: context.session).followEvents()
        let stream = EventStream(
            node: node, session: context.session.identifier, endings: start.endings, began: node.clock())
        // Neither the session nor its keys are kept while the connection is open.
        return Response(
            status: .ok, headers: ServerSentEvent.headers,
            body: ResponseBody { writer in
                try await writer.write(ServerSentEvent.retry(milliseconds: 3_000).bytes)
                try await writer.write(start.snapshot.bytes)
                let ticking = Task { await stream.tick(start.subscription) }
                defer { ticking.cancel() }
                try await withGracefulShutdownHandler {
                    for await event in start.subscription.events { try await writer.write(event.bytes) }
                } onGracefulShutdown: {
                    start.subscription.end()
                }
                try await writer.finish(nil)
            })
    }
}

/// What a connection needs beside what it is told: signs of life, and ends.
struct EventStream: Sendable {
    let node: Node
    /// The name of the stored session.
    let session: [UInt8]
    /// Grants that end soon while the connection is open, the earliest first.
    let endings: [OwnerAgent.Ending]
    let began: Int64

    /// Runs until the connection is ended, or the task is cancelled.
    func tick(_ subscription: EventSubscription) async {
        var told = 0
        while (try? await Task.sleep(for: .seconds(node.configuration.eventInterval))) != nil {
            let now = node.clock()
            // A session may have ended in many ways; that it is gone is seen here, if not told at once.
            let isThere = (try? await node.accounts.session(session)) != nil
            let isOver = now - began >= EventController.longest || !isThere
            while !isOver, told < endings.count, endings[told].time - now <= EventController.soon {
                let ending = OwnerEvent.ending(endings[told].grant, at: endings[told].time)
                told += 1
                if let event = try? ServerSentEvent(ending.name, ending.value) { _ = subscription.send(event) }
            }
            guard !isOver, subscription.send(.heartbeat) else { return subscription.end() }
        }
    }
}
