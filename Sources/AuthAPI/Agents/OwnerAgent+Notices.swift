internal import Capabilities
internal import DumpIdentity
internal import IPLD
internal import PseudonymStore

/// Where an owner wants to be told that something waits for one pseudonym.
struct Notice: Equatable {
    let pseudonym: AccountState.Pseudonym
    let url: NodeAddress

    /// The most of one account.
    static let maximumCount = 20

    /// `{"pseudonym": [module, index], "url": URL}`.
    var value: Value { ["pseudonym": pseudonym.value, "url": .string(url.string)] }

    /// The notice as its owner is shown it.
    func shownValue(of principal: Principal) -> Value {
        [
            "pseudonym": .string(principal.did), "module": .string(pseudonym.module.string),
            "url": .string(url.string),
        ]
    }

    init(_ pseudonym: AccountState.Pseudonym, _ url: NodeAddress) {
        self.pseudonym = pseudonym
        self.url = url
    }

    init(_ value: Value) throws {
        var reader = MapReader(value.mapValue ?? Map())
        pseudonym = try AccountState.Pseudonym(reader.value("pseudonym"))
        url = try NodeAddress(reader.string("url"))
        try reader.finish()
    }
}

extension OwnerAgent {
    /// Where the owner is told, by pseudonym.
    func notices() async throws -> [(pseudonym: Principal, notice: Notice)] {
        try await settings.read().notices.map { (try keys($0.pseudonym).principal, $0) }
    }

    /// Has the owner told at a URL that something waits for a pseudonym.
    ///
    /// - Throws: ``APIError/notFound`` for what is no pseudonym of the account; ``APIError/conflict(_:)`` for a URL of another
    ///   pseudonym, which would tie the two together, or for too many.
    func setNotice(_ url: NodeAddress, for pseudonym: Principal) async throws {
        try await node.turns.take(session.handle) {
            let own = try await vault.state().pseudonyms.first { try keys($0).principal == pseudonym }
            guard let own else { throw APIError.notFound }
            var changed = try await settings.read()
            changed.notices.removeAll { $0.pseudonym == own }
            guard !changed.notices.contains(where: { $0.url.leads(where: url) }) else {
                throw APIError.conflict("each pseudonym needs a URL of its own: one for two would tie them together")
            }
            guard changed.notices.count < Notice.maximumCount else {
                throw APIError.conflict("there are at most \(Notice.maximumCount) notices")
            }
            changed.notices.append(Notice(own, url))
            try await settings.write(changed)
            node.notices.disarm([pseudonym])
            node.notices.arm(pseudonym, url, at: node.clock())
        }
    }

    /// Has the owner told no more of what waits for a pseudonym.
    ///
    /// - Throws: ``APIError/notFound``.
    func removeNotice(for pseudonym: Principal) async throws {
        try await node.turns.take(session.handle) {
            var changed = try await settings.read()
            let count = changed.notices.count
            try changed.notices.removeAll { try keys($0.pseudonym).principal == pseudonym }
            guard changed.notices.count < count else { throw APIError.notFound }
            try await settings.write(changed)
            node.notices.disarm([pseudonym])
        }
    }

    /// Puts what the settings say where the node can use it, until it starts again.
    func armNotices(_ settings: OwnerSettings) throws {
        for notice in settings.notices {
            node.notices.arm(try keys(notice.pseudonym).principal, notice.url, at: node.clock())
        }
    }
}
