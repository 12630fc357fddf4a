import Capabilities
import DumpIdentity
import IPLD
import TestSupport
import Testing

struct ReplayGuardTests {
    private let end = testTime + 60

    private func invocation(
        _ nonce: [UInt8] = [1, 2, 3], by party: Party = .viewer, expiration: Int64? = testTime + 60,
        command: Command = .profileRead
    ) throws -> Invocation {
        try Invocation.sign(
            command, on: party.principal, arguments: Map(), nonce: nonce, expiration: expiration, with: party.key())
    }

    private func use(_ memory: ReplayGuard, _ invocation: Invocation, at time: Int64) throws -> CapabilityError? {
        try refusal { try memory.use(invocation, at: time) }
    }

    @Test func `an invocation is used once, up to and with its last second`() throws {
        let memory = ReplayGuard(capacity: 10)
        #expect(try use(memory, invocation(), at: testTime) == nil)
        for time in [testTime, testTime + 1, end] {
            #expect(try use(memory, invocation(), at: time) == .replayed)
        }
        #expect(try use(memory, invocation(), at: end + 1) == .expired)
        #expect(try use(ReplayGuard(capacity: 1), invocation(), at: end) == nil)
    }

    @Test func `the nonce counts, whatever is done with it, and for each issuer by itself`() throws {
        let memory = ReplayGuard(capacity: 10)
        #expect(try use(memory, invocation(), at: testTime) == nil)
        #expect(try use(memory, invocation(expiration: end + 1, command: .profileAnswer), at: testTime) == .replayed)
        #expect(try use(memory, invocation(by: .stranger), at: testTime) == nil)
        #expect(try use(memory, invocation([1, 2, 4]), at: testTime) == nil)
        #expect(try use(memory, invocation([1, 2, 3, 0]), at: testTime) == nil)
        #expect(memory.count == 4)
    }

    @Test func `a nonce may come again once its invocation has expired`() throws {
        let memory = ReplayGuard(capacity: 10)
        #expect(try use(memory, invocation(), at: testTime) == nil)
        #expect(try use(memory, invocation(expiration: end + 60), at: end) == .replayed)
        #expect(try use(memory, invocation(expiration: end + 60), at: end + 1) == nil)
        #expect(memory.count == 1)
    }

    @Test func `what has no end, or no nonce, cannot be guarded`() throws {
        let memory = ReplayGuard(capacity: 10)
        #expect(try use(memory, invocation(expiration: nil), at: testTime) == .invalidClaim)
        #expect(try use(memory, invocation([]), at: testTime) == .invalidClaim)
        #expect(memory.count == 0)
    }

    @Test func `a full guard refuses what is new, and forgets nothing`() throws {
        let memory = ReplayGuard(capacity: 3)
        for nonce in 0..<3 as Range<UInt8> {
            #expect(try use(memory, invocation([nonce], expiration: end + Int64(nonce)), at: testTime) == nil)
        }
        #expect(try use(memory, invocation([9], expiration: end + 9), at: end) == .limitExceeded)
        for nonce in 0..<3 as Range<UInt8> {
            #expect(try use(memory, invocation([nonce], expiration: end + Int64(nonce)), at: end) == .replayed)
        }
        // One has expired now.
        #expect(try use(memory, invocation([9], expiration: end + 9), at: end + 1) == nil)
        #expect(try use(memory, invocation([10], expiration: end + 9), at: end + 1) == .limitExceeded)
        #expect(memory.count == 3)
    }

    @Test func `what expired is forgotten, in whatever order it came`() throws {
        let memory = ReplayGuard(capacity: 300)
        for number in 0..<256 {
            // Ends in an order of their own: 167 and 256 have no common divisor.
            let expiration = testTime + Int64(number * 167 % 256)
            #expect(try use(memory, invocation([UInt8(number)], expiration: expiration), at: testTime) == nil)
        }
        for elapsed in [10, 100, 101, 254] as [Int64] {
            let probe = try invocation([UInt8(elapsed), 1], expiration: testTime + 10_000)
            let before = memory.count
            #expect(try use(memory, probe, at: testTime + elapsed) == nil, "\(elapsed), \(before)")
        }
        #expect(memory.count == 2 + 4)
    }

    @Test func `a clock that is put back does not bring anything back`() throws {
        let memory = ReplayGuard(capacity: 10)
        #expect(try use(memory, invocation(), at: testTime) == nil)
        #expect(try use(memory, invocation([7], expiration: end + 60), at: end + 1) == nil)
        #expect(try use(memory, invocation(), at: testTime) == .replayed)
        #expect(try use(memory, invocation([8]), at: testTime) == .replayed)
        #expect(try use(memory, invocation([9], expiration: end + 1), at: testTime) == nil)
    }

    @Test(arguments: [Int64.min, -1, 0, Int64.max])
    func `no time is too strange`(time: Int64) throws {
        let memory = ReplayGuard(capacity: 10, refusing: time)
        _ = try use(memory, invocation(), at: time)
        let isRefused = time == Int64.max
        #expect(try use(memory, invocation([5]), at: testTime) == (isRefused ? .replayed : nil))
    }
}
