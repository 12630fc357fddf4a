internal import Foundation
internal import GRDB

extension PseudonymDatabase {
    /// The most nonces that are remembered. They are invocations of about an hour: the node refuses further ones until
    /// older ones have expired, rather than execute one twice or fill the disk.
    public static let maximumNonces = 1_000_000

    /// How many expired nonces are forgotten with each new one: so the table shrinks, and no single use waits for many.
    private static let forgottenAtOnce = 100

    /// Remembers a nonce until its invocation has expired, and forgets some of those that have.
    ///
    /// The rows are counted beside the table, because SQLite would have to read all of them.
    static func consume(_ nonce: UsedNonce, now: Int64, in db: Database) throws {
        try db.execute(
            sql: """
                DELETE FROM used_nonce
                WHERE id IN (SELECT id FROM used_nonce WHERE kept_until < ? ORDER BY kept_until LIMIT ?)
                """, arguments: [now, forgottenAtOnce])
        let forgotten = db.changesCount
        try db.execute(
            sql: "INSERT INTO used_nonce VALUES (?, ?) ON CONFLICT DO NOTHING",
            arguments: [nonce.identifier.blob, nonce.keptUntil])
        if db.changesCount == 0 { throw StoreError.replayed }
        try db.execute(
            sql: "UPDATE nonce_count SET count = count + 1 - ? WHERE id = 0 AND count - ? < ?",
            arguments: [forgotten, forgotten, maximumNonces])
        if db.changesCount == 0 { throw StoreError.busy }
    }
}
