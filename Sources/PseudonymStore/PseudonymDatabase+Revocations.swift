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
        try await writer.transaction { db in
            try PseudonymDatabase.checkClaim(of: change.place, in: db)
            try PseudonymDatabase.insert(change.revocation, in: db)
            for slot in change.slots {
                try db.execute(sql: "DELETE FROM disclosed_field WHERE slot = ?", arguments: [slot.blob])
            }
            try PseudonymDatabase.setStatus(change.place.index, in: change.place.list, db)
            if let record = change.record { try PseudonymDatabase.put(record, in: db) }
        }
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

    static func revocations(of delegations: [CID], in db: Database) throws -> KnownRevocations {
        var known = KnownRevocations()
        for cid in delegations {
            let rows = try Row.fetchAll(
                db, sql: "SELECT revoker FROM revocation WHERE delegation = ?", arguments: [cid.bytes.blob])
            for row in rows { known.insert(cid, by: try Principal(publicKey: row.bytes("revoker"))) }
        }
        return known
    }

    private static func insert(_ revocation: Revocation, in db: Database) throws {
        try db.execute(
            sql: "INSERT INTO revocation VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            arguments: [
                revocation.delegation.bytes.blob, revocation.revoker.publicKey.blob,
                revocation.invocation.envelope.bytes.blob,
            ])
    }

    private static func checkClaim(of place: StatusPlace, in db: Database) throws {
        let isClaimed = try Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT 1 FROM status_claim WHERE list = ? AND position = ? AND claim = ?)",
            arguments: [place.list, place.index, place.claim.blob])
        guard isClaimed == true else { throw StoreError.notFound }
    }
}
