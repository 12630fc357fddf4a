import Foundation
import Sodium
import Testing

struct ProcessMemoryTests {
    @Test func `a closed process leaves no core dump and lets no other process read it`() async {
        // In a process of its own: what is closed stays closed.
        await #expect(processExitsWith: .exitCode(7)) {
            guard !ProcessMemory.isClosed, ProcessMemory.close() else { exit(1) }
            exit(ProcessMemory.isClosed ? 7 : 2)
        }
    }

    @Test func `what is more than the machine has cannot be locked`() {
        #expect(SecretBytes.canLockMemory(bytes: 4_096))
        #expect(!SecretBytes.canLockMemory(bytes: 1 << 44))
    }
}
