public import Capabilities
internal import DumpIdentity
internal import GRDB
public import IPLD

/// A grant that a viewer makes in return for the owner's, to be stored in one piece.
public struct ReturnGrant: Sendable {
    /// The viewer's pseudonym, whose mailbox takes the receipts.
    public let pseudonym: Principal
    /// By which the owner fetches it.
    public let name: RequestName
    /// The grant as an answer, sealed to the owner.
    public let answer: [UInt8]
    /// The disclosed fields, by slot.
    public let fields: [StoredItem]

    /// A grant in return.
    public init(pseudonym: Principal, name: RequestName, answer: [UInt8], fields: [StoredItem]) {
        self.pseudonym = pseudonym
        self.name = name
        self.answer = answer
        self.fields = fields
    }
}

/// A grant that its viewer gives back, to be done in one piece.
public struct GivingBack: Sendable {
    /// The pseudonym that granted it, which is told.
    public let pseudonym: Principal
    /// What the feed calls the end of the grant.
    public let name: RevocationName
    /// The slots of the disclosure, which are destroyed.
    public let slots: [[UInt8]]
    /// Where the status stands.
    public let place: StatusPlace
    /// The name of the notice, random.
    public let noticeIdentifier: [UInt8]
    /// The notice, sealed to the pseudonym.
    public let notice: [UInt8]
    /// The nonce of the viewer's invocation.
    public let nonce: UsedNonce

    /// A giving back.
    public init(
        pseudonym: Principal, name: RevocationName, slots: [[UInt8]], place: StatusPlace, noticeIdentifier: [UInt8],
        notice: [UInt8], nonce: UsedNonce
    ) {
        self.pseudonym = pseudonym
        self.name = name
        self.slots = slots
        self.place = place
        self.noticeIdentifier = noticeIdentifier
        self.notice = notice
        self.nonce = nonce
    }
}

extension PseudonymDatabase {
    /// Stores what a viewer keeps of an answer, and with it the grant that was promised in return, if one was.
    ///
    /// - Throws: ``StoreError/alreadyExists`` where a slot is taken; then nothing is stored.
    public func store(_ records: [StoredRecord], with grant: ReturnGrant?) async throws(StoreError) {
        try await writer.transaction { db in
            for record in records { try PseudonymDatabase.put(record, in: db) }
            guard let grant else { return }
            let key = grant.pseudonym.publicKey
            // Without a mailbox nobody reads: there receipts are kept.
            if try !PseudonymDatabase.mailbox.has(key, in: db) { try PseudonymDatabase.mailbox.insert(key, [], in: db) }
            try PseudonymDatabase.answer.put(
                grant.name.identifier, .init(tag: grant.name.viewerTag, value: grant.answer), in: db)
            try PseudonymDatabase.add(grant.fields, in: db)
        }
    }

    /// The sealed answer to a viewer's request, or `nil`, for an invocation whose nonce was used when it was asked first.
    public func answer(to name: RequestName) async throws(StoreError) -> [UInt8]? {
        try await writer.look { db in
            guard let entry = try PseudonymDatabase.answer.entry(name.identifier, in: db), entry.tag == name.viewerTag
            else { return nil }
            return entry.value
        }
    }

    /// Takes a grant back from its viewer: what it opened is destroyed, the status set, its end named for the feed, and the
    /// owner told. Of what is
    /// destroyed already the owner is not told again. Gives whether the owner was told.
    ///
    /// - Throws: ``StoreError/replayed``; ``StoreError/notFound`` where the index was not allocated with this claim, or the
    ///   mailbox is not here; then nothing is stored.
    @discardableResult
    public func giveBack(_ grant: GivingBack, now: Int64) async throws(StoreError) -> Bool {
        let isTold = try await writer.transaction { db in
            try PseudonymDatabase.consume(grant.nonce, now: now, in: db)
            guard try PseudonymDatabase.mailbox.has(grant.pseudonym.publicKey, in: db) else {
                throw StoreError.notFound
            }
            let isAlive = try PseudonymDatabase.destroy(grant.slots, at: grant.place, in: db)
            if try !PseudonymDatabase.returnedGrant.has(grant.name.bytes, in: db) {
                try PseudonymDatabase.returnedGrant.insert(grant.name.bytes, [], in: db)
            }
            guard isAlive else { return false }
            try PseudonymDatabase.newReceipt.put(
                grant.noticeIdentifier, .init(tag: grant.noticeIdentifier, value: grant.notice), in: db)
            return true
        }
        if isTold { waitingReceipts.add(grant.noticeIdentifier, of: grant.pseudonym) }
        return isTold
    }

    /// Destroys what a grant opened and sets its status; says whether there was anything left.
    static func destroy(_ slots: [[UInt8]], at place: StatusPlace, in db: Database) throws -> Bool {
        try checkClaim(of: place, in: db)
        var isDestroyed = false
        for slot in slots where try disclosedField.remove(slot, in: db) { isDestroyed = true }
        // SQLite overwrites what is deleted, but not the copies that stay where it moved rows between pages before.
        if isDestroyed { try SQLiteFile.markUnsettled(db) }
        try setStatus(place.index, in: place.list, db)
        return isDestroyed
    }

    /// Stores disclosed fields that must not be there yet.
    static func add(_ fields: [StoredItem], in db: Database) throws {
        for field in fields {
            if try disclosedField.table.has(field.identifier, in: db) { throw StoreError.alreadyExists }
            try disclosedField.put(field.identifier, .untagged(field.sealed), in: db)
        }
    }
}
