internal import Capabilities
internal import DumpIdentity
internal import IPLD
internal import PseudonymStore
internal import Sodium

/// Takes a grant back from the viewer that it was made for, who needs it no longer.
///
/// Source: `docs/spec.md`, "Giving back".
struct ReturnService {
    let node: Node

    /// Destroys what a grant opened, sets its status, tells of it in the feed, and leaves the owner a notice. Repeating it, or doing it after a
    /// revocation, is answered alike, and leaves no further notice.
    ///
    /// - Throws: ``APIError/refused``, ``CapabilityError``, ``StoreError``; then nothing is stored.
    func execute(
        _ verified: VerifiedInvocation, _ delegations: [Delegation], nonce: UsedNonce
    ) async throws -> Value {
        let invocation = verified.invocation
        var reader = MapReader(invocation.arguments)
        let name = try reader.link("grant")
        try reader.finish()
        // The grant comes along as a witness: it lets its holder read, and a return is the viewer's act on itself.
        guard verified.chain == nil, let delegation = delegations.first(where: { $0.cid == name }) else {
            throw APIError.refused
        }
        let grant = try Grant(delegation)
        guard delegation.envelope.isSigned(by: delegation.issuer), grant.viewer == invocation.issuer,
            invocation.audience == grant.owner, node.isSelf(grant.node),
            grant.status.uri.utf8.elementsEqual(node.statusListURI(Node.statusList).utf8),
            let end = RevocationName(grant.cid, by: grant.owner)
        else { throw APIError.refused }
        let now = node.clock()
        let notice = Receipt(invocation: invocation, time: now)
        let change = GivingBack(
            pseudonym: grant.owner, name: end, slots: try grant.slots(), place: grant.place,
            noticeIdentifier: node.random.bytes(32), notice: try notice.sealed(), nonce: nonce)
        do {
            let isGivenBack = try await node.giveBack(change, now: now)
            if isGivenBack { node.events.tell(.revoked(grant.cid), to: grant.owner) }
        } catch { throw error == .notFound ? APIError.refused : APIError(error) }
        return .map(Map())
    }
}
