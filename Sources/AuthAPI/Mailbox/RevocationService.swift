internal import Capabilities
internal import DumpIdentity
internal import IPLD
internal import PseudonymStore

/// Takes revocations from anyone who issued a delegation of a chain that this node serves.
///
/// Source: `docs/spec.md`, "HTTP API", "Invocations".
struct RevocationService: Sendable {
    let node: Node

    /// Stores a revocation, and for a grant destroys what it opened. Repeating it is answered alike, and nothing of it
    /// is used up.
    ///
    /// - Throws: ``CapabilityError``, ``StoreError`` or ``APIError/refused``; then nothing is stored.
    func execute(_ invocation: Invocation, delegations: [Delegation]) async throws -> Value {
        let known = try await node.pseudonyms.revocations(of: invocation.proofs)
        let revocation = try Revocation(
            verifying: invocation, witnesses: delegations, at: node.clock(), revocations: known)
        // Without the whole path anyone could fill the table with what concerns nobody here.
        guard let root = revocation.witnesses.first else { throw APIError.refused }
        let grant = try Grant(root)
        let isServed =
            node.isSelf(grant.node)
            && grant.status.uri.utf8.elementsEqual(node.statusListURI(Node.statusList).utf8)
            && (revocation.witnesses.count == 1 || grant.allowsHandingOn)
        guard isServed, try await node.pseudonyms.hasMailbox(grant.owner) else { throw APIError.refused }
        do {
            try await store(revocation, under: grant)
        } catch { throw error as? StoreError == .notFound ? APIError.refused : error }
        return .map(Map())
    }

    private func store(_ revocation: Revocation, under grant: Grant) async throws {
        guard revocation.delegation == grant.cid else {
            return try await node.add(revocation, under: grant.place)
        }
        // Only the owner has issued the grant, so this is the owner's doing. The record is under a key that is not here.
        try await node.revoke(
            RevocationChange(revocation: revocation, slots: try grant.slots(), place: grant.place, record: nil))
        node.events.tell(.revoked(grant.cid), to: grant.owner)
    }
}
