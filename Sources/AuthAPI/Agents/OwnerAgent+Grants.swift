internal import Capabilities
internal import DumpIdentity
internal import IPLD
internal import PseudonymStore
internal import Sodium

extension OwnerAgent {
    // MARK: Grants

    /// What the owner granted of what a filter lets pass, in no order that means anything.
    func grants(_ filter: GrantFilter = GrantFilter()) async throws -> [ListedGrant] {
        let now = node.clock()
        var grants: [ListedGrant] = []
        for pseudonym in try await vault.state().pseudonyms {
            for record in try await records(of: try keys(pseudonym)) {
                guard filter.matches(record, of: pseudonym, at: now) else { continue }
                guard let grant = record.listedGrant(module: pseudonym.module, at: now, node: node) else { continue }
                grants.append(grant)
            }
        }
        return grants
    }

    /// The decisions of all pseudonyms. Opening them takes time.
    func records() async throws -> [DecisionRecord] {
        var records: [DecisionRecord] = []
        for pseudonym in try await vault.state().pseudonyms {
            records += try await self.records(of: try keys(pseudonym))
        }
        return records
    }

    /// The decisions of a pseudonym. A grant may also have been revoked by an agent of the owner's elsewhere, which could
    /// not change the record.
    func records(of keys: borrowing PseudonymKeys) async throws -> [DecisionRecord] {
        var records = try await decisions.all(keys).map { try DecisionRecord($0) }
        let revocations = try await node.pseudonyms.revocations(of: records.compactMap { $0.approval?.grant.cid })
        for index in records.indices {
            guard let grant = records[index].approval?.grant else { continue }
            if revocations.contains(grant.cid, by: grant.owner) { records[index].revoke(at: nil) }
        }
        try await markReturned(&records)
        return records
    }

    /// Revokes a grant: from now on nobody reads under it, and what it opened is destroyed. Repeating it is no error.
    func revoke(_ id: CID, if precondition: Precondition) async throws {
        try await node.turns.take(session.handle) { try await revokeInTurn(id, if: precondition) }
    }

    private func revokeInTurn(_ id: CID, if precondition: Precondition) async throws {
        for pseudonym in try await vault.state().pseudonyms {
            let keys = try keys(pseudonym)
            guard var record = try await records(of: keys).first(where: { $0.approval?.grant.cid == id }),
                let grant = record.approval?.grant
            else { continue }
            if let listed = record.listedGrant(module: pseudonym.module, at: node.clock(), node: node) {
                try precondition.check(try listed.tags(session))
            }
            record.revoke(at: node.clock())
            guard node.serves(grant) else {
                // The home first: a record that says too much would hide a grant that is alive.
                try await revoke(atHome: grant, keys)
                try await node.pseudonyms.put(
                    try decisions.seal(record.sealedValue, request: record.request.cid, keys: keys))
                return node.events.tell(.revoked(id), to: grant.owner)
            }
            let sealed = try decisions.seal(record.sealedValue, request: record.request.cid, keys: keys)
            try await node.revoke(try revocation(of: grant, keys, record: sealed))
            return node.events.tell(.revoked(id), to: grant.owner)
        }
        throw APIError.notFound
    }

    /// Revokes a grant at the other node that serves it.
    ///
    /// - Throws: ``APIError/unreachable``, ``APIError/unanswered``, ``APIError/refused``.
    func revoke(atHome grant: Grant, _ keys: borrowing PseudonymKeys) async throws(APIError) {
        let client = InvocationClient(client: node.client, random: node.random, clock: node.clock)
        try await client.revoke([grant.delegation], grant: grant, with: keys.signing)
    }

    /// Who read what, in no order that means anything.
    func receipts() async throws -> [ListedReceipt] {
        var receipts: [ListedReceipt] = []
        var search = MailboxSearch(node: node)
        for pseudonym in try await vault.state().pseudonyms {
            let keys = try keys(pseudonym)
            let shelf = try Shelf(label: Shelf.receipts, node: node).name(keys)
            // Those that are new go where only the owner's key finds them.
            let new = try await search.newReceipts(of: keys)
            try await node.pseudonyms.keep(new, of: keys.principal, on: shelf)
            for stored in try await node.pseudonyms.receipts(on: shelf) {
                let receipt = try Receipt(opening: stored.sealed, with: keys.signing)
                let value: Value = [
                    "grant": .string(receipt.grant?.description ?? ""), "reader": .string(receipt.reader.did),
                    "fields": .list(try receipt.fields().map { .string($0.rawValue) }), "time": .int(receipt.time),
                    "handed_on": .bool(receipt.invocation.proofs.count > 1), "returned": .bool(receipt.isReturn),
                ]
                receipts.append(
                    ListedReceipt(time: receipt.time, name: receipt.invocation.cid.digest, value: value))
            }
        }
        return receipts
    }

    // MARK: Profile

    /// Sets and removes profile fields, and encrypts the disclosures of live grants anew.
    func updateProfile(
        _ changes: [ProfileField: FieldValue?], if precondition: Precondition
    ) async throws -> Profile {
        try await node.turns.take(session.handle) {
            let stored = try await vault.updateProfile { stored in
                try precondition.check(try stored.profile.tags(session))
                for (field, value) in changes { stored.profile[field] = value }
                stored.isAhead = true
            }
            try await refreshDisclosures(stored.profile)
            return stored.profile
        }
    }

    /// Makes good what an edit left behind that was interrupted between profile and disclosures.
    func finishInterruptedEdit() async throws {
        try await node.turns.take(session.handle) {
            let stored = try await vault.profile()
            if stored.isAhead { try await refreshDisclosures(stored.profile) }
        }
    }

    private func refreshDisclosures(_ profile: Profile) async throws {
        let now = node.clock()
        var fields: [StoredItem] = []
        for pseudonym in try await vault.state().pseudonyms {
            for record in try await records(of: try keys(pseudonym)) where !record.isRevoked {
                guard let approval = record.approval, approval.grant.expiration >= now else { continue }
                fields += try approval.sealedFields(
                    of: profile, only: approval.grant.open(approval.grant.fields, at: now), random: node.random)
            }
        }
        try await node.pseudonyms.replaceFields(fields)
        try await vault.updateProfile { $0.isAhead = false }
    }
}
