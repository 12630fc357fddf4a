internal import Capabilities
internal import DumpIdentity
internal import IPLD
internal import PseudonymStore

extension OwnerAgent {
    /// Revokes all grants that a filter lets pass and that were neither revoked nor given back yet; those of this node in
    /// one transaction. Repeating it is no error.
    ///
    /// What another node serves is revoked there, and is told as not revoked where that node does not take it.
    func revokeAll(_ filter: GrantFilter) async throws -> AccountEnd.GrantsEnd {
        try await node.turns.take(session.handle) {
            let now = node.clock()
            var end = AccountEnd.GrantsEnd()
            var changes: [RevocationChange] = []
            for pseudonym in try await vault.state().pseudonyms {
                let keys = try keys(pseudonym)
                for var record in try await records(of: keys)
                where !record.isRevoked && !record.isReturned && filter.matches(record, of: pseudonym, at: now) {
                    guard let grant = record.approval?.grant else { continue }
                    record.revoke(at: now)
                    let sealed = try decisions.seal(record.sealedValue, request: record.request.cid, keys: keys)
                    if node.serves(grant) {
                        changes.append(try revocation(of: grant, keys, record: sealed))
                    } else if grant.expiration >= now, await revoke(atHome: grant, keys, &end) {
                        // The home first: a record that says too much would hide a grant that is alive.
                        try await node.pseudonyms.put(sealed)
                        node.events.tell(.revoked(grant.cid), to: grant.owner)
                    }
                }
            }
            let refused = Set(try await node.revoke(changes))
            end.revoked += changes.count - refused.count
            for change in changes {
                let (grant, owner) = (change.revocation.delegation, change.revocation.revoker)
                if refused.contains(grant) {
                    end.unreached.append((grant, node.configuration.publicAddress))
                } else {
                    node.events.tell(.revoked(grant), to: owner)
                }
            }
            return end
        }
    }

    /// What revokes a grant of this node, with the owner's record as it is then.
    func revocation(
        of grant: Grant, _ keys: borrowing PseudonymKeys, record: StoredRecord?
    ) throws -> RevocationChange {
        RevocationChange(
            revocation: try Revocation.sign(grant.cid, with: keys.signing), slots: try grant.slots(),
            place: grant.place, record: record)
    }

    /// Revokes a grant at the other node that serves it, as one of several, and says whether that was done.
    func revoke(
        atHome grant: Grant, _ keys: borrowing PseudonymKeys, _ end: inout AccountEnd.GrantsEnd
    ) async -> Bool {
        if !end.silent.contains(grant.home) {
            do {
                try await revoke(atHome: grant, keys)
                end.revoked += 1
                return true
            } catch {
                // A node that is away is asked once: each question takes seconds.
                if error == .unreachable { end.silent.insert(grant.home) }
            }
        }
        end.unreached.append((grant.cid, grant.home))
        return false
    }
}
