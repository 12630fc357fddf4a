internal import Foundation
internal import GRDB
public import IPLD

/// Everything of pseudonyms: mailboxes, requests, answers, records, disclosures, receipts, revocations and status lists,
/// in a file of its own. Nothing in it names an account or a profile.
///
/// Each operation is one transaction. What a reader of the file learns from each column stands in `docs/spec.md`,
/// "Storage".
public struct PseudonymDatabase: Sendable {
    let writer: any DatabaseWriter
    let waitingRequests: MailboxIndex
    let waitingReceipts: MailboxIndex

    /// Opens the file, which is made where it is not there.
    ///
    /// - Throws: ``StoreError``.
    public init(path: String) throws(StoreError) {
        try self.init(SQLiteFile.open(path, migrator: PseudonymDatabase.migrator))
    }

    /// A database in memory, for tests.
    ///
    /// - Throws: ``StoreError``.
    public init(inMemory: Void) throws(StoreError) {
        try self.init(SQLiteFile.inMemory(PseudonymDatabase.migrator))
    }

    private init(_ writer: any DatabaseWriter) throws(StoreError) {
        self.writer = writer
        do {
            let waits = try writer.read { db in
                (
                    requests: try PseudonymDatabase.waitingRequest.hasAny(in: db),
                    receipts: try PseudonymDatabase.newReceipt.hasAny(in: db)
                )
            }
            waitingRequests = MailboxIndex(nothingWaits: !waits.requests)
            waitingReceipts = MailboxIndex(nothingWaits: !waits.receipts)
        } catch { throw SQLiteFile.failure(error) }
    }

    /// What a pseudonym is written to when somebody wants something of it.
    static let mailbox = UniformTable(name: "mailbox", columns: [], initialRows: 256)
    /// By the request's name; the tag is the viewer's. Whose a request is stands nowhere.
    static let waitingRequest = SealedTable("waiting_request", length: 8_240, initialRows: 32)
    /// By the request's name; the tag is the viewer's.
    static let answer = SealedTable("answer", length: 4_144, initialRows: 32)
    /// By shelf; the tag is the record's name.
    static let record = ListTable("record", length: 8_232, initialRows: 32)
    /// By slot. A picture is 248 pieces.
    static let disclosedField = SealedTable("disclosed_field", length: 1_064, initialRows: 128)
    /// By a random name, which is the tag, too. Whose a receipt is stands nowhere.
    static let newReceipt = SealedTable("new_receipt", length: 2_096, initialRows: 64)
    /// What owners have seen, by shelf; the tag is the name of before.
    static let receipt = ListTable("kept_receipt", length: 2_096, initialRows: 64)
    /// By delegation; the tag is the revoker's key.
    static let revocation = ListTable("revocation", length: 512, initialRows: 64)
    /// What was given back, by the name that the feed has for it.
    static let returnedGrant = UniformTable(name: "returned_grant", columns: [], initialRows: 64)
    /// By place in a status list.
    static let statusClaim = UniformTable(name: "status_claim", columns: [.init("claim", 32)], initialRows: 256)
    /// By nonce. Rows that have expired are written over like spare ones.
    static let usedNonce = UniformTable(
        name: "used_nonce", columns: [.init("kept_until", 8)], initialRows: 512, maximumRows: 2 * maximumNonces)

    // MARK: Mailboxes and decisions

    /// Opens a mailbox for a pseudonym; one that is there already stays as it is.
    public func openMailbox(_ pseudonym: Principal) async throws(StoreError) {
        try await writer.transaction { db in
            if try PseudonymDatabase.mailbox.has(pseudonym.publicKey, in: db) { return }
            try PseudonymDatabase.mailbox.insert(pseudonym.publicKey, [], in: db)
        }
    }

    /// Whether this node keeps the mailbox of a pseudonym.
    public func hasMailbox(_ pseudonym: Principal) async throws(StoreError) -> Bool {
        try await writer.look { db in try PseudonymDatabase.mailbox.has(pseudonym.publicKey, in: db) }
    }

    /// The sealed answer to a viewer's request, or `nil`.
    ///
    /// - Throws: ``StoreError/replayed``.
    public func answer(to name: RequestName, nonce: UsedNonce, now: Int64) async throws(StoreError) -> [UInt8]? {
        try await writer.transaction { db in
            try PseudonymDatabase.consume(nonce, now: now, in: db)
            guard let entry = try PseudonymDatabase.answer.entry(name.identifier, in: db), entry.tag == name.viewerTag
            else { return nil }
            return entry.value
        }
    }

