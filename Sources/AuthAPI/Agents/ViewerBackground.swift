internal import Capabilities
internal import DumpIdentity
internal import IPLD

/// What an owner's own records say of a viewer, as far as the viewer's request points to it.
struct ViewerBackground {
    /// What came before, where the viewer points to it.
    var history: ViewerHistory?
    /// The grant that is to be renewed, where it is one of the owner's to this viewer.
    var renewed: CID?
}

/// What came before between an owner and a viewer's pseudonym, counted from what the owner decided. Nothing in it is the
/// viewer's word, and nothing in it is of other owners: their records are sealed.
struct ViewerHistory: Equatable {
    /// Decided requests.
    var requests = 0
    var denied = 0
    /// Grants that were made, and what became of them.
    var granted = 0
    var active = 0
    var expired = 0
    var revoked = 0
    var returned = 0
    /// The day of the first of those requests, in Unix seconds.
    var since: Int64?

    /// Counts decisions on requests of one viewer, at a time in Unix seconds.
    init(_ records: [DecisionRecord], at time: Int64) {
        for record in records {
            requests += 1
            since = min(since ?? .max, Day.start(of: record.request.invocation.expiration ?? 0))
            guard record.approval != nil else {
                denied += 1
                continue
            }
            switch record.state(at: time) {
            case .active: active += 1
            case .expired: expired += 1
            case .returned: returned += 1
            case .revoked: revoked += 1
            }
        }
        granted = requests - denied
    }

    var value: Value {
        var map = Map()
        for (name, count) in [
            ("requests", requests), ("denied", denied), ("granted", granted), ("active", active),
            ("expired", expired), ("revoked", revoked), ("returned", returned),
        ] { map[name] = .int(Int64(count)) }
        map["since"] = since.map { .int($0) }
        return .map(map)
    }
}

extension OwnerAgent {
    /// Adds to requests what the owner's records say of their viewers, where the viewers point to it.
    func addBackgrounds(to items: inout [InboxItem]) async throws {
        guard items.contains(where: \.pointsBack) else { return }
        addBackgrounds(to: &items, from: try await records())
    }

    /// The same from the owner's records, which were opened already.
    func addBackgrounds(to items: inout [InboxItem], from records: [DecisionRecord]) {
        guard items.contains(where: \.pointsBack) else { return }
        let byViewer = Dictionary(grouping: records.filter { $0.inReturnFor == nil }, by: \.request.viewer)
        for index in items.indices {
            let (terms, known) = (items[index].terms, byViewer[items[index].request.viewer] ?? [])
            items[index].background = ViewerBackground(
                history: terms.inReturn == .history ? ViewerHistory(known, at: node.clock()) : nil,
                renewed: known.compactMap { $0.approval?.grant.cid }.first { $0 == terms.renews })
        }
    }
}

extension InboxItem {
    /// Whether the viewer points to what came before: only then the owner's records are looked at.
    var pointsBack: Bool { terms.inReturn == .history || terms.renews != nil }
}
