import TestSupport
import Testing

@testable import PseudonymStore

struct DecisionTests {
    private func decision(
        on number: UInt8 = 1, record: StoredRecord = .test(90), slots: [UInt8] = [50, 51]
    ) throws -> Decision {
        Decision(
            pseudonym: try Party.owner.principal, request: try RequestName.test(number).identifier, answer: [4, 4],
            record: record,
            fields: slots.map { StoredItem(identifier: name($0), sealed: [$0]) })
    }

    private func answer(
        _ request: RequestName, in database: PseudonymDatabase, nonce: UInt8 = 240
    ) async throws -> [UInt8]? {
        try await database.answer(to: request, nonce: .test(nonce), now: testTime)
    }

    @Test func `a decision takes the request and brings answer, record and fields`() async throws {
        let database = try await PseudonymDatabase.test(request: .test(1))
        try await database.addTestRequest(.test(2))
        try await database.decide(decision())
        let waiting = try await database.requests(of: Party.owner.principal)?.map(\.identifier)
        #expect(try waiting == [RequestName.test(2).identifier])
        #expect(try await answer(.test(1), in: database) == [4, 4])
        #expect(try await database.records(on: name(200)) == [.test(90)])
        #expect(try await database.count("disclosed_field") == 2)
    }

    @Test func `a denial brings no field`() async throws {
        let database = try await PseudonymDatabase.test(request: .test(1))
        try await database.decide(decision(slots: []))
        #expect(try await database.count("disclosed_field") == 0)
        #expect(try await database.count("answer") == 1)
    }

    @Test func `a slot that is taken undoes the whole decision`() async throws {
        let database = try await PseudonymDatabase.test(request: .test(1))
        try await database.addTestRequest(.test(2))
        try await database.decide(decision())
        let before = try await database.counts()
        let error = try await refusal {
            try await database.decide(decision(on: 2, record: .test(91), slots: [52, 51]))
        }
        #expect(error == .alreadyExists)
        #expect(try await database.counts() == before)
        #expect(try await database.requests(of: Party.owner.principal)?.count == 1)
    }

    @Test func `what was decided is not pending any more`() async throws {
        let database = try await PseudonymDatabase.test(request: .test(1))
        try await database.decide(decision())
        let before = try await database.counts()
        let error = try await refusal { try await database.decide(decision(record: .test(91), slots: [52])) }
        #expect(error == .notPending)
        #expect(try await database.counts() == before)
    }

    @Test func `what never came is not pending`() async throws {
        let database = try await PseudonymDatabase.test()
        #expect(try await refusal { try await database.decide(decision()) } == .notPending)
        #expect(try await database.count("record") == 0)
        #expect(try await database.count("disclosed_field") == 0)
    }

    @Test func `what was withdrawn is not pending`() async throws {
        let database = try await PseudonymDatabase.test(request: .test(1))
        try await database.withdrawRequest(.test(1), from: Party.owner.principal, nonce: .test(251), now: testTime)
        #expect(try await refusal { try await database.decide(decision()) } == .notPending)
    }

    @Test func `there is no answer before the decision`() async throws {
        let database = try await PseudonymDatabase.test(request: .test(1))
        #expect(try await answer(.test(1), in: database) == nil)
    }

    @Test func `the answer is for the viewer who asked alone`() async throws {
        let database = try await PseudonymDatabase.test(request: .test(1))
        try await database.decide(decision())
        #expect(try await answer(.test(1, by: .stranger), in: database, nonce: 241) == nil)
        #expect(try await answer(.test(2), in: database, nonce: 242) == nil)
        #expect(try await answer(.test(1), in: database, nonce: 243) == [4, 4])
    }

    @Test func `the answer may be asked for again, with another nonce`() async throws {
        let database = try await PseudonymDatabase.test(request: .test(1))
        try await database.decide(decision())
        #expect(try await answer(.test(1), in: database, nonce: 241) == [4, 4])
        #expect(try await answer(.test(1), in: database, nonce: 242) == [4, 4])
        #expect(try await refusal { try await answer(.test(1), in: database, nonce: 242) } == .replayed)
    }

    // MARK: Records

    @Test func `a record is found on its own shelf alone`() async throws {
        let database = try PseudonymDatabase(inMemory: ())
        try await database.put(.test(1, shelf: 200))
        try await database.put(.test(2, shelf: 201))
        #expect(try await database.records(on: name(200)) == [.test(1, shelf: 200)])
        #expect(try await database.record(name(2), on: name(200)) == nil)
        #expect(try await database.record(name(2), on: name(201)) == .test(2, shelf: 201))
    }

    @Test func `a record takes the place of one of the same name`() async throws {
        let database = try PseudonymDatabase(inMemory: ())
        try await database.put(.test(1, sealed: [1]))
        try await database.put(.test(1, sealed: [2]))
        #expect(try await database.records(on: name(200)) == [.test(1, sealed: [2])])
    }

    @Test func `a record never takes the place of another shelf's`() async throws {
        let database = try PseudonymDatabase(inMemory: ())
        try await database.put(.test(1, shelf: 200, sealed: [1]))
        try await database.put(.test(1, shelf: 201, sealed: [2]))
        #expect(try await database.record(name(1), on: name(200)) == .test(1, shelf: 200, sealed: [1]))
        #expect(try await database.record(name(1), on: name(201)) == .test(1, shelf: 201, sealed: [2]))
    }

    @Test func `a record is removed from its own shelf alone`() async throws {
        let database = try PseudonymDatabase(inMemory: ())
        try await database.put(.test(1, shelf: 200))
        try await database.remove(.test(1, shelf: 201))
        #expect(try await database.count("record") == 1)
        try await database.remove(.test(1, shelf: 200))
        #expect(try await database.count("record") == 0)
    }
}
