/// Lets so many operations run at once. Those that wait take turns by where they come from: one source's many keep
/// another's few from nothing but the operations that run already. Where too many wait, those of which most wait go first.
///
/// An actor, because what it protects suspends. Source: Nagle, "On packet switches with infinite storage" (RFC 970).
actor FairQueue {
    private let slots: Int
    private let slotsPerSource: Int
    private let maximumPerSource: Int
    private let maximumTotal: Int
    private var running: [RequestSource: Int] = [:]
    private var total = 0
    private var waiting: [RequestSource: [CheckedContinuation<Bool, Never>]] = [:]
    /// The sources that wait; the first of them that has a slot left has the next turn.
    private var turns: [RequestSource] = []

    /// A queue of `slots` operations at once, all of them of one source where nothing else is said, and of so many that wait
    /// at most, of one source and in all.
    init(slots: Int = 4, slotsPerSource: Int? = nil, maximumPerSource: Int = 256, maximumTotal: Int = 4_096) {
        self.slots = slots
        self.slotsPerSource = slotsPerSource ?? slots
        self.maximumPerSource = maximumPerSource
        self.maximumTotal = maximumTotal
    }

    /// How many wait.
    var waitingCount: Int { total }

    /// Of whom some wait, in the order of their turns.
    var waitingSources: [RequestSource] { turns }

    /// How many run.
    var runningCount: Int { running.values.reduce(0, +) }

    /// Runs `body` when it is the source's turn.
    ///
    /// - Throws: ``APIError/busy`` where too many wait already, and what `body` throws.
    nonisolated func run<Result: ~Copyable & Sendable>(
        _ source: RequestSource, _ body: () async throws -> Result
    ) async throws -> Result {
        try await enter(source)
        do {
            let result = try await body()
            await leave(source)
            return result
        } catch {
            await leave(source)
            throw error
        }
    }

    private func enter(_ source: RequestSource) async throws(APIError) {
        if runningCount < slots, hasSlot(source) {
            running[source, default: 0] += 1
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

    /// Whether a source may have one more slot.
    private func hasSlot(_ source: RequestSource) -> Bool { running[source, default: 0] < slotsPerSource }

    /// Gives a source's slot to the next source, or back.
    private func leave(_ source: RequestSource) {
        let left = running[source, default: 0] - 1
        running[source] = left > 0 ? left : nil
        guard let turn = turns.firstIndex(where: hasSlot) else { return }
        let next = turns.remove(at: turn)
        guard let first = waiting[next]?.removeFirst() else { return }
        total -= 1
        if waiting[next]?.isEmpty ?? true { waiting[next] = nil } else { turns.append(next) }
        running[next, default: 0] += 1
        first.resume(returning: true)
    }
}
