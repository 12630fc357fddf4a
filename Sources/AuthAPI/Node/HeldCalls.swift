internal import DumpIdentity
internal import PseudonymStore
internal import Synchronization

/// Calls that are held until something happens to what they ask about, known by its name alone. In memory: nothing of it
/// is stored, and a node that stops ends them all.
///
/// There are only so many, of one caller and in all. Who finds no room is answered at once. Whether there is anything of
/// that name does not matter: a call about nothing is held like one about what waits.
final class HeldCalls: Sendable {
    /// Who has a call held.
    enum Caller: Hashable {
        case source(RequestSource)
        case account(Handle)
    }

    /// The most calls of one caller, and of all.
    static let perCaller = 64
    static let total = 1_024

    private let perCaller: Int
    private let total: Int
    private let state = Mutex(State())

    private struct State {
        var held: [[UInt8]: [Int: AsyncStream<Void>.Continuation]] = [:]
        var counts: [Caller: Int] = [:]
        var count = 0
        var next = 0
        var isClosed = false
    }

    init(perCaller: Int = HeldCalls.perCaller, total: Int = HeldCalls.total) {
        self.perCaller = perCaller
        self.total = total
    }

    /// How many calls are held.
    var count: Int { state.withLock { $0.count } }

    /// A place for a call; `nil` where there is no room, or the node is stopping. What happens from now on is not missed.
    func hold(_ name: [UInt8], for caller: Caller) -> Held? {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let number: Int? = state.withLock { state in
            guard !state.isClosed, state.count < total, state.counts[caller, default: 0] < perCaller else { return nil }
            state.counts[caller, default: 0] += 1
            state.count += 1
            state.next += 1
            state.held[name, default: [:]][state.next] = continuation
            return state.next
        }
        return number.map { Held(calls: self, name: name, caller: caller, number: $0, stream: stream) }
    }

    /// Ends the calls about a name.
    func wake(_ name: [UInt8]) {
        let held = state.withLock { $0.held[name]?.values.map { $0 } ?? [] }
        for continuation in held { continuation.yield() }
    }

    /// Ends all calls, and holds none any more.
    func close() {
        let held = state.withLock { state in
            state.isClosed = true
            return state.held.values.flatMap(\.values)
        }
        for continuation in held { continuation.finish() }
    }

    fileprivate func release(_ name: [UInt8], _ caller: Caller, _ number: Int) {
        state.withLock { state in
            guard state.held[name]?.removeValue(forKey: number) != nil else { return }
            if state.held[name]?.isEmpty == true { state.held[name] = nil }
            state.count -= 1
            let left = state.counts[caller, default: 1] - 1
            state.counts[caller] = left == 0 ? nil : left
        }
    }

    /// A call that is held. Who made it releases it.
    struct Held: Sendable {
        fileprivate let calls: HeldCalls
        fileprivate let name: [UInt8]
        fileprivate let caller: Caller
        fileprivate let number: Int
        fileprivate let stream: AsyncStream<Void>

        /// Waits until something happens, but no longer than to a time.
        func wait(until end: ContinuousClock.Instant) async {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { [stream] in for await _ in stream { return } }
                group.addTask { try? await ContinuousClock().sleep(until: end) }
                await group.next()
                group.cancelAll()
            }
        }

        /// Gives the place back.
        func release() { calls.release(name, caller, number) }
    }
}

extension RequestName {
    /// The name under which calls about a request are held: each caller's own. The call of somebody who is not its viewer
    /// must not end when it is decided.
    var held: [UInt8] { identifier + viewerTag }
}
