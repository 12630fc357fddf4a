import Synchronization
import Testing

@testable import Sodium

struct RandomSourceTests {
    @Test(arguments: [0, 1, 32, 1_000])
    func `the system's source gives as many bytes as asked`(count: Int) {
        #expect(RandomSource.system.bytes(count).count == count)
    }

    @Test func `the system's source does not repeat itself`() {
        #expect(Set((0..<100).map { _ in RandomSource.system.bytes(16) }).count == 100)
    }

    @Test func `a source gives what it was made with`() {
        #expect(RandomSource { pattern($0) }.bytes(3) == [0, 1, 2])
    }

    @Test(arguments: [0, 1] as [UInt32])
    func `there is one number below a bound under 2`(bound: UInt32) {
        let source = RandomSource { [UInt8](repeating: 0xff, count: $0) }
        #expect(source.number(below: bound) == 0)
    }

    /// For a bound b, the first 2^32 mod b words are drawn again, so that every result has as many words.
    @Test(
        arguments: [
            (3, 0, 1, 1), (3, 0, 7, 1), (10, 5, 6, 6), (10, 0, 16, 6), (10, 3, 4_294_967_295, 5),
            (0x8000_0001, 0x7fff_fffe, 0x7fff_ffff, 0x7fff_ffff), (0x8000_0001, 5, 0x8000_0001, 0),
        ] as [(bound: UInt32, rejected: UInt32, accepted: UInt32, result: UInt32)])
    func `words that would make small numbers likelier are drawn again`(
        bound: UInt32, rejected: UInt32, accepted: UInt32, result: UInt32
    ) {
        #expect(source(of: [rejected, accepted]).number(below: bound) == result)
    }

    @Test(
        arguments: [
            (2, 0, 0), (256, 511, 255), (0x8000_0000, 0xffff_ffff, 0x7fff_ffff),
        ] as [(UInt32, UInt32, UInt32)])
    func `no word is drawn again for a power of two`(bound: UInt32, word: UInt32, result: UInt32) {
        #expect(source(of: [word]).number(below: bound) == result)
    }

    @Test(arguments: [2, 3, 7, 10, 1_000] as [UInt32])
    func `numbers stay below the bound and reach all of it`(bound: UInt32) {
        var seen: Set<UInt32> = []
        for _ in 0..<20_000 { seen.insert(RandomSource.system.number(below: bound)) }
        #expect(seen.count == Int(bound))
        #expect(seen.allSatisfy { $0 < bound })
    }

    /// A source that gives these words in order, most significant byte first, and then none.
    private func source(of words: [UInt32]) -> RandomSource {
        let rest = Mutex(words[...])
        return RandomSource { _ in
            let word = rest.withLock { $0.popFirst() } ?? .max
            return (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * $0)) }
        }
    }
}
