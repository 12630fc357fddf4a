internal import DumpIdentity
internal import IPLD
internal import PseudonymStore
internal import Sodium

/// Where a pseudonym keeps records of one kind, sealed under its storage key, under names that only the key gives.
struct Shelf {
    /// What an owner decided.
    static let decisions = "dump/v1/shelf/decisions"
    /// What a viewer asked.
    static let requests = "dump/v1/shelf/requests"

    /// The receipts that an owner has seen: a list of its own, with nothing sealed anew.
    static let receipts = "dump/v1/shelf/receipts"

    /// The labels of the shelves of records.
    static let all = [decisions, requests]

    private static let kind = SealedKind("dump/v1/record", sizeClasses: [8_192, 16_384])

    let label: String
    let node: Node

    /// Seals a record for the request that it belongs to.
    func seal(_ value: Value, request: CID, keys: borrowing PseudonymKeys) throws -> StoredRecord {
        let identifier = try identifier(request, keys)
        let sealed = try SealedValue.seal(
            value, kind: Shelf.kind, key: keys.storage, context: identifier, random: node.random)
        return StoredRecord(identifier: identifier, shelf: try name(keys), sealed: sealed)
    }

    /// All records of the shelf.
    func all(_ keys: borrowing PseudonymKeys) async throws -> [Value] {
        var values: [Value] = []
        for record in try await node.pseudonyms.records(on: try name(keys)) {
            values.append(try open(record, keys))
        }
        return values
    }

    /// The record of a request, or `nil`.
    func record(of request: CID, _ keys: borrowing PseudonymKeys) async throws -> Value? {
        let identifier = try identifier(request, keys)
        guard let record = try await node.pseudonyms.record(identifier, on: try name(keys)) else { return nil }
        return try open(record, keys)
    }

    private func open(_ record: StoredRecord, _ keys: borrowing PseudonymKeys) throws -> Value {
        try SealedValue.open(record.sealed, kind: Shelf.kind, key: keys.storage, context: record.identifier)
    }

    /// The shelf's name.
    func name(_ keys: borrowing PseudonymKeys) throws -> [UInt8] {
        try Hashing.blake2b(Derivation.message(label), key: keys.storage)
    }

    private func identifier(_ request: CID, _ keys: borrowing PseudonymKeys) throws -> [UInt8] {
        try Hashing.blake2b(Derivation.message(label + "/record", context: request.digest), key: keys.storage)
    }
}
