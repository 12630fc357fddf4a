import Testing

@testable import Sodium

/// What a single use of a key leaves behind: on the stack, in registers that were saved there, in freed memory. Each
/// test is a process of its own, so that the others do not wait for the search.
@Suite(.serialized) struct StackResidueTests {
    /// A use of a key that ends with the call.
    enum Use: String, CaseIterable, Codable, Sendable {
        case derive, hash, seal, sealed, open, opened, keyPair, sign, openBox, openedBox, agree, passphrase

        private static let message = [UInt8](repeating: 1, count: 16)

        func run(_ key: borrowing SecretBytes) throws {
            let message = Use.message
            switch self {
            case .derive: _ = try Hashing.deriveKey(from: key, message: message)
            case .hash: _ = try Hashing.blake2b(message, key: key)
            case .seal: _ = try AEAD.seal(message, key: key, context: message)
            case .sealed: _ = try AEAD.seal(secret: key, key: .random(count: 32, in: .scratch), context: message)
            case .open: _ = try AEAD.open(AEAD.seal(message, key: key, context: message), key: key, context: message)
            case .opened:
                let other = try SecretBytes.random(count: 32, in: .scratch)
                let sealed = try AEAD.seal(secret: key, key: other, context: message)
                _ = try AEAD.openSecret(sealed, key: other, context: message, in: .guarded)
            case .keyPair: _ = try SigningKey(seed: key)
            case .sign: _ = try SigningKey(seed: key).sign(message)
            case .openBox:
                let pair = try SigningKey(seed: key)
                _ = try pair.open(sealed: Sealing.seal(message, to: pair.publicKey))
            case .openedBox:
                let pair = try SigningKey(seed: key)
                _ = try pair.openSecret(sealed: Sealing.seal(message, to: pair.publicKey), in: .scratch)
            case .agree: _ = try KeyAgreement.sharedSecret(of: key, with: [9] + [UInt8](repeating: 0, count: 31))
            case .passphrase: _ = try PasswordHash.deriveKey(from: key, salt: message, cost: .minimum)
            }
        }
    }

    /// Calls far down the stack, where nothing that follows will write.
    @inline(never) private static func deep(_ depth: Int = 2_000, _ body: () throws -> Void) throws {
        if depth == 0 { return try body() }
        try deep(depth - 1, body)
        withExtendedLifetime(depth) {}
    }

    /// What a use leaves behind: of the key, and of the scalar that it signs with, which follows from it.
    private static func residue(of use: Use) throws -> [ProcessMemory.Finding] {
        var needles: [Needle] = []
        try deep {
            let key = try SecretBytes.random(count: 32, in: .guarded)
            needles.append(Needle("the key", key))
            needles.append(Needle("its scalar", try SigningKey(seed: key).agreementKey()))
            try use.run(key)
        }
        return try ProcessMemory.find(needles)
    }

    /// The first use in a process counts as much as a later one: where a function of a library is called for the first
    /// time, the loader may save all registers on the stack.
    // Threat: STR-40
    @Test(arguments: Use.allCases) func `no use of a key leaves a part of it behind`(use: Use) async {
        await #expect(processExitsWith: .success) { [use = use as Use] in
            for _ in 0..<2 { try #require(Self.residue(of: use).isEmpty) }
        }
    }

    @Test func `what is derived, opened or unsealed is not left behind`() async {
        await #expect(processExitsWith: .success) {
            var needles: [Needle] = []
            try Self.deep {
                let key = try SecretBytes.random(count: 32, in: .scratch)
                let derived = try Hashing.deriveKey(from: key, message: [1])
                let context = [UInt8](repeating: 2, count: 8)
                let opened = try AEAD.openSecret(
                    AEAD.seal(secret: derived, key: key, context: context), key: key, context: context, in: .guarded)
                needles.append(Needle("what was derived and opened", opened))
                let pair = try SigningKey(seed: opened)
                needles.append(Needle("its scalar", try pair.agreementKey()))
            }
            try #require(ProcessMemory.find(needles).isEmpty)
        }
    }

    /// Leaves a copy of a key on the stack, as functions of others may.
    @inline(never) private static func spill(_ address: UnsafePointer<UInt8>, depth: Int = 32) {
        if depth > 0 { return unsafe spill(address, depth: depth - 1) }
        unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { copy in
            for index in 0..<32 { unsafe copy[index] = unsafe address[index] }
        }
    }

    // Threat: STR-40
    @Test func `what a call that is given a key leaves on the stack is zeroed after it`() async {
        await #expect(processExitsWith: .success) {
            var needles: [Needle] = []
            try Self.deep {
                let key = try SecretBytes.random(count: 32, in: .guarded)
                needles.append(Needle("the key", key))
                unsafe key.withAddress { address in unsafe Self.spill(address) }
            }
            try #require(ProcessMemory.find(needles).isEmpty)
        }
    }

    @Test func `a copy of a key on the stack is found`() async {
        await #expect(processExitsWith: .success) {
            var needles: [Needle] = []
            try Self.deep {
                let key = try SecretBytes.random(count: 32, in: .guarded)
                needles.append(Needle("the key", key))
                unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { copy in
                    key.withBytes { bytes in
                        for index in bytes.indices { unsafe copy[index] = bytes[index] }
                    }
                }
            }
            try #require(ProcessMemory.find(needles).map(\.needle) == ["the key"])
        }
    }
}
