/// Lets so many operations run at once. Those that wait take turns by where they come from: one source's many keep
/// another's few from nothing but the operations that run already. Where too many wait, those of which most wait go first.
///
/// An actor, because what it protects suspends. Source: Nagle, "On packet switches with infinite storage" (RFC 970).
actor FairQueue {
    private let slots: Int
    private let maximumPerSource: Int
    private let maximumTotal: Int
    private var running = 0
    private var total = 0
    private var waiting: [RequestSource: [CheckedContinuation<Bool, Never>]] = [:]
    /// The sources that wait; the first has the next turn.
    private var turns: [RequestSource] = []

    /// A queue of `slots` operations at once, and of so many that wait at most, of one source and in all.
    init(slots: Int = 4, maximumPerSource: Int = 256, maximumTotal: Int = 4_096) {
        self.slots = slots
        self.maximumPerSource = maximumPerSource
        self.maximumTotal = maximumTotal
    }

    /// How many wait.
    var waitingCount: Int { total }

    /// Of whom some wait; the first has the next turn.
    var waitingSources: [RequestSource] { turns }

    /// How many run.
    var runningCount: Int { running }

    /// Runs `body` when it is the source's turn.
    ///
    /// - Throws: ``APIError/busy`` where too many wait already, and what `body` throws.
    nonisolated func run<Result: ~Copyable & Sendable>(
        _ source: RequestSource, _ body: () async throws -> Result
    ) async throws -> Result {
        try await enter(source)
        do {
            let result = try await body()
            await leave()
            return result
        } catch {
            await leave()
            throw error
        }
    }

    private func enter(_ source: RequestSource) async throws(APIError) {
        if running < slots {
            running += 1
            return
        }
        let count = waiting[source]?.count ?? 0
        guard count < maximumPerSource, total < maximumTotal || sendAwayOne(leaving: count) else { throw .busy }
        total += 1
        if count == 0 { turns.append(source) }
        let hasTurn = await withCheckedContinuation { waiting[source, default: []].append($0) }
        if !hasTurn { throw .busy }
    }

    /// Makes room where too many wait in all: the last of the source of which most wait goes, if that are more than another
    /// source would have then.
    private func sendAwayOne(leaving count: Int) -> Bool {
        guard let source = turns.max(by: { waiting[$0, default: []].count < waiting[$1, default: []].count }),
            let most = waiting[source]?.count, most > count + 1, let last = waiting[source]?.popLast()
        else { return false }
        total -= 1
        last.resume(returning: false)
        return true
    }

    /// Gives the slot to the next source, or back.
    private func leave() {
        guard !turns.isEmpty else {
            running -= 1
            return
        }
        let source = turns.removeFirst()
        guard let next = waiting[source]?.removeFirst() else { return leave() }
        total -= 1
        if waiting[source]?.isEmpty ?? true { waiting[source] = nil } else { turns.append(source) }
        next.resume(returning: true)
    }
}
