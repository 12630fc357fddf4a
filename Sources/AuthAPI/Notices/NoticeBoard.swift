internal import DumpIdentity
internal import IPLD
internal import Sodium
internal import Synchronization

/// Where the owners of mailboxes want to be told that something waits; in memory alone.
///
/// On the disk the URL is sealed under the owner's key: what the node could open by itself, a copy of the disk with the node's
/// key could open, too. So the owner's agent puts it here while the owner is present, and a restart forgets it. One URL is
/// for one pseudonym: equal URLs would tie two together. Source: `docs/decisions/0018`; `docs/spec.md`, "Notices".
final class NoticeBoard: Sendable {
    /// How long a place is kept without the owner coming by, in seconds.
    static let lifetime: Int64 = 30 * Day.seconds
    /// The least time between two notices of a mailbox, in seconds.
    static let interval: Int64 = 3_600
    /// The most places.
    static let capacity = 65_536
    /// The most notices of one tick.
    static let perTick = 64

    private struct Place {
        let url: NodeAddress
        var keptUntil: Int64
        var isPending = false
        var sent: Int64?
    }

    private let places = Mutex<[Principal: Place]>([:])

    /// Has a pseudonym's owner told at a URL, from a time in Unix seconds on. Where it is so already, only its end moves.
    func arm(_ pseudonym: Principal, _ url: NodeAddress, at time: Int64) {
        places.withLock { places in
            if places[pseudonym]?.url == url {
                places[pseudonym]?.keptUntil = time + NoticeBoard.lifetime
            } else if places[pseudonym] != nil || places.count < NoticeBoard.capacity {
                places[pseudonym] = Place(url: url, keptUntil: time + NoticeBoard.lifetime)
            }
        }
    }

    /// Tells the owners of some pseudonyms no more.
    func disarm(_ pseudonyms: some Sequence<Principal>) {
        places.withLock { places in
            for pseudonym in pseudonyms { places[pseudonym] = nil }
        }
    }

    /// Something waits for a pseudonym.
    func arrived(for pseudonym: Principal) { places.withLock { $0[pseudonym]?.isPending = true } }

    /// Where to send notices now. Each mailbox with something to tell, and nothing told in the last hour, is drawn with the
    /// probability of one in `odds`: when something came cannot be read off the time of the notice.
    func draw(oneIn odds: UInt32, at time: Int64, random: RandomSource) -> [NodeAddress] {
        places.withLock { places in
            places = places.filter { $0.value.keptUntil >= time }
            var due: [NodeAddress] = []
            // A dictionary has no order that means anything.
            for (pseudonym, place) in places where place.isPending && due.count < NoticeBoard.perTick {
                guard place.sent.map({ time - $0 >= NoticeBoard.interval }) ?? true, random.number(below: odds) == 0
                else {
                    continue
                }
                places[pseudonym]?.isPending = false
                places[pseudonym]?.sent = time
                due.append(place.url)
            }
            return due
        }
    }
}
