internal import DumpIdentity
internal import GRDB
internal import IPLD
internal import Sodium

/// Objects that wait to be released into the log: what a person publishes under a pseudonym of its own must not come
/// into the log in the order of publishing.
///
/// A row has a random name and the bytes, no time and no number. Who waits is drawn anew at each release, so nothing of
/// how long it waits is stored.
extension ModuleLog {
    /// The most objects that wait in one module: all are written again with each that comes.
    static let maximumWaiting = 200

    static func registerWaiting(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("2 waiting objects") { db in
            try db.execute(
                sql: """
                    CREATE TABLE waiting (
                        id BLOB NOT NULL PRIMARY KEY,
                        bytes BLOB NOT NULL
                    ) STRICT, WITHOUT ROWID;
                    """)
        }
    }

    private struct Waiting {
        let identifier: [UInt8]
        let bytes: [UInt8]
    }

    /// Keeps an object until it is released.
    func hold(_ object: ModuleObject, random: RandomSource) async throws(StoreError) {
        let new = Waiting(identifier: random.bytes(16), bytes: object.envelope.bytes)
        try await writer.transaction { db in
            let rows = try ModuleLog.waiting(in: db)
            guard rows.count < ModuleLog.maximumWaiting else { throw StoreError.full }
            // SQLite puts what comes last behind what was there. Written again in the order of their names, rows and
            // pages tell nothing of who came last.
            try db.execute(sql: "DELETE FROM waiting")
            for row in (rows + [new]).sorted(by: { $0.identifier.lexicographicallyPrecedes($1.identifier) }) {
                try db.execute(
                    sql: "INSERT INTO waiting VALUES (?, ?)", arguments: [row.identifier.blob, row.bytes.blob])
            }
        }
    }

    /// Releases each waiting object with a probability, in random order, in one transaction: how many.
    func release(probability: Double, random: RandomSource) async throws(StoreError) -> Int {
        // Most of the time nothing waits, and nothing is written.
        let isEmpty = try await writer.look { db in
            try Bool.fetchOne(db, sql: "SELECT NOT EXISTS (SELECT 1 FROM waiting)") ?? true
        }
        if isEmpty { return 0 }
        return try await writer.transaction { db in
            let drawn = try ModuleLog.waiting(in: db).filter { _ in random.isDrawn(probability) }
            for row in random.shuffled(drawn) {
                try ModuleLog.append(CID.of(dagCBOR: row.bytes), row.bytes, in: db)
                try db.execute(sql: "DELETE FROM waiting WHERE id = ?", arguments: [row.identifier.blob])
            }
            return drawn.count
        }
    }

    /// Destroys the waiting objects of some pseudonyms.
    func drop(of issuers: Set<Principal>) async throws(StoreError) {
        try await writer.transaction { db in
            for row in try ModuleLog.waiting(in: db) {
                guard let object = try? ModuleObject(verifying: row.bytes), issuers.contains(object.issuer) else {
                    continue
                }
                try db.execute(sql: "DELETE FROM waiting WHERE id = ?", arguments: [row.identifier.blob])
            }
        }
    }

    private static func waiting(in db: Database) throws -> [Waiting] {
        try Row.fetchAll(db, sql: "SELECT id, bytes FROM waiting ORDER BY id")
            .map { Waiting(identifier: $0.bytes("id"), bytes: $0.bytes("bytes")) }
    }
}

extension RandomSource {
    /// Whether an event of a probability, from 0 to 1, takes place.
    fileprivate func isDrawn(_ probability: Double) -> Bool {
        let word = bytes(4).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Double(word) < probability * Double(UInt64(1) << 32)
    }

    /// The elements in an order that is as likely as any other. Source: Durstenfeld 1964, algorithm 235.
    fileprivate func shuffled<Element>(_ elements: [Element]) -> [Element] {
        var elements = elements
        for last in elements.indices.dropFirst().reversed() {
            elements.swapAt(last, Int(number(below: UInt32(last + 1))))
        }
        return elements
    }
}