    /// Stores an owner's decision: the request goes; the answer, if there is one, the record and the disclosed fields come.
    ///
    /// - Throws: ``StoreError/notPending`` where the request is not there any more, ``StoreError/alreadyExists`` where a
    ///   slot is taken; then nothing is stored.
    public func decide(_ decision: Decision) async throws(StoreError) {
        try await writer.transaction { db in
            guard let viewerTag = try PseudonymDatabase.waitingRequest.tag(decision.request, in: db) else {
                throw StoreError.notPending
            }
            try PseudonymDatabase.waitingRequest.remove(decision.request, in: db)
            if let answer = decision.answer {
                try PseudonymDatabase.answer.put(
                    decision.request, SealedTable.Entry(tag: viewerTag, value: answer), in: db)
            }
            for record in [decision.record] + decision.further { try PseudonymDatabase.put(record, in: db) }
            try PseudonymDatabase.add(decision.fields, in: db)
        }
        waitingRequests.remove(decision.request, of: decision.pseudonym)
    }

    // MARK: Records

    /// Stores a record, in place of one of the same name.
    public func put(_ record: StoredRecord) async throws(StoreError) {
        try await writer.transaction { db in try PseudonymDatabase.put(record, in: db) }
    }

    /// The records of a shelf, in no order that means anything.
    public func records(on shelf: [UInt8]) async throws(StoreError) -> [StoredRecord] {
        try await writer.look { db in
            try PseudonymDatabase.record.all(shelf, in: db).map {
                StoredRecord(identifier: $0.tag, shelf: shelf, sealed: $0.value)
            }
        }
    }

    /// One record of a shelf, or `nil`.
    public func record(_ identifier: [UInt8], on shelf: [UInt8]) async throws(StoreError) -> StoredRecord? {
        try await writer.look { db in
            try PseudonymDatabase.record.first(shelf, tag: identifier, in: db).map {
                StoredRecord(identifier: identifier, shelf: shelf, sealed: $0.value)
            }
        }
    }

    /// Removes a record of a shelf; no matter whether it was there.
    public func remove(_ record: StoredRecord) async throws(StoreError) {
        try await writer.transaction { db in
            _ = try PseudonymDatabase.record.remove(tag: record.identifier, from: record.shelf, in: db)
        }
    }

    static func put(_ record: StoredRecord, in db: Database) throws {
        let entry = SealedTable.Entry(tag: record.identifier, value: record.sealed)
        try PseudonymDatabase.record.put(entry, in: record.shelf, db)
    }

    // MARK: The end of a pseudonym

    /// Destroys what the node keeps for pseudonyms, in one transaction: mailboxes with their requests and receipts,
    /// records, answers, and disclosures of grants, which are revoked. Revocations and the places of statuses stay.
    public func remove(_ ends: [PseudonymEnd]) async throws(StoreError) {
        try await writer.transaction { db in
            for end in ends {
                let list = end.pseudonym.publicKey
                for change in end.revocations {
                    do { try PseudonymDatabase.revoke(change, in: db) } catch StoreError.notFound {
                        // Not a grant of this node's lists: it must not keep its pseudonym alive, nor what it opens.
                        for slot in change.slots { try PseudonymDatabase.disclosedField.remove(slot, in: db) }
                    }
                }
                for answer in end.answers { try PseudonymDatabase.answer.remove(answer, in: db) }
                for shelf in end.shelves { try PseudonymDatabase.record.removeAll(shelf, in: db) }
                for request in end.requests { try PseudonymDatabase.waitingRequest.remove(request, in: db) }
                for receipt in end.receipts { try PseudonymDatabase.newReceipt.remove(receipt, in: db) }
                try PseudonymDatabase.receipt.removeAll(end.receiptShelf, in: db)
                try PseudonymDatabase.mailbox.remove(list, in: db)
            }
            // As after a revocation.
            try SQLiteFile.markUnsettled(db)
        }
        for end in ends {
            waitingRequests.removeAll(of: end.pseudonym)
            waitingReceipts.removeAll(of: end.pseudonym)
        }
    }
}

extension SealedTable.Entry {
    /// A value with nothing beside it.
    static func untagged(_ value: [UInt8]) -> SealedTable.Entry {
        SealedTable.Entry(tag: [UInt8](repeating: 0, count: 32), value: value)
    }
}
