internal import Foundation
internal import GRDB

extension PseudonymDatabase {
    /// The most nonces that are remembered. They are invocations of about an hour: the node refuses further ones until
    /// older ones have expired, rather than execute one twice or fill the disk.
    public static let maximumNonces = 1 << 20

    /// How many slots are looked through for expired ones at a time: so no single use waits for many.
    private static let lookedThrough = 1_024

    /// Remembers a nonce until its invocation has expired. Where room is scarce, expired rows near its slot become spare;
    /// where that is not enough, the table grows.
    static func consume(_ nonce: UsedNonce, now: Int64, in db: Database) throws {
        if try usedNonce.has(nonce.identifier, in: db) { throw StoreError.replayed }
        if try Room.of(usedNonce.name, in: db).isScarce {
            try forget(near: nonce.identifier, before: now, in: db)
            let room = try Room.of(usedNonce.name, in: db)
            if room.taken >= maximumNonces { throw StoreError.busy }
            if room.isScarce { try usedNonce.grow(by: 1, in: db) }
        }
        do {
            try usedNonce.take(nonce.identifier, [bigEndian(Int(nonce.keptUntil))], in: db)
        } catch StoreError.full {
            // The largest table there may be, and no place among its kind.
            throw StoreError.busy
        }
    }

    private static func forget(near id: [UInt8], before now: Int64, in db: Database) throws {
        let bucket = try Room.of(usedNonce.name, in: db).bucket(of: id)
        let start = bucket.lowerBound / lookedThrough * lookedThrough
        try db.execute(
            sql: """
                UPDATE used_nonce SET \(usedNonce.emptying)
                WHERE slot >= ? AND slot < ? AND spare = 0 AND kept_until < ?
                """,
            arguments: [start, start + lookedThrough, bigEndian(Int(now)).blob])
        try Room.add(db.changesCount, for: usedNonce.name, in: db)
    }
}
