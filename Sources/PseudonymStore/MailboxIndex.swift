internal import IPLD
internal import Synchronization

/// Which of the things that wait are whose, as far as this process knows: in memory alone.
///
/// In the file nothing says whose a waiting thing is: how many wait for whom would tell which pseudonyms are one person's,
/// who does not come. What came since the process started is known from its coming; what was there before is found by the
/// person's own key, once, and noted here.
final class MailboxIndex: Sendable {
    private struct Known: Sendable {
        /// From whom each came, where that was said.
        var senders: [[UInt8]: [UInt8]?] = [:]
        /// Whether what was there before the process started is among them.
        var isComplete: Bool
    }

    private struct State: Sendable {
        var isComplete: Bool
        var known: [Principal: Known] = [:]
    }

    private let state: Mutex<State>

    /// An index that knows nothing; where nothing waits yet, that is all there is to know.
    init(nothingWaits: Bool) { state = Mutex(State(isComplete: nothingWaits)) }

    /// How many are known to wait for a pseudonym.
    func count(of pseudonym: Principal) -> Int { state.withLock { $0.known[pseudonym]?.senders.count ?? 0 } }

    /// Notes that something came, from a sender if that is said.
    func add(_ name: [UInt8], of pseudonym: Principal, from sender: [UInt8]? = nil) {
        state.withLock { state in
            let none = Known(isComplete: state.isComplete)
            state.known[pseudonym, default: none].senders.updateValue(sender, forKey: name)
        }
    }

    /// Which of the things that wait for a pseudonym gives way to one from another sender: any from the sender of whom most
    /// wait; `nil` where the other would have as many then. What came before the process started, or from nobody who is
    /// named, stays.
    func leastMissed(of pseudonym: Principal, for sender: [UInt8]) -> [UInt8]? {
        state.withLock { state in
            guard let senders = state.known[pseudonym]?.senders else { return nil }
            var counts: [[UInt8]: Int] = [:]
            for case let sender? in senders.values { counts[sender, default: 0] += 1 }
            guard let most = counts.max(by: { $0.value < $1.value }), most.value > counts[sender, default: 0] + 1
            else { return nil }
            return senders.first { $0.value == most.key }?.key
        }
    }

    /// Notes that something went.
    func remove(_ name: [UInt8], of pseudonym: Principal) {
        state.withLock { state in _ = state.known[pseudonym]?.senders.removeValue(forKey: name) }
    }

    /// Notes that nothing waits for a pseudonym any more.
    func removeAll(of pseudonym: Principal) {
        state.withLock { state in state.known[pseudonym] = Known(isComplete: true) }
    }

    /// All that waits for a pseudonym; `nil` where that is not known.
    func names(of pseudonym: Principal) -> Set<[UInt8]>? {
        state.withLock { state in
            guard let known = state.known[pseudonym] else { return state.isComplete ? [] : nil }
            return known.isComplete ? Set(known.senders.keys) : nil
        }
    }

    /// Notes what of all that waits was found to be a pseudonym's. What came meanwhile is known already.
    func note(_ names: [[UInt8]], of pseudonym: Principal) {
        state.withLock { state in
            var senders = state.known[pseudonym]?.senders ?? [:]
            for name in names where senders[name] == nil { senders.updateValue(nil, forKey: name) }
            state.known[pseudonym] = Known(senders: senders, isComplete: true)
        }
    }
}
