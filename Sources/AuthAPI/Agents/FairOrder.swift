internal import Capabilities
internal import IPLD

/// The order in which an owner is shown what waits: those from whom it came take turns, so that a flood from one place
/// does not push what comes from others behind it.
///
/// It follows from what waits alone: no times are kept, and none are needed. Source: `docs/spec.md`, "HTTP API", "Inbox".
enum FairOrder {
    /// A request, and in which turn it is.
    struct Placed {
        /// How many from the same origin come before it.
        let turn: UInt64
        let item: InboxItem
    }

    /// Each request with its turn, in the order in which they are shown: by turn, then by name. Within an origin its viewers
    /// take turns in the same way.
    static func sorted(_ items: [InboxItem]) -> [Placed] {
        let named = items.sorted { precedes($0, $1) }
        let ofViewers = inTurns(named) { Sender(origin: $0.origin, viewer: $0.request.viewer) }
        return inTurns(ofViewers.map(\.item)) { $0.origin }
    }

    private struct Sender: Hashable {
        let origin: RequestOrigin?
        let viewer: Principal
    }

    /// Numbers the items of each sender in the order given, and sorts by these numbers, then by name.
    private static func inTurns<Key: Hashable>(_ items: [InboxItem], _ sender: (InboxItem) -> Key) -> [Placed] {
        var counts: [Key: UInt64] = [:]
        let placed = items.map { item in
            let key = sender(item)
            let turn = counts[key, default: 0]
            counts[key] = turn + 1
            return Placed(turn: turn, item: item)
        }
        return placed.sorted { $0.turn == $1.turn ? precedes($0.item, $1.item) : $0.turn < $1.turn }
    }

    private static func precedes(_ left: InboxItem, _ right: InboxItem) -> Bool {
        left.request.cid.bytes.lexicographicallyPrecedes(right.request.cid.bytes)
    }
}
