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

    /// Opens the file, which is made where it is not there.
    ///
    /// - Throws: ``StoreError``.
    public init(path: String) throws(StoreError) {
        writer = try SQLiteFile.open(path, migrator: PseudonymDatabase.migrator)
    }

    /// A database in memory, for tests.
    ///
    /// - Throws: ``StoreError``.
    public init(inMemory: Void) throws(StoreError) {
        writer = try SQLiteFile.inMemory(PseudonymDatabase.migrator)
    }

    /// What a pseudonym is written to when somebody wants something of it.
    static let mailbox = UniformTable(name: "mailbox", columns: [], initialRows: 256)
    /// By pseudonym; the tag is the request's name.
    static let request = ListTable("request", length: 32 + 4_144, initialRows: 32)
    /// By the request's name; the tag is the viewer's.
    static let answer = SealedTable("answer", length: 4_144, initialRows: 32)
    /// By shelf; the tag is the record's name.
    static let record = ListTable("record", length: 8_232, initialRows: 32)
    /// By slot. A picture is 248 pieces.
    static let disclosedField = SealedTable("disclosed_field", length: 1_064, initialRows: 128)
    /// By pseudonym; the tag is random.
    static let receipt = ListTable("receipt", length: 2_096, initialRows: 64)
    /// By delegation; the tag is the revoker's key.
    static let revocation = ListTable("revocation", length: 512, initialRows: 64)
    /// By place in a status list.
    static let statusClaim = UniformTable(name: "status_claim", columns: [.init("claim", 32)], initialRows: 256)
    /// By nonce. Rows that have expired are written over like spare ones.
    static let usedNonce = UniformTable(name: "used_nonce", columns: [.init("kept_until", 8)], initialRows: 512)

    // MARK: Mailboxes and requests

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

    /// The most requests that wait in one mailbox. More are dropped: the viewer is told nothing either way.
    public static let maximumPending = 1_000

    /// Puts a request into a pseudonym's mailbox. Without a mailbox, or with a full one, nothing is stored and nothing
    /// is said: asking does not tell whether a pseudonym exists.
    ///
    /// - Throws: ``StoreError/replayed``.
    public func addRequest(
        _ name: RequestName, to pseudonym: Principal, sealed: [UInt8], nonce: UsedNonce, now: Int64
    ) async throws(StoreError) {
        try await writer.transaction { db in
            try PseudonymDatabase.consume(nonce, now: now, in: db)
            let list = pseudonym.publicKey
            let entry = SealedTable.Entry(tag: name.identifier, value: name.viewerTag + sealed)
            let isTaken =
                try PseudonymDatabase.mailbox.has(list, in: db)
                && PseudonymDatabase.request.count(list, in: db) < PseudonymDatabase.maximumPending
                && PseudonymDatabase.request.first(list, tag: name.identifier, in: db) == nil
            guard isTaken else { return try PseudonymDatabase.writeInVain(entry, in: db) }
            try PseudonymDatabase.request.append(entry, to: list, in: db)
        }
    }

    /// Does what taking or removing a request does, on requests that are nobody's: what is answered alike takes as long.
    private static func writeInVain(_ entry: SealedTable.Entry, in db: Database) throws {
        // No pseudonym has this key: it is no point of the curve that is accepted.
        let nobody = [UInt8](repeating: 0, count: 32)
        let zeros = SealedTable.Entry(tag: nobody, value: [UInt8](repeating: 0, count: entry.value.count))
        if try request.tags(nobody, in: db).isEmpty {
            try request.append(zeros, to: nobody, in: db)
        } else {
            try request.remove(tag: nobody, from: nobody, in: db)
            try request.append(zeros, to: nobody, in: db)
        }
    }

    /// The pending requests of a pseudonym, in no order that means anything.
    public func requests(of pseudonym: Principal) async throws(StoreError) -> [StoredItem] {
        try await writer.look { db in
            try PseudonymDatabase.request.all(pseudonym.publicKey, in: db).map {
                StoredItem(identifier: $0.tag, sealed: Array($0.value.dropFirst(RequestName.tagLength)))
            }
        }
    }

    /// Removes pending requests without an answer; no matter whether they were there.
    public func drop(_ requests: [DroppedRequest]) async throws(StoreError) {
        try await writer.transaction { db in
            for dropped in requests {
                try PseudonymDatabase.request.remove(
                    tag: dropped.identifier, from: dropped.pseudonym.publicKey, in: db)
            }
        }
    }

    /// Takes a pending request back for its viewer; what is not there, or another's, stays as it is.
    ///
    /// - Throws: ``StoreError/replayed``.
    public func withdrawRequest(
        _ name: RequestName, from pseudonym: Principal, nonce: UsedNonce, now: Int64
    ) async throws(StoreError) {
        try await writer.transaction { db in
            try PseudonymDatabase.consume(nonce, now: now, in: db)
            let list = pseudonym.publicKey
            guard let entry = try PseudonymDatabase.request.first(list, tag: name.identifier, in: db),
                entry.value.starts(with: name.viewerTag)
            else {
                let nothing = [UInt8](repeating: 0, count: RequestName.tagLength)
                return try PseudonymDatabase.writeInVain(.init(tag: nothing, value: nothing), in: db)
            }
            try PseudonymDatabase.request.remove(tag: name.identifier, from: list, in: db)
        }
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

    /// Stores an owner's decision: the request goes; the answer, the record and the disclosed fields come.
    ///
    /// - Throws: ``StoreError/notPending`` where the request is not there any more, ``StoreError/alreadyExists`` where a
    ///   slot is taken; then nothing is stored.
    public func decide(_ decision: Decision) async throws(StoreError) {
        try await writer.transaction { db in
            let list = decision.pseudonym.publicKey
            guard let request = try PseudonymDatabase.request.first(list, tag: decision.request, in: db) else {
                throw StoreError.notPending
            }
            try PseudonymDatabase.request.remove(tag: decision.request, from: list, in: db)
            let viewerTag = Array(request.value.prefix(RequestName.tagLength))
            try PseudonymDatabase.answer.put(
                decision.request, SealedTable.Entry(tag: viewerTag, value: decision.answer), in: db)
            try PseudonymDatabase.put(decision.record, in: db)
            for field in decision.fields {
                if try PseudonymDatabase.disclosedField.table.has(field.identifier, in: db) {
                    throw StoreError.alreadyExists
                }
                try PseudonymDatabase.disclosedField.put(field.identifier, .untagged(field.sealed), in: db)
            }
        }
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
                try PseudonymDatabase.request.removeAll(list, in: db)
                try PseudonymDatabase.receipt.removeAll(list, in: db)
                try PseudonymDatabase.mailbox.remove(list, in: db)
            }
            // As after a revocation.
            try SQLiteFile.markUnsettled(db)
        }
    }
}

extension SealedTable.Entry {
    /// A value with nothing beside it.
    static func untagged(_ value: [UInt8]) -> SealedTable.Entry {
        SealedTable.Entry(tag: [UInt8](repeating: 0, count: 32), value: value)
    }
}
