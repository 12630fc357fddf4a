import DumpIdentity
import IPLD
import PseudonymStore
import Testing

struct ObjectDatabaseTests {
    private let market: ModuleID
    private let travel: ModuleID
    private let peer: NodeAddress
    private let database: ObjectDatabase

    init() throws {
        market = try ModuleID("org.dump.market")
        travel = try ModuleID("org.dump.travel")
        peer = try NodeAddress("https://peer.example")
        database = try ObjectDatabase(inMemory: [market, travel])
    }

    @Test func `objects are numbered from 1 in each module`() async throws {
        for number in 1...3 {
            try await database.add(.test(Int64(number)))
            try await database.add(.test(Int64(number), module: travel.string))
        }
        for module in [market, travel] {
            #expect(try await database.objects(of: module, after: 0, limit: 9).map(\.sequence) == [1, 2, 3])
        }
    }

    @Test func `an object's bytes come back as they were signed`() async throws {
        let object = try ModuleObject.test(1)
        try await database.add(object)
        #expect(try await database.object(object.cid, module: market) == object.envelope.bytes)
        #expect(try await database.objects(of: market, after: 0, limit: 1).first?.bytes == object.envelope.bytes)
    }

    @Test func `an object that is there already changes nothing`() async throws {
        let objects = try (1...2).map { try ModuleObject.test($0) }
        for object in objects + objects { try await database.add(object) }
        try await database.add(.test(3))
        #expect(try await database.objects(of: market, after: 0, limit: 9).map(\.sequence) == [1, 2, 3])
    }

    @Test func `an object is found in its own module alone`() async throws {
        let object = try ModuleObject.test(1)
        try await database.add(object)
        #expect(try await database.object(object.cid, module: travel) == nil)
        #expect(try await database.objects(of: travel, after: 0, limit: 9).isEmpty)
    }

    @Test func `a module that was not opened is refused`() async throws {
        let other = try ModuleID("org.dump.other")
        let object = try ModuleObject.test(1, module: other.string)
        #expect(try await refusal { try await database.add(object) } == .notFound)
        #expect(
            try await refusal { try await database.add([], from: peer, module: other, upTo: 1) } == .notFound)
        #expect(try await refusal { try await database.objects(of: other, after: 0, limit: 1) } == .notFound)
        #expect(try await refusal { try await database.object(object.cid, module: other) } == .notFound)
        #expect(try await refusal { try await database.position(in: peer, module: other) } == .notFound)
    }

    @Test func `a page with an object of another module is refused whole`() async throws {
        let page = try [ModuleObject.test(1), ModuleObject.test(1, module: travel.string)]
        #expect(
            try await refusal { try await database.add(page, from: peer, module: market, upTo: 2) } == .notFound)
        #expect(try await database.objects(of: market, after: 0, limit: 9).isEmpty)
        #expect(try await database.position(in: peer, module: market) == 0)
    }

    @Test func `an unknown object is not found`() async throws {
        #expect(try await database.object(CID.of(dagCBOR: [1]), module: market) == nil)
    }

    @Test(arguments: [(0, 2, [1, 2]), (1, 9, [2, 3]), (3, 9, []), (Int64.max, 9, [])] as [(Int64, Int, [Int64])])
    func `a page begins after a number and ends at the limit`(
        after: Int64, limit: Int, expected: [Int64]
    ) async throws {
        for number in 1...3 { try await database.add(.test(Int64(number))) }
        #expect(try await database.objects(of: market, after: after, limit: limit).map(\.sequence) == expected)
    }

    @Test(arguments: [(0, 0), (1, 1), (1_000, 1), (2_000, 2), (1 << 30, 4)])
    func `a page ends with the object that reaches the budget`(budget: Int, expected: Int) async throws {
        for number in 1...4 { try await database.add(.test(Int64(number), size: 1_000)) }
        let page = try await database.objects(of: market, after: 0, limit: 9, budget: budget)
        #expect(page.count == expected)
    }

    @Test func `objects of a peer come in its order, with the position`() async throws {
        let objects = try (1...3).map { try ModuleObject.test($0) }
        try await database.add(objects, from: peer, module: market, upTo: 17)
        let bytes = try await database.objects(of: market, after: 0, limit: 9).map(\.bytes)
        #expect(bytes == objects.map(\.envelope.bytes))
        #expect(try await database.position(in: peer, module: market) == 17)
    }

    @Test func `the position moves with the next page`() async throws {
        try await database.add([.test(1)], from: peer, module: market, upTo: 1)
        try await database.add([.test(2)], from: peer, module: market, upTo: 5)
        #expect(try await database.position(in: peer, module: market) == 5)
    }

    @Test func `a position belongs to one peer and one module`() async throws {
        try await database.add([], from: peer, module: market, upTo: 4)
        #expect(try await database.position(in: peer, module: travel) == 0)
        #expect(try await database.position(in: NodeAddress("https://other.example"), module: market) == 0)
    }

    @Test func `an object that a peer and this node have is kept once`() async throws {
        try await database.add(.test(1))
        let object = try ModuleObject.test(2)
        try await database.add(object)
        try await database.add([object], from: peer, module: market, upTo: 1)
        #expect(try await database.objects(of: market, after: 0, limit: 9).count == 2)
    }
}
