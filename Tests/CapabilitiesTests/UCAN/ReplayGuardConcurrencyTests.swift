import Capabilities
import DumpIdentity
import IPLD
import TestSupport
import Testing

/// One guard, used by many tasks at once; `make threads` runs these under the thread sanitizer.
struct ReplayGuardConcurrencyTests {
    private func invocation(_ nonce: [UInt8], expiration: Int64 = testTime + 60) throws -> Invocation {
        try Invocation.sign(
            .profileRead, on: Party.viewer.principal, arguments: Map(), nonce: nonce, expiration: expiration,
            with: Party.viewer.key())
    }

    /// Has 400 tasks use invocations in turn; gives those that were accepted, by their places.
    private func use(
        _ invocations: [Invocation], by memory: ReplayGuard,
        at time: @escaping @Sendable (Int) -> Int64 = { _ in testTime }
    ) async -> [Int] {
        await withTaskGroup(of: Int?.self) { group in
            for task in 0..<400 {
                let place = task % invocations.count
                let invocation = invocations[place]
                group.addTask { (try? memory.use(invocation, at: time(task))).map { place } }
            }
            return await group.reduce(into: [Int]()) { if let win = $1 { $0.append(win) } }.sorted()
        }
    }

    @Test func `of many at the same moment one wins`() async throws {
        let memory = ReplayGuard(capacity: 1_000)
        let invocations = try (0..<4 as Range<UInt8>).map { try invocation([$0]) }
        #expect(await use(invocations, by: memory) == [0, 1, 2, 3])
        #expect(memory.count == 4)
    }

    @Test func `of many with one nonce one wins, whatever else they say`() async throws {
        let memory = ReplayGuard(capacity: 1_000)
        let invocations = try (0..<8 as Range<Int64>).map { try invocation([1], expiration: testTime + 60 + $0) }
        #expect(await use(invocations, by: memory).count == 1)
        #expect(memory.count == 1)
    }

    @Test func `a guard that is nearly full takes as many as there is room for`() async throws {
        let memory = ReplayGuard(capacity: 10)
        let invocations = try (0..<100 as Range<UInt8>).map { try invocation([$0]) }
        let wins = await use(invocations, by: memory)
        #expect(wins.count == 10 && Set(wins).count == 10)
        #expect(memory.count == 10)
        for place in wins {
            #expect(throws: CapabilityError.replayed) { try memory.use(invocations[place], at: testTime) }
        }
    }

    @Test func `while others expire, none is used twice`() async throws {
        let memory = ReplayGuard(capacity: 1_000)
        // The clocks of the tasks differ by up to 100 seconds.
        let invocations = try (0..<20 as Range<Int64>).map {
            try invocation([UInt8($0)], expiration: testTime + 5 * $0)
        }
        let wins = await use(invocations, by: memory) { testTime + Int64($0 * 37 % 100) }
        #expect(Set(wins).count == wins.count)
        // All ended before the last of the clocks, and is either remembered or refused for ever.
        for one in invocations { #expect(throws: CapabilityError.self) { try memory.use(one, at: testTime) } }
    }

    @Test func `a snapshot holds what was used before it, whatever is used meanwhile`() async throws {
        let memory = ReplayGuard(capacity: 1_000)
        let invocations = try (0..<40 as Range<UInt8>).map { try invocation([$0]) }
        let forgotten = try await withThrowingTaskGroup(of: Int.self) { group in
            for one in invocations {
                group.addTask {
                    try memory.use(one, at: testTime)
                    let again = try ReplayGuard(restoring: memory.snapshot(), capacity: 1_000)
                    return try refusal { try again.use(one, at: testTime) } == .replayed ? 0 : 1
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(forgotten == 0)
        #expect(memory.count == 40)
    }
}
