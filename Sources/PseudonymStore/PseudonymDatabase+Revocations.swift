public import Capabilities
internal import DumpIdentity
internal import Foundation
internal import GRDB
public import IPLD

extension PseudonymDatabase {
    /// Revokes a grant: the signed revocation is stored, the disclosure destroyed, the status set, the record replaced.
    ///
    /// Repeating it changes nothing.
    ///
    /// - Throws: ``StoreError/notFound`` where the index was not allocated with this claim; then nothing is stored.
    public func revoke(_ change: RevocationChange) async throws(StoreError) {
        try await writer.transaction { db in try PseudonymDatabase.revoke(change, in: db) }
    }

    /// Revokes several grants in one transaction, and gives those whose index was not allocated with their claim: of these
    /// nothing is stored.
    public func revoke(_ changes: [RevocationChange]) async throws(StoreError) -> [CID] {
        try await writer.transaction { db in
            try changes.compactMap { change in
                do { try PseudonymDatabase.revoke(change, in: db) } catch StoreError.notFound {
                    return change.revocation.delegation
                }
                return nil
            }
        }
    }

    static func revoke(_ change: RevocationChange, in db: Database) throws {
        _ = try destroy(change.slots, at: change.place, in: db)
        try insert(change.revocation, in: db)
        if let record = change.record { try put(record, in: db) }
    }

    /// Stores a revocation of what was handed on under a grant; whether it counts is decided where a chain is verified.
    /// The place is the grant's. Repeating it changes nothing.
    ///
    /// - Throws: ``StoreError/notFound`` where the index was not allocated with this claim; then nothing is stored.
    public func add(_ revocation: Revocation, under place: StatusPlace) async throws(StoreError) {
        try await writer.transaction { db in
            try PseudonymDatabase.checkClaim(of: place, in: db)
            try PseudonymDatabase.insert(revocation, in: db)
        }
    }

    /// Who has revoked which of these delegations.
    public func revocations(of delegations: [CID]) async throws(StoreError) -> KnownRevocations {
        try await writer.look { db in try PseudonymDatabase.revocations(of: delegations, in: db) }
    }

    /// The names of all revocations, and of the grants that were given back, as a feed tells them.
    ///
    /// - Throws: ``StoreError/malformedFile(file:)`` where a row is none of a revocation.
    public func revocationNames() async throws(StoreError) -> [RevocationName] {
        try await writer.look { db in
            let returned = try PseudonymDatabase.returnedGrant.keys(in: db).map { try RevocationName(bytes: $0) }
            return try returned
                + PseudonymDatabase.revocation.elements(in: db).map { entry in
                    // They were verified before they were stored.
                    guard let delegation = try? Invocation(decoding: entry.value).arguments["revoke"]?.linkValue,
                        let revoker = try? Principal(publicKey: entry.tag),
                        let name = RevocationName(delegation, by: revoker)
                    else { throw StoreError.malformedFile(file: "revocation") }
                    return name
                }
        }
    }

    static func revocations(of delegations: [CID], in db: Database) throws -> KnownRevocations {
        var known = KnownRevocations()
        for cid in delegations {
            for revoker in try revocation.tags(cid.bytes, in: db) {
                known.insert(cid, by: try Principal(publicKey: revoker))
            }
        }
        return known
    }

    private static func insert(_ revocation: Revocation, in db: Database) throws {
        let list = revocation.delegation.bytes
        let revoker = revocation.revoker.publicKey
        if try self.revocation.tags(list, in: db).contains(revoker) { return }
        let entry = SealedTable.Entry(tag: revoker, value: revocation.invocation.envelope.bytes)
        try self.revocation.append(entry, to: list, in: db)
    }

    /// Whether a place in a list was taken with this claim.
    public func hasClaim(_ place: StatusPlace) async throws(StoreError) -> Bool {
        try await writer.look { db in
            try PseudonymDatabase.statusClaim.row(
                PseudonymDatabase.key(of: place.index, in: place.list), in: db)?.bytes("claim") == place.claim
        }
    }

    static func checkClaim(of place: StatusPlace, in db: Database) throws {
        let row = try statusClaim.row(key(of: place.index, in: place.list), in: db)
        guard row?.bytes("claim") == place.claim else { throw StoreError.notFound }
    }
}
