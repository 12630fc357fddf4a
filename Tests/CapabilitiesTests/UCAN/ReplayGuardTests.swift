import Capabilities
import DumpIdentity
import IPLD
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

    @Test func `of many at the same moment one wins`() async throws {
        let memory = ReplayGuard(capacity: 1_000)
        let invocations = try (0..<4 as Range<UInt8>).map { try invocation([$0]) }
        let wins = await withTaskGroup(of: Int?.self) { group in
            for task in 0..<400 {
                group.addTask {
                    (try? memory.use(invocations[task % 4], at: testTime)).map { task % 4 }
                }
            }
            return await group.reduce(into: [Int]()) { if let win = $1 { $0.append(win) } }
        }
        #expect(wins.sorted() == [0, 1, 2, 3])
    }
}

struct ReplaySnapshotTests {
    private func invocation(_ nonce: UInt8, expiration: Int64 = testTime + 60) throws -> Invocation {
        try Invocation.sign(
            .profileRead, on: Party.viewer.principal, arguments: Map(), nonce: [nonce], expiration: expiration,
            with: Party.viewer.key())
    }

    private func used(_ nonces: ClosedRange<UInt8>) throws -> ReplayGuard {
        let memory = ReplayGuard(capacity: 100)
        for nonce in nonces {
            try memory.use(invocation(nonce, expiration: testTime + 200 - Int64(nonce)), at: testTime)
        }
        return memory
    }

    @Test func `what was used stays used through a restart`() throws {
        let again = try ReplayGuard(restoring: used(1...50).snapshot(), capacity: 50)
        #expect(again.count == 50)
        for nonce in 1...50 as ClosedRange<UInt8> {
            #expect(throws: CapabilityError.replayed) {
                try again.use(invocation(nonce, expiration: testTime + 300), at: testTime)
            }
        }
        #expect(throws: CapabilityError.limitExceeded) { try again.use(invocation(51), at: testTime) }
        // The end of each came along: that of the last is the earliest.
        #expect(throws: Never.self) {
            try again.use(invocation(50, expiration: testTime + 300), at: testTime + 151)
        }
    }

    @Test func `what was forgotten before a restart stays refused after it`() throws {
        let memory = ReplayGuard(capacity: 10)
        try memory.use(invocation(1), at: testTime)
        try memory.use(invocation(2, expiration: testTime + 200), at: testTime + 100)
        let again = try ReplayGuard(restoring: memory.snapshot(), capacity: 10)
        #expect(throws: CapabilityError.replayed) { try again.use(invocation(1), at: testTime) }
    }

    @Test func `after a crash, what may have been used is refused, and what is made later is not`() throws {
        // It accepts lifetimes of 60 seconds, and starts anew a second after the crash.
        let start = testTime + 1
        let memory = ReplayGuard(capacity: 10, refusing: start + 60)
        #expect(throws: CapabilityError.replayed) { try memory.use(invocation(1), at: start) }
        #expect(throws: CapabilityError.replayed) { try memory.use(invocation(2, expiration: start + 60), at: start) }
        #expect(throws: Never.self) { try memory.use(invocation(3, expiration: start + 61), at: start + 1) }
    }

    @Test func `what is no snapshot is refused`() throws {
        let bytes = try used(1...3).snapshot()
        let row = [UInt8](repeating: 1, count: 24)
        let values: [Value] = [
            [:], ["dump/replay@1.0.0": [:]], ["dump/replay@1.0.0": ["refused": 1, "used": .bytes([1])]],
            ["dump/replay@1.0.0": ["refused": 1, "used": .bytes(row + row)]],
            ["dump/replay@1.0.0": ["refused": 1, "used": .bytes(row), "more": 1]],
            ["dump/replay@1.0.0": ["refused": "1", "used": .bytes(row)]],
            ["dump/replay@1.0.0": ["refused": 1, "used": .bytes(row)], "more": 1],
            ["dump/replay@2.0.0": ["refused": 1, "used": .bytes(row)]],
        ]
        for wrong in [[], Array(bytes.dropLast()), bytes + [0]] + (try values.map { try DagCBOR.encode($0) }) {
            #expect(throws: CapabilityError.malformed) { try ReplayGuard(restoring: wrong, capacity: 10) }
        }
        #expect(throws: CapabilityError.limitExceeded) { try ReplayGuard(restoring: bytes, capacity: 2) }
    }

    @Test func `a snapshot holds neither issuers nor nonces`() throws {
        let bytes = try used(1...3).snapshot()
        let key = try Party.viewer.principal.publicKey
        #expect(!bytes.indices.contains { bytes[$0...].starts(with: key.prefix(8)) })
        #expect(bytes.count < 3 * 24 + 64)
    }
}
