import Synchronization
import Testing

@testable import AuthAPI

/// Whose turn it is where many wait.
struct FairQueueTests {
    /// What holds a slot until it is let go.
    private final class Gate: Sendable {
        private let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        func wait() async { for await _ in stream { return } }
        func open() { continuation.finish() }
    }

    private func source(_ number: Int) throws -> RequestSource { try #require(RequestSource("203.0.113.\(number)")) }

    /// Adds waiting operations one by one, so that their order is known.
    private func add(
        _ count: Int, from source: RequestSource, to queue: FairQueue, _ order: Order, in group: inout TaskGroup<Void>
    ) async {
        for _ in 0..<count {
            let before = await queue.waitingCount
            group.addTask { try? await queue.run(source) { order.note(source) } }
            while await queue.waitingCount == before { await Task.yield() }
        }
    }

    private final class Order: Sendable {
        private let sources = Mutex<[RequestSource]>([])
        var noted: [RequestSource] { sources.withLock { $0 } }
        func note(_ source: RequestSource) { sources.withLock { $0.append(source) } }
    }

    @Test func `one that comes after a hundred of another source is served second`() async throws {
        let (flooder, other) = (try source(1), try source(2))
        let (queue, gate, order) = (FairQueue(slots: 1), Gate(), Order())
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await queue.run(flooder) { await gate.wait() } }
            while await queue.runningCount == 0 { await Task.yield() }
            await add(100, from: flooder, to: queue, order, in: &group)
            await add(1, from: other, to: queue, order, in: &group)
            gate.open()
        }
        #expect(order.noted.count == 101)
        #expect(order.noted[..<2] == [flooder, other])
    }

    @Test func `a source that waits with too many is refused, and another is not`() async throws {
        let (flooder, other) = (try source(1), try source(2))
        let (queue, gate, order) = (FairQueue(slots: 1, maximumPerSource: 3), Gate(), Order())
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await queue.run(flooder) { await gate.wait() } }
            while await queue.runningCount == 0 { await Task.yield() }
            await add(3, from: flooder, to: queue, order, in: &group)
            await #expect(throws: APIError.busy) { try await queue.run(flooder) {} }
            await add(1, from: other, to: queue, order, in: &group)
            gate.open()
        }
        #expect(order.noted.filter { $0 == flooder }.count == 3)
        #expect(order.noted.contains(other))
    }

    // Threat: STR-52
    @Test func `where too many wait in all, one of those of which most wait gives way`() async throws {
        let (flooder, other, third) = (try source(1), try source(2), try source(3))
        let (queue, gate, order, refused) = (FairQueue(slots: 1, maximumTotal: 3), Gate(), Order(), Order())
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await queue.run(flooder) { await gate.wait() } }
            while await queue.runningCount == 0 { await Task.yield() }
            await add(3, from: flooder, to: queue, order, in: &group)
            // Both are taken, each in place of one of the flooder's: then nobody has more than another would have.
            for source in [other, third] {
                group.addTask {
                    do { try await queue.run(source) { order.note(source) } } catch { refused.note(source) }
                }
                while await !queue.waitingSources.contains(source), !refused.noted.contains(source) {
                    await Task.yield()
                }
            }
            await #expect(throws: APIError.busy) { try await queue.run(flooder) {} }
            #expect(await queue.waitingCount == 3)
            gate.open()
        }
        #expect(order.noted == [flooder, other, third])
        #expect(await queue.runningCount == 0)
    }

    @Test func `a source runs no more than its share, and others have the rest`() async throws {
        let (flooder, other) = (try source(1), try source(2))
        let (queue, gate, order) = (FairQueue(slots: 2, slotsPerSource: 1), Gate(), Order())
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await queue.run(flooder) { await gate.wait() } }
            while await queue.runningCount == 0 { await Task.yield() }
            group.addTask { try await queue.run(flooder) { order.note(flooder) } }
            while await queue.waitingCount == 0, order.noted.isEmpty { await Task.yield() }
            try await queue.run(other) { order.note(other) }
            #expect(order.noted == [other])
            gate.open()
            try await group.waitForAll()
        }
        #expect(order.noted == [other, flooder])
        #expect(await queue.runningCount == 0)
    }

    /// The most that ran at once.
    private final class Peak: Sendable {
        private let counts = Mutex((now: 0, most: 0))
        var most: Int { counts.withLock { $0.most } }
        func begin() { counts.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) } }
        func end() { counts.withLock { $0.now -= 1 } }
    }

    @Test func `as many run at once as there are slots, and each gives its own back, also where it fails`() async throws
    {
        let queue = FairQueue(slots: 2)
        let peak = Peak()
        let one = try source(1)
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<50 {
                group.addTask {
                    try? await queue.run(one) {
                        peak.begin()
                        defer { peak.end() }
                        await Task.yield()
                        if number.isMultiple(of: 3) { throw APIError.failed }
                    }
                }
            }
        }
        #expect(peak.most <= 2)
        #expect(await queue.runningCount == 0)
        #expect(await queue.waitingCount == 0)
    }
}
