internal import Capabilities
internal import DumpIdentity
internal import IPLD
internal import PseudonymStore

extension OwnerAgent {
    /// The owner's standing rules, the first that applies first.
    func rules() async throws -> [StandingRule] { try await settings.read().rules }

    /// Puts other rules in the place of all there are.
    ///
    /// - Throws: ``APIError/preconditionFailed`` where there are others than the caller knows; then nothing is stored.
    func setRules(_ rules: [StandingRule], if precondition: Precondition) async throws {
        guard rules.count <= StandingRule.maximumCount else {
            throw APIError.unacceptable("there are at most \(StandingRule.maximumCount) rules")
        }
        try await node.turns.take(session.handle) {
            var changed = try await settings.read()
            try precondition.check(try changed.rules.tags(session))
            guard changed.rules != rules else { return }
            changed.rules = rules
            try await settings.write(changed)
        }
    }

    /// A request that waits, with its place in the inbox and what a rule suggests.
    struct ShownRequest {
        let placed: FairOrder.Placed
        let suggestion: Value?

        /// The request as its owner is shown it.
        var value: Value {
            var map = placed.item.value.mapValue ?? Map()
            map["suggestion"] = suggestion
            return .map(map)
        }
    }

    /// What waits of what a filter lets pass, in the order in which it is shown. Nothing is decided by looking.
    func inbox(_ filter: InboxFilter) async throws -> [ShownRequest] {
        let settings = try await settings.read()
        var items = try await pending(settings).filter(filter.matches)
        let needsHistory = !items.isEmpty && settings.rules.contains { $0.match.history != nil }
        let records = needsHistory || items.contains(where: \.pointsBack) ? try await records() : []
        addBackgrounds(to: &items, from: records)
        // To whom the owner has granted something, whatever became of it.
        let known = needsHistory ? Set(records.compactMap { $0.approval?.grant.viewer }) : []
        return FairOrder.sorted(items).map { placed in
            ShownRequest(
                placed: placed,
                suggestion: StandingRule.suggestion(
                    of: settings.rules, for: placed.item, hasHistory: known.contains(placed.item.request.viewer)))
        }
    }
}
