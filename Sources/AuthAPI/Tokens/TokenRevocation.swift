internal import Capabilities
internal import DumpIdentity
internal import IPLD
internal import PseudonymStore

/// Revokes a token for whoever may, by the door that OAuth has for it.
///
/// What it says is true of this node: after it has answered without an error, the token counts no more here, and its
/// status says so. So a token that nobody can use is no error, as RFC 7009 has it; and one that is alive and was not revoked
/// is always one. Source: RFC 7009, section 2; `docs/decisions/0015`.
struct TokenRevocation: Sendable {
    let node: Node

    /// Revokes the token of a form by the invocation `/ucan/revoke` that comes with it.
    ///
    /// - Throws: ``OAuthError``; ``StoreError`` where it could not be stored.
    func revoke(_ form: TokenForm) async throws {
        let invocation = form.invocation
        guard invocation.command == .revoke, invocation.envelope.isSigned(by: invocation.issuer) else {
            throw OAuthError.invalidClient
        }
        // What cannot be read opens nothing anywhere.
        guard let delegations = form.delegations else { return }
        // One chain and nothing beside it: of two, the answer would be about one.
        guard let chain = try? DelegationChain.order(delegations), chain.count == Set(delegations.map(\.cid)).count,
            let last = chain.last
        else { throw OAuthError.invalidRequest }
        // The right to revoke another token is none to revoke this one.
        guard invocation.arguments["revoke"]?.linkValue == last.cid else { throw OAuthError.invalidClient }
        // The node of another grant has to be asked itself: it is alive there.
        guard let grant = try? Grant(chain[0]), node.isSelf(grant.node) else { throw OAuthError.unsupportedTokenType }
        do {
            _ = try await RevocationService(node: node).execute(invocation, delegations: delegations + form.proofs)
        } catch {
            guard error is CapabilityError || error as? APIError == .refused else { throw error }
            if try await !isDead(chain, grant) { throw OAuthError.invalidClient }
        }
    }

    /// Whether a chain cannot be used, at any time: forged, not of this node's making, or revoked or given back already. Its
    /// times do not count: the clocks of others differ, and what is not valid yet will be.
    private func isDead(_ chain: [Delegation], _ grant: Grant) async throws -> Bool {
        guard chain.allSatisfy({ $0.envelope.isSigned(by: $0.issuer) }), try await node.keeps(grant) else {
            return true
        }
        if try await node.isStatusSet(of: grant) { return true }
        let known = try await node.pseudonyms.revocations(of: chain.map(\.cid))
        return chain.indices.contains { index in
            (0...index).contains { known.contains(chain[index].cid, by: chain[$0].issuer) }
        }
    }
}
