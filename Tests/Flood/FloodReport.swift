import Foundation

/// What the flood was, and what became of the genuine requests.
struct FloodReport {
    let counts: Tally.Counts
    let time: Duration
    /// The request before the flood.
    let calm: Genuine.Outcome
    let genuine: [Genuine.Outcome]
    /// How many addresses the flood came from.
    let sources: Int

    /// Prints it, and gives whether every genuine request was taken and seen in the first page; in time, where that counts.
    func print(isTimed: Bool) -> Bool {
        let seconds = FloodReport.seconds(time)
        let answered = counts.answers.values.reduce(0, +)
        let others = counts.answers.filter { ![200, 429, 503].contains($0.key) }
        Swift.print(
            """
            The flood: \(answered) requests answered in \(FloodReport.text(time)), \(Int(Double(answered) / seconds)) a second.
              200: \(counts.answers[200] ?? 0), 429: \(counts.answers[429] ?? 0), \
            503: \(counts.answers[503] ?? 0), others: \(others)
              cut off and sent again: \(counts.cut); not connected: \(counts.unconnected); held connections that were closed: \
            \(counts.dropped)
            """)
        let accepted = genuine.compactMap(\.accepted).sorted()
        let seen = genuine.compactMap(\.seen).sorted()
        Swift.print(
            """
            Genuine requests of another node meanwhile: \(genuine.count), refused: \(genuine.count - accepted.count)
              before the flood: accepted in \(FloodReport.text(calm.accepted)), seen in \(FloodReport.text(calm.seen))
              accepted: median \(FloodReport.median(accepted)), maximum \(FloodReport.text(accepted.last))
              seen by the owner: median \(FloodReport.median(seen)), maximum \(FloodReport.text(seen.last))
              place in the inbox: at most \(genuine.map(\.place).max() ?? 0), of \(genuine.map(\.total).max() ?? 0) \
            that wait
            """)
        let isSeen = !genuine.isEmpty && seen.count == genuine.count && calm.seen != nil
        let isInTime = (seen.last ?? .zero) <= Flood.bound
        // Sources take turns: each may have as many before the last genuine request as there are genuine ones.
        let isInFront = genuine.allSatisfy { $0.place <= (sources + 1) * (genuine.count + 1) }
        let isLimited = (counts.answers[200] ?? 0) <= sources * (300 + Int(seconds) + 1)
        if !isSeen { Swift.print("  GOAL MISSED: each is taken, and in the owner's first page.") }
        if isTimed, !isInTime { Swift.print("  GOAL MISSED: each is seen within 1 s.") }
        if !isInFront { Swift.print("  GOAL MISSED: each source has its turn in the inbox.") }
        if !isLimited { Swift.print("  GOAL MISSED: more of the flood was taken than its quota.") }
        let isKept = isSeen && isInFront && isLimited && (isInTime || !isTimed)
        if isKept {
            Swift.print("  Goal kept: each is taken, and in the owner's first page\(isTimed ? " within 1 s" : "").")
        }
        return isKept
    }

    private static func median(_ sorted: [Duration]) -> String {
        text(sorted.isEmpty ? nil : sorted[sorted.count / 2])
    }

    private static func seconds(_ duration: Duration) -> Double {
        let (seconds, attoseconds) = duration.components
        return Double(seconds) + Double(attoseconds) / 1e18
    }

    private static func text(_ duration: Duration?) -> String {
        duration.map { String(format: "%.3f s", seconds($0)) } ?? "never"
    }
}
