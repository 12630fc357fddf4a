internal import GRDB
public import IPLD

/// What waits for pseudonyms: requests, and receipts that their owners have not seen.
///
/// Rows lie under names that say nothing of whose they are. See ``MailboxIndex``.
extension PseudonymDatabase {
    // MARK: Requests

    /// The most requests that wait for one pseudonym, as far as the process knows. More are dropped: the viewer is told
    /// nothing either way.
    public static let maximumPending = 1_000

    /// Puts a request into a pseudonym's mailbox, and gives whether it was taken. Without a mailbox, with a full one, or
    /// beyond the sender's quota, nothing is stored, and who asks is not told: asking does not tell whether a pseudonym
    /// exists. Where the sender is named, a full mailbox drops one from the sender of whom most wait, if those are more:
    /// nobody fills it for others. Senders are known in memory alone.
    ///
    /// - Throws: ``StoreError/replayed``.
    @discardableResult
    public func addRequest(
        _ name: RequestName, to pseudonym: Principal, sealed: [UInt8], from sender: [UInt8]? = nil,
        isWithinQuota: Bool = true, nonce: UsedNonce, now: Int64
    ) async throws(StoreError) -> Bool {
        let isFull = waitingRequests.count(of: pseudonym) >= PseudonymDatabase.maximumPending
        let leaving = isFull ? sender.flatMap { waitingRequests.leastMissed(of: pseudonym, for: $0) } : nil
        let isRoom = isWithinQuota && (!isFull || leaving != nil)
        let isTaken = try await writer.transaction { db in
            try PseudonymDatabase.consume(nonce, now: now, in: db)
            let entry = SealedTable.Entry(tag: name.viewerTag, value: sealed)
            let isTaken =
                try PseudonymDatabase.mailbox.has(pseudonym.publicKey, in: db)
                && isRoom && !PseudonymDatabase.waitingRequest.table.has(name.identifier, in: db)
            guard isTaken else {
                try PseudonymDatabase.writeInVain(length: sealed.count, in: db)
                return false
            }
            if let leaving { try PseudonymDatabase.waitingRequest.remove(leaving, in: db) }
            try PseudonymDatabase.waitingRequest.put(name.identifier, entry, in: db)
            return true
        }
        if isTaken {
            if let leaving { waitingRequests.remove(leaving, of: pseudonym) }
            waitingRequests.add(name.identifier, of: pseudonym, from: sender)
        }
        return isTaken
    }

    /// Does what taking or removing a request does, on a request that is nobody's: what is answered alike takes as long.
    private static func writeInVain(length: Int, in db: Database) throws {
        // No request has this name.
        let nobody = [UInt8](repeating: 0, count: 32)
        try waitingRequest.remove(nobody, in: db)
        let zeros = SealedTable.Entry(tag: nobody, value: [UInt8](repeating: 0, count: length))
        try waitingRequest.put(nobody, zeros, in: db)
    }

    /// The requests that wait for a pseudonym, in no order that means anything; `nil` where the process does not know them:
    /// then they are among ``allRequests()``.
    public func requests(of pseudonym: Principal) async throws(StoreError) -> [StoredItem]? {
        guard let names = waitingRequests.names(of: pseudonym) else { return nil }
        return try await PseudonymDatabase.items(names, in: PseudonymDatabase.waitingRequest, writer)
    }

    /// The request of a name that waits, whosever it is; `nil` where none does.
    public func request(_ name: [UInt8]) async throws(StoreError) -> StoredItem? {
        try await PseudonymDatabase.items([name], in: PseudonymDatabase.waitingRequest, writer).first
    }

    /// All requests that wait, whosever they are.
    public func allRequests() async throws(StoreError) -> [StoredItem] {
        try await PseudonymDatabase.allItems(in: PseudonymDatabase.waitingRequest, writer)
    }

