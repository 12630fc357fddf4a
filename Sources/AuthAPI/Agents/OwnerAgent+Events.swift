internal import Capabilities
internal import DumpIdentity
internal import IPLD
internal import PseudonymStore

extension OwnerAgent {
    /// When a grant ends, or a field of it, in Unix seconds.
    struct Ending: Sendable, Equatable {
        let grant: CID
        let time: Int64
    }

    /// How a stream of events begins.
    struct EventStart: Sendable {
        let subscription: EventSubscription
        /// How many there are of everything.
        let snapshot: ServerSentEvent
        /// What will end soon while the stream lasts.
        let endings: [Ending]
    }

    /// Follows what happens to all pseudonyms of the account.
    ///
    /// - Throws: ``APIError/busy``.
    func followEvents() async throws -> EventStart {
        let settings = try await settings.read()
        // First the place, then the counts: what comes between them is told twice rather than not at all.
        let subscription = try node.events.follow(
            Set(try await principals()), session: session.identifier, blocked: settings.blockedSubjects)
        let now = node.clock()
        var (active, endings): (Int64, [Ending]) = (0, [])
        for pseudonym in try await vault.state().pseudonyms {
            for record in try await records(of: try keys(pseudonym)) where record.state(at: now) == .active {
                guard let grant = record.approval?.grant else { continue }
                active += 1
                endings += (Array(grant.ends.values) + [grant.expiration]).filter { $0 >= now }
                    .map { Ending(grant: grant.cid, time: $0) }
            }
        }
        endings.sort { $0.time < $1.time }
        let isSoon = endings.prefix { $0.time - now <= EventController.soon }
        let snapshot: Value = [
            "waiting": .int(Int64(try await pending(settings).count)), "active": .int(active),
            "ending": .int(Int64(Set(isSoon.map(\.grant)).count)),
        ]
        let later = endings.dropFirst(isSoon.count)
            .prefix { $0.time - now <= EventController.soon + EventController.longest }
        return EventStart(
            subscription: subscription, snapshot: try ServerSentEvent("snapshot", snapshot), endings: Array(later))
    }

    /// All pseudonyms of the account.
    func principals() async throws -> [Principal] {
        try await vault.state().pseudonyms.map { try keys($0).principal }
    }

    /// Opens the mailbox of a pseudonym of the account; who follows events of the account hears of it from now on, too.
    func openMailbox(_ pseudonym: Principal) async throws {
        try await node.pseudonyms.openMailbox(pseudonym)
        guard node.events.isFollowed else { return }
        node.events.add(pseudonym, beside: Set(try await principals()), session: session.identifier)
    }

    /// Tells those who follow events of the account whom the owner blocks by now.
    func tellBlocks(_ settings: OwnerSettings) async throws {
        guard node.events.isFollowed else { return }
        node.events.set(
            blocked: settings.blockedSubjects, of: Set(try await principals()), session: session.identifier)
    }
}
