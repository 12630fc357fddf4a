import Capabilities
import DumpIdentity
import GRDB
import IPLD
import Sodium
import TestSupport
import Testing

@testable import PseudonymStore

struct MailboxTests {
    @Test func `a mailbox is there once it was opened`() async throws {
        let database = try PseudonymDatabase(inMemory: ())
        #expect(try await !database.hasMailbox(Party.owner.principal))
        try await database.openMailbox(Party.owner.principal)
        #expect(try await database.hasMailbox(Party.owner.principal))
        #expect(try await !database.hasMailbox(Party.stranger.principal))
    }

    @Test func `opening a mailbox again keeps what is in it`() async throws {
        let database = try await PseudonymDatabase.test(request: .test(1))
        try await database.openMailbox(Party.owner.principal)
        #expect(try await database.requests(of: Party.owner.principal)?.count == 1)
    }

    @Test func `a request waits in its mailbox alone`() async throws {
        let database = try await PseudonymDatabase.test(request: .test(1))
        try await database.openMailbox(Party.stranger.principal)
        let expected = try [StoredItem(identifier: RequestName.test(1).identifier, sealed: [7, 7])]
        #expect(try await database.requests(of: Party.owner.principal) == expected)
        #expect(try await database.requests(of: Party.stranger.principal) == [])
    }

    @Test func `a request to an unknown mailbox stores nothing of it and says nothing`() async throws {
        let database = try PseudonymDatabase(inMemory: ())
        #expect(try await refusal { try await database.addTestRequest(.test(1)) } == nil)
        let stored = try await database.counts().filter { $0.value > 0 }
        #expect(stored == ["used_nonce": 1])
    }

    @Test func `a replayed request is refused whether or not its mailbox is there`() async throws {
        for database in [try await PseudonymDatabase.test(), try PseudonymDatabase(inMemory: ())] {
            try await database.addTestRequest(.test(1))
            #expect(try await refusal { try await database.addTestRequest(.test(1)) } == .replayed)
        }
    }

    @Test func `a request with a used nonce is not stored`() async throws {
        let database = try await PseudonymDatabase.test(request: .test(1))
        let nonce = try UsedNonce.test(RequestName.test(1).identifier[0])
        let error = try await refusal {
            try await database.addRequest(
                .test(2), to: Party.owner.principal, sealed: [8], nonce: nonce, now: testTime)
        }
        #expect(error == .replayed)
        #expect(try await database.count("waiting_request") == 1)
    }

    @Test func `a full mailbox drops more and says nothing`() async throws {
        let database = try await PseudonymDatabase.test()
        try await database.openMailbox(Party.stranger.principal)
        for number in 0..<PseudonymDatabase.maximumPending {
            try database.waitingRequests.add(Hashing.blake2b(bigEndian(number)), of: Party.owner.principal)
        }
        #expect(try await refusal { try await database.addTestRequest(.test(1)) } == nil)
        #expect(try await database.count("waiting_request") == 0)
        let nonce = try UsedNonce.test(250)
        try await database.addRequest(
            .test(2), to: Party.stranger.principal, sealed: [1], nonce: nonce, now: testTime)
        #expect(try await database.requests(of: Party.stranger.principal)?.count == 1)
    }

    /// A mailbox that is full: so many from each sender, and the rest from before the process started.
    private func full(_ senders: [UInt8: Int]) async throws -> PseudonymDatabase {
        let database = try await PseudonymDatabase.test()
        var number = 0
        func add(from sender: [UInt8]?) throws {
            number += 1
            try database.waitingRequests.add(
                Hashing.blake2b(bigEndian(number)), of: Party.owner.principal, from: sender)
        }
        for (sender, count) in senders { for _ in 0..<count { try add(from: [sender]) } }
        while number < PseudonymDatabase.maximumPending { try add(from: nil) }
        return database
    }

    private func ask(_ number: UInt8, from sender: UInt8, _ database: PseudonymDatabase) async throws -> Bool {
        try await database.addRequest(
            .test(number), to: Party.owner.principal, sealed: [number], from: [sender], nonce: .test(100 + number),
            now: testTime)
    }

