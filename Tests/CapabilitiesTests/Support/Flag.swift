import Synchronization

/// That something has happened, told by one task to others. What was done before is seen by who sees the flag raised.
final class Flag: Sendable {
    private let state = Mutex(false)

    var isRaised: Bool { state.withLock { $0 } }

    func raise() { state.withLock { $0 = true } }
}
