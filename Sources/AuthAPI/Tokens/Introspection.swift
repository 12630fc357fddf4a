internal import Capabilities
internal import DumpIdentity
internal import IPLD
internal import PseudonymStore
internal import Sodium

/// Tells a component whether a grant counts, for those that cannot verify it themselves.
///
/// The answer says nothing that the token does not say, but whether it was revoked. Source: RFC 7662.
struct Introspection: Sendable {
    /// How far in the future the caller's invocation may expire, in seconds.
    static let maximumLifetime: Int64 = 600

    let node: Node

    /// What is answered about a token.
    ///
    /// - Throws: ``OAuthError/invalidClient``; ``APIError/busy`` where there is no room for further callers.
    func answer(_ form: TokenForm) async throws -> Value {
        try check(form)
        guard let delegations = form.delegations, let grant = try await active(delegations) else {
            return ["active": false]
        }
        let chain = grant.chain
        var map = Map()
        map["active"] = true
        map["scope"] = .string(grant.fields.map(\.rawValue).joined(separator: " "))
        map["client_id"] = .string(chain.holder.did)
        map["exp"] = .int(grant.expiration)
        map["nbf"] = chain.delegations.compactMap(\.notBefore).max().map { .int($0) }
        map["iss"] = .string(grant.grant.owner.did)
        map["sub"] = .string(grant.grant.owner.did)
        map["aud"] = .string(chain.holder.did)
        map["jti"] = chain.delegations.last.map { .string($0.cid.description) }
        return .map(map)
    }

    /// The grant, where it counts now: whatever is wrong with it is answered alike.
    private func active(_ delegations: [Delegation]) async throws -> VerifiedGrant? {
        guard delegations.count <= DelegationChain.maximumLength else { return nil }
        let known = try await node.pseudonyms.revocations(of: delegations.map(\.cid))
        guard
            let grant = try? VerifiedGrant(
                assembling: delegations, revocations: known, at: node.clock())
        else { return nil }
        guard try await node.keeps(grant.grant), try await !node.isStatusSet(of: grant.grant) else { return nil }
        return grant
    }

    /// Refuses a caller that does not show by an invocation of its own, made for this node and for this question, that
    /// it has its key. An invocation is used once.
    private func check(_ form: TokenForm) throws {
        let invocation = form.invocation
        var arguments = MapReader(invocation.arguments)
        guard invocation.command == .tokenIntrospect, invocation.proofs.isEmpty, invocation.nonce.count >= 12,
            let question = try? arguments.bytes("token"), (try? arguments.finish()) != nil,
            question == Hashing.sha256(Array(form.token.utf8))
        else { throw OAuthError.invalidClient }
        let verifier = InvocationVerifier(
            executor: node.principal, maximumLifetime: Introspection.maximumLifetime,
            actsFor: { node.isSelf($0) })
        do {
            _ = try verifier.verify(invocation, proofs: [], at: node.clock())
            try node.callers.use(invocation, at: node.clock())
        } catch {
            if error == .limitExceeded { throw APIError.busy }
            throw OAuthError.invalidClient
        }
    }
}

extension Node {
    /// Whether a grant is one that this node keeps: made here, with a place in its list that was taken for it, by a
    /// pseudonym whose mailbox is here.
    func keeps(_ grant: Grant) async throws -> Bool {
        guard isSelf(grant.node), grant.status.uri.utf8.elementsEqual(statusListURI(Node.statusList).utf8),
            try await pseudonyms.hasMailbox(grant.owner)
        else { return false }
        return try await pseudonyms.hasClaim(grant.place)
    }
    /// Whether the status of a grant of this node is set: it was revoked, or its viewer gave it back, of which there is no
    /// revocation.
    func isStatusSet(of grant: Grant) async throws -> Bool {
        let list = try await pseudonyms.statusList(Node.statusList)
        return (try list?.isRevoked(grant.status.index)) ?? false
    }
}