    // Threat: STR-52
    @Test func `in a full mailbox who has most waiting gives way to who has fewer`() async throws {
        let database = try await full([1: 900, 2: 100])
        #expect(try await ask(1, from: 3, database))
        #expect(try await ask(2, from: 2, database))
        #expect(try await database.count("waiting_request") == 2)
        #expect(try await !ask(3, from: 1, database))
        let index = database.waitingRequests
        #expect(try index.count(of: Party.owner.principal) == PseudonymDatabase.maximumPending)
        #expect(try await database.requests(of: Party.owner.principal)?.count == 2)
    }

    @Test func `what gives way is gone from the file`() async throws {
        let database = try await full([:])
        try database.waitingRequests.remove(Hashing.blake2b(bigEndian(1)), of: Party.owner.principal)
        try database.waitingRequests.remove(Hashing.blake2b(bigEndian(2)), of: Party.owner.principal)
        #expect(try await ask(1, from: 1, database))
        #expect(try await ask(2, from: 1, database))
        #expect(try await ask(3, from: 2, database))
        let left = try await database.requests(of: Party.owner.principal)?.map(\.sealed)
        #expect(try await database.count("waiting_request") == 2)
        #expect(left?.contains([3]) == true)
    }

    @Test func `what waited before the process started gives way to nobody`() async throws {
        let database = try await full([1: 1])
        #expect(try await !ask(1, from: 2, database))
        #expect(try await database.count("waiting_request") == 0)
    }

    // MARK: Withdrawing

    @Test func `a viewer takes its own request back`() async throws {
        let database = try await PseudonymDatabase.test(request: .test(1))
        try await database.addTestRequest(.test(2))
        try await database.withdrawRequest(.test(1), from: Party.owner.principal, nonce: .test(251), now: testTime)
        let waiting = try await database.requests(of: Party.owner.principal)?.map(\.identifier)
        #expect(try waiting == [RequestName.test(2).identifier])
    }

    @Test func `another viewer's withdrawal changes nothing and says nothing`() async throws {
        let database = try await PseudonymDatabase.test(request: .test(1))
        let error = try await refusal {
            try await database.withdrawRequest(
                .test(1, by: .stranger), from: Party.owner.principal, nonce: .test(251), now: testTime)
        }
        #expect(error == nil)
        #expect(try await database.count("waiting_request") == 1)
    }

    @Test func `a replayed withdrawal is refused and changes nothing`() async throws {
        let database = try await PseudonymDatabase.test()
        try await database.withdrawRequest(.test(1), from: Party.owner.principal, nonce: .test(251), now: testTime)
        try await database.addTestRequest(.test(1))
        let error = try await refusal {
            try await database.withdrawRequest(.test(1), from: Party.owner.principal, nonce: .test(251), now: testTime)
        }
        #expect(error == .replayed)
        #expect(try await database.count("waiting_request") == 1)
    }

    // MARK: What is answered alike

    @Test func `what is not taken writes as much as what is`() async throws {
        let folder = try TemporaryFolder()
        let database = try PseudonymDatabase(path: folder.file("p.sqlite"))
        func rows() async throws -> Int? {
            try await database.writer.read { db in
                try Int.fetchOne(db, sql: "SELECT count(*) FROM waiting_request WHERE spare = 0")
            }
        }
        for number in 1...3 as ClosedRange<UInt8> {
            try await database.addTestRequest(.test(number))
            // One row is rewritten again and again: a flood of requests to nobody takes no room.
            #expect(try await rows() == 1)
        }
        try await database.withdrawRequest(.test(9), from: Party.owner.principal, nonce: .test(251), now: testTime)
        #expect(try await rows() == 1)
        #expect(try await database.requests(of: Party.owner.principal) == [])
    }

    // MARK: Names

    @Test func `a request's name says nothing of its viewer`() throws {
        #expect(try RequestName.test(1).identifier == RequestName.test(1, by: .stranger).identifier)
        #expect(try RequestName.test(1).viewerTag != RequestName.test(1, by: .stranger).viewerTag)
        #expect(try RequestName.test(1).viewerTag != RequestName.test(2).viewerTag)
    }

    @Test func `names are 32 bytes and no digest or key of what they name`() throws {
        let request = CID.of(dagCBOR: [1])
        let name = try RequestName.test(1)
        #expect(name.identifier.count == 32 && name.viewerTag.count == 32)
        #expect(name.identifier != request.digest)
        #expect(try name.viewerTag != Party.viewer.principal.publicKey)
    }
}
