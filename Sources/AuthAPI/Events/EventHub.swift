internal import IPLD
internal import PseudonymStore
internal import Synchronization

/// Tells owners who are connected what happens to their pseudonyms.
///
/// Everything is in memory, and only for as long as a connection is open: then its owner is present. No account is named, no
/// key of the owner's is kept; but that these pseudonyms belong together is in memory for that time. Source:
/// `docs/spec.md`, "HTTP API", "Events"; what follows is in the threat model.
final class EventHub: Sendable {
    struct Limits: Sendable {
        /// The most connections.
        var all = 1_024
        /// The most connections of one account.
        var perAccount = 4
        /// The most events that wait for one connection; with more it is cut off, and comes back.
        var waiting = 256
    }

    private struct Subscriber {
        let session: [UInt8]
        var pseudonyms: Set<Principal>
        var blocked: Set<Block.Subject>
        let continuation: AsyncStream<ServerSentEvent>.Continuation
    }

    private struct State {
        var subscribers: [Int: Subscriber] = [:]
        /// Which subscribers a pseudonym has.
        var names: [Principal: Set<Int>] = [:]
        var next = 0
        var isClosed = false

        mutating func remove(_ name: Int) {
            guard let subscriber = subscribers.removeValue(forKey: name) else { return }
            subscriber.continuation.finish()
            for pseudonym in subscriber.pseudonyms {
                names[pseudonym]?.remove(name)
                if names[pseudonym]?.isEmpty ?? false { names[pseudonym] = nil }
            }
        }

        /// The subscribers of one account: those of a session, and those who share a pseudonym.
        func subscribers(of pseudonyms: Set<Principal>, session: [UInt8]) -> Set<Int> {
            var found = Set(subscribers.filter { $0.value.session == session }.keys)
            for pseudonym in pseudonyms { found.formUnion(names[pseudonym] ?? []) }
            return found
        }
    }

    let limits: Limits
    private let state = Mutex(State())

    init(limits: Limits = Limits()) { self.limits = limits }

    /// Whether anybody is connected.
    var isFollowed: Bool { state.withLock { !$0.subscribers.isEmpty } }

    // MARK: Following

    /// Follows what happens to some pseudonyms, in a session, but for requests of those who are blocked.
    ///
    /// - Throws: ``APIError/busy`` where there are too many connections.
    func follow(
        _ pseudonyms: Set<Principal>, session: [UInt8], blocked: Set<Block.Subject>
    ) throws(APIError) -> EventSubscription {
        let (events, continuation) = AsyncStream.makeStream(
            of: ServerSentEvent.self, bufferingPolicy: .bufferingOldest(limits.waiting))
        let name: Int? = state.withLock { state in
            guard !state.isClosed, state.subscribers.count < limits.all,
                state.subscribers(of: pseudonyms, session: session).count < limits.perAccount
            else { return nil }
            let name = state.next
            state.next += 1
            state.subscribers[name] = Subscriber(
                session: session, pseudonyms: pseudonyms, blocked: blocked, continuation: continuation)
            for pseudonym in pseudonyms { state.names[pseudonym, default: []].insert(name) }
            return name
        }
        guard let name else { throw .busy }
        return EventSubscription(events: events, continuation: continuation) { [weak self] in self?.leave(name) }
    }

    private func leave(_ name: Int) { state.withLock { $0.remove(name) } }

    /// A pseudonym came to an account, which has these.
    func add(_ pseudonym: Principal, beside others: Set<Principal>, session: [UInt8]) {
        state.withLock { state in
            for name in state.subscribers(of: others, session: session) {
                state.subscribers[name]?.pseudonyms.insert(pseudonym)
                state.names[pseudonym, default: []].insert(name)
            }
        }
    }

    /// The owner of these pseudonyms blocks others than before.
    func set(blocked: Set<Block.Subject>, of pseudonyms: Set<Principal>, session: [UInt8]) {
        state.withLock { state in
            for name in state.subscribers(of: pseudonyms, session: session) {
                state.subscribers[name]?.blocked = blocked
            }
        }
    }

    /// Ends what was followed in some sessions.
    func end(sessions: [[UInt8]]) {
        state.withLock { state in
            for (name, subscriber) in state.subscribers where sessions.contains(subscriber.session) {
                state.remove(name)
            }
        }
    }

    // MARK: Telling

    /// Tells the owner of a pseudonym, if connected.
    func tell(_ event: OwnerEvent, to pseudonym: Principal) {
        state.withLock { state in
            guard let names = state.names[pseudonym], let sent = try? ServerSentEvent(event.name, event.value) else {
                return
            }
            for name in names {
                guard let subscriber = state.subscribers[name], !event.isBlocked(by: subscriber.blocked) else {
                    continue
                }
                if case .enqueued = subscriber.continuation.yield(sent) { continue }
                state.remove(name)
            }
        }
    }
}

extension OwnerEvent {
    fileprivate func isBlocked(by subjects: Set<Block.Subject>) -> Bool {
        guard case .request(_, let viewer, let origin) = self else { return false }
        return subjects.contains(.viewer(viewer)) || subjects.contains(.origin(origin))
    }
}

/// One connection's place in the hub, which is free again when this goes, however the connection ended.
final class EventSubscription: Sendable {
    /// What happens; it ends where the connection is to be ended.
    let events: AsyncStream<ServerSentEvent>
    private let continuation: AsyncStream<ServerSentEvent>.Continuation
    private let leave: @Sendable () -> Void

    init(
        events: AsyncStream<ServerSentEvent>, continuation: AsyncStream<ServerSentEvent>.Continuation,
        leave: @escaping @Sendable () -> Void
    ) {
        self.events = events
        self.continuation = continuation
        self.leave = leave
    }

    /// Sends something to this connection alone, and says whether there was room.
    func send(_ event: ServerSentEvent) -> Bool {
        if case .enqueued = continuation.yield(event) { true } else { false }
    }

    /// Ends the stream.
    func end() { leave() }

    deinit { leave() }
}
