public import Capabilities
internal import DumpIdentity
internal import Foundation
internal import GRDB
public import IPLD
public import Sodium

/// What is read under a grant, to be done in one piece.
public struct DisclosureRead: Sendable {
    /// The slots of the fields that are read, in order.
    public let slots: [[UInt8]]
    /// The delegations of the chain: none of them may be revoked.
    public let chain: DelegationChain
    /// The pseudonym that is told of the read.
    public let pseudonym: Principal
    /// The name of the receipt, random.
    public let receiptIdentifier: [UInt8]
    /// The receipt, sealed to the pseudonym.
    public let receipt: [UInt8]
    /// The nonce of the reader's invocation.
    public let nonce: UsedNonce

    /// A read.
    public init(
        slots: [[UInt8]], chain: DelegationChain, pseudonym: Principal, receiptIdentifier: [UInt8],
        receipt: [UInt8], nonce: UsedNonce
    ) {
        self.slots = slots
        self.chain = chain
        self.pseudonym = pseudonym
        self.receiptIdentifier = receiptIdentifier
        self.receipt = receipt
        self.nonce = nonce
    }
}

extension PseudonymDatabase {
    // MARK: Disclosed fields

    /// Reads disclosed fields and stores the receipt, or neither.
    ///
    /// - Throws: ``StoreError/replayed``; ``StoreError/revoked``; ``StoreError/notFound`` where a field or the mailbox
    ///   is not there.
    public func read(_ read: DisclosureRead, now: Int64) async throws(StoreError) -> [[UInt8]] {
        let fields = try await writer.transaction { db in
            try PseudonymDatabase.consume(read.nonce, now: now, in: db)
            // Asked again inside the transaction: a revocation may have come since the chain was verified.
            let revocations = try PseudonymDatabase.revocations(of: read.chain.delegations.map(\.cid), in: db)
            if read.chain.isRevoked(by: revocations) { throw StoreError.revoked }
            var fields: [[UInt8]] = []
            for slot in read.slots {
                guard let entry = try PseudonymDatabase.disclosedField.entry(slot, in: db) else {
                    throw StoreError.notFound
                }
                fields.append(entry.value)
            }
            guard try PseudonymDatabase.mailbox.has(read.pseudonym.publicKey, in: db) else {
                throw StoreError.notFound
            }
            let receipt = SealedTable.Entry(tag: read.receiptIdentifier, value: read.receipt)
            try PseudonymDatabase.newReceipt.put(read.receiptIdentifier, receipt, in: db)
            return fields
        }
        waitingReceipts.add(read.receiptIdentifier, of: read.pseudonym)
        return fields
    }

    /// Replaces disclosed fields that are there; those that were destroyed meanwhile stay destroyed.
    public func replaceFields(_ fields: [StoredItem]) async throws(StoreError) {
        try await writer.transaction { db in
            for field in fields {
                guard try PseudonymDatabase.disclosedField.table.has(field.identifier, in: db) else { continue }
                try PseudonymDatabase.disclosedField.put(field.identifier, .untagged(field.sealed), in: db)
            }
        }
    }

    // MARK: Status lists

    /// Makes a status list where it is not there: `count` statuses, of which `decoys` random ones are set, so that the
    /// number of set bits does not tell the number of revocations.
    public func makeStatusList(
        _ list: String, count: Int, decoys: Int, random: RandomSource
    ) async throws(StoreError) {
        try await writer.transaction { db in
            let exists = try Bool.fetchOne(
                db, sql: "SELECT EXISTS (SELECT 1 FROM status_list WHERE id = ?)", arguments: [list])
            if exists == true { return }
            var statuses = StatusList(count: count)
            try db.execute(
                sql: "INSERT INTO status_list VALUES (?, ?)", arguments: [list, statuses.bytes.blob])
            // A decoy is taken like any other index, under a claim that nobody has.
            let indices = Set((0..<decoys).map { _ in Int(random.number(below: UInt32(count))) })
            for index in indices { try statuses.revoke(index) }
            try PseudonymDatabase.statusClaim.add(
                indices.map { (PseudonymDatabase.key(of: $0, in: list), [random.bytes(32)]) }, in: db)
            try db.execute(
                sql: "UPDATE status_list SET statuses = ? WHERE id = ?", arguments: [statuses.bytes.blob, list])
        }
    }

    /// Allocates a random free index for a claim.
    ///
    /// - Throws: ``StoreError/notFound`` without the list; ``StoreError/full`` where no free index was found in 1,000
    ///   tries.
    public func allocateStatus(
        in list: String, claim: [UInt8], random: RandomSource
    ) async throws(StoreError) -> Int {
        try await writer.transaction { db in
            let length = try Int.fetchOne(
                db, sql: "SELECT length(statuses) FROM status_list WHERE id = ?", arguments: [list])
            guard let length else { throw StoreError.notFound }
            for _ in 0..<1_000 {
                let index = Int(random.number(below: UInt32(length * 8)))
                let place = PseudonymDatabase.key(of: index, in: list)
                if try PseudonymDatabase.statusClaim.has(place, in: db) { continue }
                try PseudonymDatabase.statusClaim.insert(place, [claim], in: db)
                return index
            }
            throw StoreError.full
        }
    }

    /// A status list, or `nil`.
    public func statusList(_ list: String) async throws(StoreError) -> StatusList? {
        try await writer.look { db in
            try Row.fetchOne(db, sql: "SELECT statuses FROM status_list WHERE id = ?", arguments: [list])
                .map { StatusList(bytes: $0.bytes("statuses")) }
        }
    }

    /// The key of a place in a status list.
    static func key(of index: Int, in list: String) -> [UInt8] {
        let context = Array(list.utf8) + [0] + bigEndian(index)
        return Hashing.blake2b(Derivation.message("dump/v1/status/place", context: context))
    }

    static func setStatus(_ index: Int, in list: String, _ db: Database) throws {
        let row = try Row.fetchOne(db, sql: "SELECT statuses FROM status_list WHERE id = ?", arguments: [list])
        guard let row else { throw StoreError.notFound }
        var statuses = StatusList(bytes: row.bytes("statuses"))
        do { try statuses.revoke(index) } catch { throw StoreError.notFound }
        try db.execute(
            sql: "UPDATE status_list SET statuses = ? WHERE id = ?", arguments: [statuses.bytes.blob, list])
    }
}
