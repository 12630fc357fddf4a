internal import Synchronization

/// How many connections a node has open at once, and how long it waits for a request on one.
public struct ConnectionBounds: Sendable, Equatable {
    /// Of one source: 256.
    public let perSource: Int
    /// In all: 4,096.
    public let total: Int
    /// How long a request may take to arrive, head and body, and how long a connection may be without one, in seconds: 60.
    public let patience: Int64

    /// Bounds, each 1 or more.
    public init(perSource: Int = 256, total: Int = 4_096, patience: Int64 = 60) {
        self.perSource = min(perSource, total)
        self.total = total
        self.patience = patience
    }
}

/// The connections that are open, by where they come from.
///
/// A source has only so many. Where all places are taken, who has most of them gives one to who has fewer: connections that
/// are only held keep nobody out. Source: McKenney, "Stochastic Fairness Queueing", 1990, "buffer stealing".
final class OpenConnections: Sendable {
    private struct State {
        var bySource: [RequestSource: [ObjectIdentifier: @Sendable () -> Void]] = [:]
        var count = 0

        mutating func remove(_ connection: ObjectIdentifier, of source: RequestSource) {
            guard bySource[source]?.removeValue(forKey: connection) != nil else { return }
            if bySource[source]?.isEmpty ?? true { bySource[source] = nil }
            count -= 1
        }
    }

    private let bounds: ConnectionBounds
    private let state = Mutex(State())

    init(_ bounds: ConnectionBounds) { self.bounds = bounds }

    /// How many are open.
    var count: Int { state.withLock { $0.count } }

    /// Whether there is room for a connection; it has a place until it is removed, or until `close` is called because
    /// another gets it.
    func admit(_ connection: AnyObject, from source: RequestSource, close: @escaping @Sendable () -> Void) -> Bool {
        let (isAdmitted, closing) = state.withLock { state -> (Bool, (@Sendable () -> Void)?) in
            let own = state.bySource[source]?.count ?? 0
            guard own < bounds.perSource else { return (false, nil) }
            var closing: (@Sendable () -> Void)?
            if state.count >= bounds.total {
                let most = state.bySource.max { $0.value.count < $1.value.count }
                guard let most, most.value.count > own + 1, let last = most.value.first else { return (false, nil) }
                closing = last.value
                state.remove(last.key, of: most.key)
            }
            state.bySource[source, default: [:]][ObjectIdentifier(connection)] = close
            state.count += 1
            return (true, closing)
        }
        closing?()
        return isAdmitted
    }

    /// Gives the place of a connection back; no matter whether it still has it.
    func remove(_ connection: AnyObject, from source: RequestSource) {
        state.withLock { $0.remove(ObjectIdentifier(connection), of: source) }
    }
}
