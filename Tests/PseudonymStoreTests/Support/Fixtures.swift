import Capabilities
import DumpIdentity
import Foundation
import GRDB
import IPLD
import TestSupport

@testable import PseudonymStore

/// The permission bits of a file.
func mode(of path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
}

/// 32 times the same byte: a name, a tag, a key.
func name(_ byte: UInt8) -> [UInt8] { [UInt8](repeating: byte, count: 32) }

extension ModuleObject {
    /// An object of a module; the number makes it another object.
    static func test(_ number: Int64, module: String = "org.dump.market", size: Int = 0) throws -> ModuleObject {
        let root = try RootKey.test(42)
        var body = Map()
        body["number"] = .int(number)
        body["filling"] = .bytes([UInt8](repeating: 0, count: size))
        return try ModuleObject.sign(
            body: body, mailboxes: [NodeAddress("https://node.example")], time: testTime,
            with: root.pseudonymKeys(module: ModuleID(module), index: 0))
    }
}

extension UsedNonce {
    /// The nonce of an invocation by the viewer that expires a minute from the start.
    static func test(_ byte: UInt8, by party: Party = .viewer, expiration: Int64 = testTime + 60) throws -> UsedNonce {
        let invocation = try Invocation.sign(
            .profileRead, on: party.principal, arguments: Map(), nonce: [UInt8](repeating: byte, count: 16),
            expiration: expiration, with: party.key())
        return UsedNonce(invocation, expiration: expiration)
    }
}

extension RequestName {
    /// The name of a request that a number stands for.
    static func test(_ number: UInt8, by viewer: Party = .viewer) throws -> RequestName {
        RequestName(request: CID.of(dagCBOR: [number]), viewer: try viewer.principal)
    }
}

extension StoredRecord {
    static func test(_ byte: UInt8, shelf: UInt8 = 200, sealed: [UInt8] = [1]) -> StoredRecord {
        StoredRecord(identifier: name(byte), shelf: name(shelf), sealed: sealed)
    }
}

extension PseudonymDatabase {
    /// A database in memory with the owner's mailbox, and with a request in it where one is named.
    static func test(request: RequestName? = nil) async throws -> PseudonymDatabase {
        let database = try PseudonymDatabase(inMemory: ())
        try await database.openMailbox(Party.owner.principal)
        if let request { try await database.addTestRequest(request) }
        return database
    }

    /// Adds a request to the owner's mailbox; its nonce follows from its name.
    func addTestRequest(_ request: RequestName) async throws {
        try await addRequest(
            request, to: Party.owner.principal, sealed: [7, 7], nonce: .test(request.identifier[0]), now: testTime)
    }

    /// How many rows of a table are not spare, nor nobody's request.
    func count(_ table: String) async throws -> Int {
        let condition =
            switch table {
            case "status_list": ""
            case "waiting_request": "WHERE spare = 0 AND tag <> zeroblob(32)"
            default: "WHERE spare = 0"
            }
        return try await writer.read { db in
            try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table) \(condition)") ?? -1
        }
    }

    /// How many rows all tables have together, by table.
    func counts() async throws -> [String: Int] {
        var counts: [String: Int] = [:]
        for table in [
            "mailbox", "waiting_request", "answer", "record", "disclosed_field", "new_receipt", "kept_receipt",
            "revocation", "status_list", "status_claim", "used_nonce",
        ] {
            counts[table] = try await count(table)
        }
        return counts
    }
}

/// The error with which a store refuses; `nil` where it does not.
func refusal<Result>(_ body: () async throws -> Result) async throws -> StoreError? {
    do {
        _ = try await body()
        return nil
    } catch let error as StoreError {
        return error
    }
}
