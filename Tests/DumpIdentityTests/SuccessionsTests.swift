import DumpIdentity
import IPLD
import Sodium
import TestSupport
import Testing

/// Who is followed by whom, according to several statements.
struct SuccessionsTests {
    private static func principal(_ seed: Int) throws -> Principal { try Made.key(from: UInt8(seed)).principal() }

    private static func statement(_ former: Int, _ next: Int, time: Int64 = Made.time) throws -> Succession {
        let (old, new) = (UInt8(former), UInt8(next))
        let formerKey = try Made.key(from: old)
        let nextKey = try Made.key(from: new)
        return try Succession.sign(from: formerKey, to: nextKey, time: time)
    }

    private static func known(_ pairs: (Int, Int)...) throws -> Successions {
        var successions = Successions()
        for (former, next) in pairs { try successions.insert(statement(former, next)) }
        return successions
    }

    private static func chain(_ successions: Successions, from seed: Int) throws -> [Principal] {
        successions.chain(from: try principal(seed))
    }

    private static func principals(_ seeds: Int...) throws -> [Principal] { try seeds.map(principal) }

    @Test func `whoever is followed by nobody stands alone`() throws {
        #expect(try Self.chain(Successions(), from: 1) == Self.principals(1))
        #expect(try Self.chain(Self.known((1, 2)), from: 2) == Self.principals(2))
        #expect(try Self.chain(Self.known((1, 2)), from: 3) == Self.principals(3))
    }

    @Test func `those that follow stand in order, whatever the order of the statements`() throws {
        let expected = try Self.principals(1, 2, 3, 4)
        #expect(try Self.chain(Self.known((1, 2), (2, 3), (3, 4)), from: 1) == expected)
        #expect(try Self.chain(Self.known((3, 4), (1, 2), (2, 3)), from: 1) == expected)
    }

    @Test func `of two successors neither counts`() throws {
        let forked = try Self.known((1, 2), (1, 3))
        #expect(try Self.chain(forked, from: 1) == Self.principals(1))
        let later = try Self.known((1, 2), (2, 3), (2, 4), (3, 5))
        #expect(try Self.chain(later, from: 1) == Self.principals(1, 2))
        #expect(try Self.chain(later, from: 3) == Self.principals(3, 5))
    }

    @Test func `in a circle nobody follows`() throws {
        let circle = try Self.known((1, 2), (2, 3), (3, 1))
        for seed in 1...3 { #expect(try Self.chain(circle, from: seed) == Self.principals(seed)) }
        let tail = try Self.known((0, 1), (1, 2), (2, 1))
        #expect(try Self.chain(tail, from: 0) == Self.principals(0))
    }

    @Test func `sixteen in a row count, and of seventeen none`() throws {
        var successions = Successions()
        for seed in 1...16 { try successions.insert(Self.statement(seed, seed + 1)) }
        #expect(try Self.chain(successions, from: 1).count == 17)
        try successions.insert(Self.statement(17, 18))
        #expect(try Self.chain(successions, from: 1) == Self.principals(1))
        #expect(try Self.chain(successions, from: 2).count == 17)
    }

    @Test func `a line has all that any statement connects, in doubt too`() throws {
        let successions = try Self.known((1, 2), (1, 3), (4, 2), (5, 6))
        for seed in 1...4 {
            #expect(try successions.line(of: Self.principal(seed)) == Set(Self.principals(1, 2, 3, 4)))
        }
        #expect(try successions.line(of: Self.principal(6)) == Set(Self.principals(5, 6)))
        #expect(try successions.line(of: Self.principal(7)) == Set(Self.principals(7)))
    }

    @Test func `the word of a former key ends with the day after the earliest change that it signed`() throws {
        let day = Day.start(of: Made.time)
        var successions = try Self.known((1, 2))
        #expect(successions.end(of: try Self.principal(1)) == day + 2 * Day.seconds)
        #expect(successions.end(of: try Self.principal(2)) == nil)
        try successions.insert(Self.statement(1, 3, time: Made.time - 5 * Day.seconds))
        #expect(successions.end(of: try Self.principal(1)) == day - 3 * Day.seconds)
        try successions.insert(Self.statement(1, 3, time: Made.time))
        #expect(successions.end(of: try Self.principal(1)) == day - 3 * Day.seconds)
    }

    @Test func `the same statement twice is held once, with the earlier day`() throws {
        var successions = try Self.known((1, 2), (1, 2))
        #expect(successions.count == 1)
        try successions.insert(Self.statement(1, 2, time: Made.time - Day.seconds))
        #expect(successions.count == 1)
        #expect(successions.all.map(\.day) == [Day.start(of: Made.time) - Day.seconds])
        #expect(try Self.chain(successions, from: 1) == Self.principals(1, 2))
    }

    @Test func `there is room for 1,024`() throws {
        var successions = Successions()
        for former in 0..<32 { for next in 100..<132 { try successions.insert(Self.statement(former, next)) } }
        #expect(successions.count == 1_024)
        try successions.insert(Self.statement(0, 100))
        #expect(throws: IdentityError.malformed(.tooManyItems(limit: 1_024))) {
            try successions.insert(Self.statement(40, 41))
        }
        #expect(try Successions(decoding: successions.encoded()) == successions)
    }

    @Test func `what was written is read, as the same bytes`() throws {
        let successions = try Self.known((2, 3), (1, 2))
        let file = try successions.encoded()
        #expect(try Successions(decoding: file) == successions)
        #expect(try file == Self.known((1, 2), (2, 3)).encoded())
        #expect(try Successions(decoding: Successions().encoded()).isEmpty)
    }

    @Test func `a file with a statement that is not right is refused`() throws {
        let good = try Self.statement(1, 2).bytes
        #expect(throws: IdentityError.invalidSignature) {
            try Successions(decoding: DagCBOR.encode([.bytes(good), .bytes(good.altered(at: 10))]))
        }
        #expect(throws: IdentityError.self) { try Successions(decoding: DagCBOR.encode([1])) }
        #expect(throws: IdentityError.self) { try Successions(decoding: DagCBOR.encode(["a": 1])) }
        #expect(throws: IdentityError.self) { try Successions(decoding: []) }
        #expect(throws: IdentityError.malformed(.tooManyItems(limit: 1_024))) {
            try Successions(decoding: DagCBOR.encode(.list([Value](repeating: [], count: 2_000))))
        }
        let limit = Successions.maximumLength
        #expect(throws: IdentityError.tooLarge(what: "a file of successions", limit: limit)) {
            try Successions(decoding: [UInt8](repeating: 0, count: limit + 1))
        }
    }
}
