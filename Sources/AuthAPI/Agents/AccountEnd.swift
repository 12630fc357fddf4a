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
        /// Grants that another node serves, which did not take the revocation.
        var unreached: [Grant] = []

        var value: Value {
            [
                "revoked": .int(Int64(revoked)),
                "not_revoked": .list(
                    unreached.map { ["id": .string($0.cid.description), "home": .string($0.home.string)] }),
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
        var silent: Set<NodeAddress> = []
        var search = MailboxSearch(node: node)
        for pseudonym in try await owner.vault.state().pseudonyms {
            let keys = try owner.keys(pseudonym)
            let records = try await owner.records(of: keys)
            var revocations: [RevocationChange] = []
            for grant in records.filter({ !$0.isRevoked }).compactMap(\.approval?.grant) {
                if node.serves(grant) {
                    revocations.append(
                        RevocationChange(
                            revocation: try Revocation.sign(grant.cid, with: keys.signing), slots: try grant.slots(),
                            place: grant.place, record: nil))
                } else if grant.expiration < node.clock() {
                    continue
                } else if silent.contains(grant.home) {
                    end.unreached.append(grant)
                    continue
                } else {
                    do { try await owner.revoke(atHome: grant, keys) } catch {
                        // A node that is away is asked once: each question takes seconds.
                        if error == .unreachable { silent.insert(grant.home) }
                        end.unreached.append(grant)
                        continue
                    }
                }
                end.revoked += 1
            }
            ends.append(
                PseudonymEnd(
                    pseudonym: keys.principal, requests: try await search.requests(of: keys).map(\.identifier),
                    receipts: try await search.newReceipts(of: keys).map(\.identifier),
                    receiptShelf: try Shelf(label: Shelf.receipts, node: node).name(keys), revocations: revocations,
                    answers: records.map { RequestName(request: $0.request.cid, viewer: $0.request.viewer).identifier },
                    shelves: try Shelf.all.map { try Shelf(label: $0, node: node).name(keys) }))
        }
        // First what would come into the log without anyone to answer for it.
        for module in node.configuration.modules {
            try await node.objects.dropWaiting(of: Set(ends.map(\.pseudonym)), in: module)
        }
        try await node.remove(ends)
        return end
    }
}

extension Node {
    /// Whether this node serves what a grant opens, and not another one from which its account came.
    func serves(_ grant: Grant) -> Bool { isSelf(grant.node) }
}
