internal import Foundation
internal import GRDB

extension PseudonymDatabase {
    /// The most nonces that are remembered. They are invocations of about an hour: the node refuses further ones until
    /// older ones have expired, rather than execute one twice or fill the disk.
    public static let maximumNonces = 1 << 20

    /// How many rows are looked through for expired ones at a time: so no single use waits for many.
    private static let lookedThrough = 1_000

    /// Remembers a nonce until its invocation has expired. Where room is scarce, expired rows near its key become spare;
    /// where that is not enough, the table grows.
    static func consume(_ nonce: UsedNonce, now: Int64, in db: Database) throws {
        if try usedNonce.has(nonce.identifier, in: db) { throw StoreError.replayed }
        if try Room.of(usedNonce.name, in: db).isScarce {
            try forget(near: nonce.identifier, before: now, in: db)
            let room = try Room.of(usedNonce.name, in: db)
            if room.isScarce, room.total < maximumNonces {
                try usedNonce.grow(by: min(room.total, maximumNonces - room.total), in: db)
            } else if room.spares == 0 {
                throw StoreError.busy
            }
        }
        try usedNonce.take(nonce.identifier, [bigEndian(Int(nonce.keptUntil))], in: db)
    }

    private static func forget(near id: [UInt8], before now: Int64, in db: Database) throws {
        let near = "SELECT * FROM used_nonce WHERE id > ? ORDER BY id LIMIT \(lookedThrough)"
        let sql = "SELECT id FROM (\(near)) WHERE spare = 0 AND kept_until < ?"
        let expired = try Data.fetchAll(db, sql: sql, arguments: [id.blob, bigEndian(Int(now)).blob])
        for id in expired {
            try db.execute(sql: "UPDATE used_nonce SET spare = 1 WHERE id = ?", arguments: [id])
        }
        try Room.add(expired.count, for: usedNonce.name, in: db)
    }
}
