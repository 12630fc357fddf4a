import DumpIdentity
import Foundation
import GRDB
import IPLD
import TestSupport
import Testing

@testable import PseudonymStore

/// What waits for pseudonyms, and that the file does not say for whom.
struct WaitingTests {
    private func reopened(_ folder: TemporaryFolder) throws -> PseudonymDatabase {
        try PseudonymDatabase(path: folder.file("p.sqlite"))
    }

    @Test func `after a restart it is not known for whom a request waits, until it was found`() async throws {
        let folder = try TemporaryFolder()
        let owner = try Party.owner.principal
        do {
            let database = try reopened(folder)
            try await database.openMailbox(owner)
            try await database.addTestRequest(.test(1))
            #expect(try await database.requests(of: owner)?.count == 1)
            try database.writer.close()
        }
        let database = try reopened(folder)
        #expect(try await database.requests(of: owner) == nil)
        #expect(try await database.allRequests().map(\.identifier) == [RequestName.test(1).identifier])
        // What comes meanwhile is known from its coming.
        try await database.addTestRequest(.test(2))
        #expect(try await database.requests(of: owner) == nil)
        try database.note(requests: [RequestName.test(1).identifier], of: owner)
        let names = try await database.requests(of: owner)?.map(\.identifier) ?? []
        #expect(try Set(names) == [RequestName.test(1).identifier, RequestName.test(2).identifier])
        #expect(try await database.requests(of: Party.stranger.principal) == nil)
    }

    @Test func `a request that was withdrawn before it was found stays gone`() async throws {
        let folder = try TemporaryFolder()
        let owner = try Party.owner.principal
        do {
            let database = try reopened(folder)
            try await database.openMailbox(owner)
            try await database.addTestRequest(.test(1))
            try database.writer.close()
        }
        let database = try reopened(folder)
        let seen = try await database.allRequests().map(\.identifier)
        try await database.withdrawRequest(.test(1), from: owner, nonce: .test(251), now: testTime)
        database.note(requests: seen, of: owner)
        #expect(try await database.requests(of: owner) == [])
    }

    @Test func `a file in which nothing waits has nothing to be found`() async throws {
        let folder = try TemporaryFolder()
        try reopened(folder).writer.close()
        #expect(try await reopened(folder).requests(of: Party.owner.principal) == [])
    }

    @Test func `new receipts go to the owner's shelf once, and those that come later wait again`() async throws {
        let scene = try await GrantScene()
        let owner = try Party.owner.principal
        _ = try await scene.read()
        let new = try #require(try await scene.database.newReceipts(of: owner))
        for _ in 0..<2 { try await scene.database.keep(new, of: owner, on: name(201)) }
        #expect(try await scene.database.receipts(on: name(201)) == new)
        #expect(try await scene.database.newReceipts(of: owner) == [])
        _ = try await scene.read(nonce: 10, receipt: 61)
        #expect(try await scene.database.newReceipts(of: owner)?.map(\.identifier) == [name(61)])
        #expect(try await scene.database.receipts(on: name(202)) == [])
    }

    // Threat: LIN-21
    @Test func `requests and receipts lie under names that do not follow from their pseudonym`() async throws {
        let scene = try await GrantScene()
        _ = try await scene.read()
        try await scene.database.addTestRequest(.test(3))
        try await scene.database.writer.read { db in
            let requests = try Data.fetchAll(
                db, sql: "SELECT id FROM waiting_request WHERE spare = 0 AND tag <> zeroblob(32)")
            let receipts = try Data.fetchAll(db, sql: "SELECT id FROM new_receipt WHERE spare = 0")
            #expect(try requests == [RequestName.test(3).identifier.blob])
            #expect(receipts == [name(60).blob])
            let key = try Party.owner.principal.publicKey
            for table in ["waiting_request", "new_receipt"] {
                for row in try Row.fetchAll(db, sql: "SELECT * FROM \(table) WHERE spare = 0") {
                    for (_, value) in row {
                        let bytes = [UInt8](Data.fromDatabaseValue(value) ?? Data())
                        #expect(!bytes.contains(key))
                    }
                }
            }
        }
    }
}
