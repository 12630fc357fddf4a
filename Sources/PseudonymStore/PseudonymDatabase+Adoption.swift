internal import GRDB
public import IPLD

extension PseudonymDatabase {
    /// Takes over pseudonyms that come from another node, in one transaction: opens their mailboxes, and stores their
    /// records. A record that is here already stays as it is: it may be the newer one.
    public func adopt(_ pseudonyms: [Principal], records: [StoredRecord]) async throws(StoreError) {
        try await writer.transaction { db in
            for pseudonym in pseudonyms where try !PseudonymDatabase.mailbox.has(pseudonym.publicKey, in: db) {
                try PseudonymDatabase.mailbox.insert(pseudonym.publicKey, [], in: db)
            }
            for (shelf, records) in Dictionary(grouping: records, by: \.shelf) {
                var present = Set(try PseudonymDatabase.record.tags(shelf, in: db))
                for record in records where present.insert(record.identifier).inserted {
                    let entry = SealedTable.Entry(tag: record.identifier, value: record.sealed)
                    try PseudonymDatabase.record.append(entry, to: shelf, in: db)
                }
            }
        }
    }
}