    /// Notes which of ``allRequests()`` are a pseudonym's.
    public func note(requests names: [[UInt8]], of pseudonym: Principal) {
        waitingRequests.note(names, of: pseudonym)
    }

    /// Takes a waiting request back for its viewer; what is not there, or another's, stays as it is.
    ///
    /// - Throws: ``StoreError/replayed``.
    public func withdrawRequest(
        _ name: RequestName, from pseudonym: Principal, nonce: UsedNonce, now: Int64
    ) async throws(StoreError) {
        let isRemoved = try await writer.transaction { db in
            try PseudonymDatabase.consume(nonce, now: now, in: db)
            guard try PseudonymDatabase.waitingRequest.tag(name.identifier, in: db) == name.viewerTag else {
                try PseudonymDatabase.writeInVain(length: 0, in: db)
                return false
            }
            return try PseudonymDatabase.waitingRequest.remove(name.identifier, in: db)
        }
        if isRemoved { waitingRequests.remove(name.identifier, of: pseudonym) }
    }

    /// Removes waiting requests without an answer; no matter whether they were there.
    public func drop(_ requests: [DroppedRequest]) async throws(StoreError) {
        try await writer.transaction { db in
            for dropped in requests { try PseudonymDatabase.waitingRequest.remove(dropped.identifier, in: db) }
        }
        for dropped in requests { waitingRequests.remove(dropped.identifier, of: dropped.pseudonym) }
    }

    // MARK: Receipts

    /// The receipts of a pseudonym that its owner has not seen; `nil` where the process does not know them: then they are
    /// among ``allNewReceipts()``.
    public func newReceipts(of pseudonym: Principal) async throws(StoreError) -> [StoredItem]? {
        guard let names = waitingReceipts.names(of: pseudonym) else { return nil }
        return try await PseudonymDatabase.items(names, in: PseudonymDatabase.newReceipt, writer)
    }

    /// All receipts that their owners have not seen, whosever they are.
    public func allNewReceipts() async throws(StoreError) -> [StoredItem] {
        try await PseudonymDatabase.allItems(in: PseudonymDatabase.newReceipt, writer)
    }

    /// Puts new receipts of a pseudonym onto its shelf, whose name only its storage key gives. They are all that the
    /// pseudonym has of ``allNewReceipts()``.
    public func keep(_ receipts: [StoredItem], of pseudonym: Principal, on shelf: [UInt8]) async throws(StoreError) {
        if !receipts.isEmpty {
            try await writer.transaction { db in
                for item in receipts {
                    // Another look of the same owner may have been faster.
                    guard try PseudonymDatabase.newReceipt.remove(item.identifier, in: db) else { continue }
                    let entry = SealedTable.Entry(tag: item.identifier, value: item.sealed)
                    try PseudonymDatabase.receipt.append(entry, to: shelf, in: db)
                }
            }
        }
        waitingReceipts.note([], of: pseudonym)
        for item in receipts { waitingReceipts.remove(item.identifier, of: pseudonym) }
    }

    /// The receipts on a shelf, in no order that means anything.
    public func receipts(on shelf: [UInt8]) async throws(StoreError) -> [StoredItem] {
        try await writer.look { db in
            try PseudonymDatabase.receipt.all(shelf, in: db).map { StoredItem(identifier: $0.tag, sealed: $0.value) }
        }
    }

    // MARK: Both

    private static func items(
        _ names: Set<[UInt8]>, in table: SealedTable, _ writer: any DatabaseWriter
    ) async throws(StoreError) -> [StoredItem] {
        try await writer.look { db in
            try names.compactMap { name in
                try table.entry(name, in: db).map { StoredItem(identifier: name, sealed: $0.value) }
            }
        }
    }

    private static func allItems(
        in table: SealedTable, _ writer: any DatabaseWriter
    ) async throws(StoreError) -> [StoredItem] {
        try await writer.look { db in
            try table.all(in: db).map { StoredItem(identifier: $0.id, sealed: $0.entry.value) }
        }
    }
}
