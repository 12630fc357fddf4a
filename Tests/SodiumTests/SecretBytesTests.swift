import TestSupport
import Testing

@testable import Sodium

struct SecretBytesTests {
    @Test(arguments: [SecretBytes.Memory.guarded, .scratch], [0, 1, 31, 32, 4_096])
    func `a secret holds the bytes that it was made from`(memory: SecretBytes.Memory, count: Int) throws {
        let secret = try SecretBytes(pattern(count), in: memory)
        let copy = secret.copyForTransfer()
        #expect(copy == pattern(count))
    }

    @Test(arguments: [SecretBytes.Memory.guarded, .scratch])
    func `the lent bytes are those of the secret`(memory: SecretBytes.Memory) throws {
        let secret = try SecretBytes([7, 8, 9], in: memory)
        let (count, last) = secret.withBytes { ($0.count, $0[2]) }
        #expect(count == 3)
        #expect(last == 9)
    }

    @Test func `what a closure throws leaves the lending`() throws {
        let secret = try SecretBytes.test([1])
        #expect(throws: SodiumError.invalidKey) {
            try secret.withBytes { _ throws(SodiumError) in throw SodiumError.invalidKey }
        }
    }

    @Test(arguments: [SecretBytes.Memory.guarded, .scratch])
    func `a secret can be made byte by byte, in order`(memory: SecretBytes.Memory) throws {
        var next: UInt8 = 0
        let secret = try SecretBytes(
            count: 40, in: memory,
            each: { index in
                next += 1
                return index == Int(next) - 1 ? next : 0
            })
        #expect(secret.copyForTransfer() == (1...40).map { UInt8($0) })
    }

    @Test(arguments: [SecretBytes.Memory.guarded, .scratch])
    func `memory is zero before it is written`(memory: SecretBytes.Memory) throws {
        let secret = try unsafe SecretBytes(count: 64, in: memory) { _ in }
        let copy = secret.copyForTransfer()
        #expect(copy == [UInt8](repeating: 0, count: 64))
    }

    @Test(arguments: [SecretBytes.Memory.guarded, .scratch])
    func `what the writer throws is thrown`(memory: SecretBytes.Memory) {
        #expect(throws: SodiumError.notAuthentic) {
            _ = try unsafe SecretBytes(count: 8, in: memory) { _ throws(SodiumError) in throw .notAuthentic }
        }
    }

    @Test(arguments: [SecretBytes.Memory.guarded, .scratch])
    func `random secrets differ`(memory: SecretBytes.Memory) throws {
        var seen: Set<[UInt8]> = []
        for _ in 0..<50 {
            let secret = try SecretBytes.random(count: 16, in: memory)
            #expect(secret.count == 16)
            seen.insert(secret.copyForTransfer())
        }
        #expect(seen.count == 50)
    }

    #if os(Linux)
        @Test func `writing to a guarded secret ends the process`() async {
            await #expect(processExitsWith: .failure) {
                let secret = try unsafe SecretBytes(count: 32, in: .guarded) { target in unsafe target[0] = 1 }
                unsafe secret.withAddress { address in unsafe UnsafeMutablePointer(mutating: address)[0] = 2 }
            }
        }

        @Test func `writing to a scratch secret does not end the process`() async {
            await #expect(processExitsWith: .success) {
                let secret = try unsafe SecretBytes(count: 32, in: .scratch) { target in unsafe target[0] = 1 }
                unsafe secret.withAddress { address in unsafe UnsafeMutablePointer(mutating: address)[0] = 2 }
            }
        }
    #endif
}
