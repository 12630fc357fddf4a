import Capabilities
import DumpIdentity
import IPLD
import TestSupport
import Testing

struct DelegationCacheTests: CacheSuite {
    @Test func `a delegation that was verified once need not be shown again`() throws {
        let (cache, one) = (DelegationCache(), try delegation(1))
        #expect(try !isKept(one, by: cache))
        try keep(one, by: cache)
        #expect(try isKept(one, by: cache))
        #expect(try !isKept(delegation(2), by: cache))
    }

    @Test func `what is kept already is not kept twice`() throws {
        let (cache, one) = (DelegationCache(capacity: 3), try delegation(1))
        for _ in 0..<5 { try keep(one, by: cache) }
        // Also by the one who puts delegations in that are kept by then, through another reading of the same bytes.
        try keep(Delegation(decoding: one.envelope.bytes), by: cache)
        #expect(cache.count == 1)
    }

    @Test(arguments: [1, 2, 3, 7])
    func `there are never more than the capacity, and the newest is among them`(capacity: Int) throws {
        let cache = DelegationCache(capacity: capacity)
        for number in 1...20 as ClosedRange<Int64> {
            let newest = try delegation(number)
            try keep(newest, by: cache)
            #expect(cache.count == min(Int(number), capacity))
            #expect(try isKept(newest, by: cache))
        }
    }

    @Test(arguments: [0, -1, .min])
    func `a cache without room keeps nothing, and what is shown is verified all the same`(capacity: Int) throws {
        let (cache, one) = (DelegationCache(capacity: capacity), try delegation(1))
        for _ in 0..<2 { try keep(one, by: cache) }
        #expect(cache.count == 0)
        #expect(try !isKept(one, by: cache))
    }

    @Test func `what was not asked for makes room first, in the order in which it came`() throws {
        let (cache, all) = (DelegationCache(capacity: 3), try (0..<6 as Range<Int64>).map { try delegation($0) })
        try keep(all[0], all[1], all[2], by: cache)
        try keep(all[3], all[4], by: cache)
        #expect(try all.map { try isKept($0, by: cache) } == [false, false, true, true, true, false])
    }

    @Test(arguments: [(1, [0, 2, 3]), (2, [0, 3, 4]), (3, [3, 4, 5])])
    func `what was asked for is passed over once`(more: Int, kept: [Int]) throws {
        let (cache, all) = (DelegationCache(capacity: 3), try (0..<6 as Range<Int64>).map { try delegation($0) })
        try keep(all[0], all[1], all[2], by: cache)
        #expect(try isKept(all[0], by: cache))
        // The second, which nobody asked for, makes room; then the third; and then it is the first's turn.
        for one in all[3..<3 + more] { try keep(one, by: cache) }
        #expect(try all.indices.filter { try isKept(all[$0], by: cache) } == kept)
    }

    @Test func `what is asked for again and again stays`() throws {
        let (cache, one) = (DelegationCache(capacity: 3), try delegation(0))
        try keep(one, by: cache)
        for number in 1...20 as ClosedRange<Int64> {
            #expect(try isKept(one, by: cache))
            try keep(delegation(number), by: cache)
        }
        #expect(try isKept(one, by: cache))
    }

    @Test func `where all were asked for, the first one makes room`() throws {
        let (cache, all) = (DelegationCache(capacity: 3), try (0..<4 as Range<Int64>).map { try delegation($0) })
        try keep(all[0], all[1], all[2], by: cache)
        for one in all.prefix(3) { #expect(try isKept(one, by: cache)) }
        try keep(all[3], by: cache)
        #expect(try all.map { try isKept($0, by: cache) } == [false, true, true, true])
    }

    @Test(arguments: 0..<4)
    func `what is taken out leaves the others in their order`(gone: Int) throws {
        let (cache, end) = (DelegationCache(capacity: 3), testTime + 10)
        let all = try (0..<7 as Range<Int64>).map { number in
            try delegation(number, expiration: Int(number) == gone ? end : end + 100)
        }
        // The first makes room for the fourth: the second is the next to go.
        try keep(all[0], all[1], all[2], all[3], by: cache)
        #expect(cache.count == 3)
        #expect(try !isKept(all[gone], by: cache, at: end + 1))
        let left = (1...3).filter { $0 != gone }
        #expect(cache.count == left.count)
        try keep(all[4], by: cache)
        if left.count == 2 { try keep(all[5], by: cache) }
        // One had to go: the one that had come first of those left.
        let kept = try all.map { try isKept($0, by: cache) }
        #expect(kept.indices.filter { kept[$0] } == left.dropFirst() + (left.count == 2 ? [4, 5] : [4]))
    }
}
