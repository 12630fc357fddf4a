import Synchronization

/// What became of the flood.
final class Tally: Sendable {
    struct Counts {
        /// Requests that were sent, some more than once.
        var sent = 0
        /// Answers by status.
        var answers: [Int: Int] = [:]
        /// Requests whose connection was closed before they were answered; they are sent again.
        var cut = 0
        /// Connections that could not be made.
        var unconnected = 0
        /// Held connections that the node closed.
        var dropped = 0
    }

    private struct State {
        var counts = Counts()
        var unsent: [Int]
        var unanswered: Int
    }

    private let state: Mutex<State>

    /// A flood of so many requests.
    init(_ count: Int) { state = Mutex(State(unsent: Array((0..<count).reversed()), unanswered: count)) }

    var counts: Counts { state.withLock { $0.counts } }

    /// Whether every request was answered.
    var isDone: Bool { state.withLock { $0.unanswered == 0 } }

    /// The number of the next request, which counts as sent; `nil` where all are under way.
    func next() -> Int? {
        state.withLock { state in
            guard let number = state.unsent.popLast() else { return nil }
            state.counts.sent += 1
            return number
        }
    }

    /// Notes an answer.
    func note(answer status: Int) {
        state.withLock { state in
            state.counts.answers[status, default: 0] += 1
            state.unanswered -= 1
        }
    }

    /// Notes that a request was cut off.
    func note(cut number: Int) {
        state.withLock { state in
            state.counts.cut += 1
            state.unsent.append(number)
        }
    }

    func note(_ change: (inout Counts) -> Void) { state.withLock { change(&$0.counts) } }
}
