import Capabilities
import DumpIdentity
import IPLD
import TestSupport
import Testing

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
            [:], [], .null, ["dump/replay@1.0.0": [:]], ["dump/replay@1.0.0": ["refused": 1, "used": .bytes([1])]],
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
