internal import Capabilities
internal import DumpIdentity
internal import IPLD
internal import PseudonymStore
internal import Sodium

/// Ends pseudonyms: with their account, or with the root key from which they follow.
///
/// Pseudonyms end before their account: whatever is interrupted in between can be repeated, and no grant is left alive
/// that nobody can revoke. Source: `docs/spec.md`, "The end of an account".
struct AccountEnd {
    let node: Node
    private var accounts: AccountService { AccountService(node: node) }

    /// What came of the grants of an account's pseudonyms.
    struct GrantsEnd {
        /// Grants of this node and of others that count no more.
        var revoked = 0
        /// Grants that are alive still, and who serves them: nodes that did not take the revocation.
        var unreached: [(grant: CID, home: NodeAddress)] = []
        /// Nodes that could not be reached.
        var silent: Set<NodeAddress> = []

        var value: Value {
            [
                "revoked": .int(Int64(revoked)),
                "not_revoked": .list(
                    unreached.map { ["id": .string($0.grant.description), "home": .string($0.home.string)] }),
            ]
        }
    }

    /// Deletes an account with all that the node keeps for it and for its pseudonyms.
    ///
    /// - Throws: ``APIError/wrongSecret``, ``APIError/tooManyAttempts(retryAfter:)``.
    func delete(
        _ session: Session, passphrase: borrowing Passphrase, from source: RequestSource
    ) async throws -> GrantsEnd {
        let confirmed = try await accounts.confirm(session, passphrase: passphrase, from: source)
        return try await node.turns.take(session.handle) {
            let vault = Vault(node: node, session: session)
            let (account, _, state) = try await vault.read()
            guard account.wrap == confirmed.wrap else { throw APIError.unauthenticated }
            let end = try await endPseudonyms(session)
            try await SettingsShelf(node: node, root: session.root).remove()
            try await vault.storing {
                try await node.accounts.remove(account, sessions: state.sessions + [session.identifier])
            }
            return end
        }
    }

    /// Destroys what the node keeps for the pseudonyms of an account, whose turn it must be. All their grants are revoked,
    /// also those that have expired: with the revocation goes what they opened.
    func endPseudonyms(_ session: Session) async throws -> GrantsEnd {
        let owner = OwnerAgent(node: node, session: session)
        var end = GrantsEnd()
        var ends: [PseudonymEnd] = []
        var search = MailboxSearch(node: node)
        for pseudonym in try await owner.vault.state().pseudonyms {
            let keys = try owner.keys(pseudonym)
            let records = try await owner.records(of: keys)
            var revocations: [RevocationChange] = []
            for grant in records.filter({ !$0.isRevoked }).compactMap(\.approval?.grant) {
                if node.serves(grant) {
                    revocations.append(try owner.revocation(of: grant, keys, record: nil))
                    end.revoked += 1
                } else if grant.expiration >= node.clock() {
                    _ = await owner.revoke(atHome: grant, keys, &end)
                }
            }
            ends.append(
                PseudonymEnd(
                    pseudonym: keys.principal, requests: try await search.requests(of: keys).map(\.identifier),
                    receipts: try await search.newReceipts(of: keys).map(\.identifier),
                    receiptShelf: try Shelf(label: Shelf.receipts, node: node).name(keys), revocations: revocations,
                    answers: records.map(\.answerName.identifier),
                    shelves: try Shelf.all.map { try Shelf(label: $0, node: node).name(keys) }))
        }
        // First what would come into the log without anyone to answer for it.
        for module in node.configuration.modules {
            try await node.objects.dropWaiting(of: Set(ends.map(\.pseudonym)), in: module)
        }
        try await node.remove(ends)
        node.notices.disarm(ends.map(\.pseudonym))
        return end
    }
}

extension Node {
    /// Whether this node serves what a grant opens, and not another one from which its account came.
    func serves(_ grant: Grant) -> Bool { isSelf(grant.node) }
}
