internal import CSodium

/// Argon2id, which turns a passphrase into a key slowly. Source: RFC 9106; libsodium `crypto_pwhash`, version 1.3.
public enum PasswordHash {
    /// What one derivation costs. It is stored beside what the key wraps.
    public struct Cost: Equatable, Sendable {
        /// Passes over the memory.
        public let operations: Int
        /// Memory in bytes.
        public let memory: Int

        /// A cost, checked when it is used.
        public init(operations: Int, memory: Int) {
            self.operations = operations
            self.memory = memory
        }

        /// Whether it falls short of another in passes or in memory: then the other is worth a new wrap.
        public func isLower(than other: Cost) -> Bool { operations < other.operations || memory < other.memory }

        /// The cost that is below neither: the more passes, and the more memory. A wrap's cost is never lowered.
        public func raised(to other: Cost) -> Cost {
            Cost(operations: max(operations, other.operations), memory: max(memory, other.memory))
        }

        /// libsodium's moderate cost: 3 passes over 256 MiB.
        public static let moderate = Cost(
            operations: Int(crypto_pwhash_OPSLIMIT_MODERATE), memory: Int(crypto_pwhash_MEMLIMIT_MODERATE))
        /// The least that libsodium takes, 1 pass over 8 KiB: for tests alone.
        public static let minimum = Cost(
            operations: Int(crypto_pwhash_OPSLIMIT_MIN), memory: Int(crypto_pwhash_MEMLIMIT_MIN))
    }

    /// The length of a salt in bytes.
    public static let saltLength = Int(crypto_pwhash_SALTBYTES)

    /// The 32-byte key of a passphrase. Takes most of a second and the cost's memory; never call it where others wait.
    ///
    /// - Throws: ``SodiumError/wrongLength(expected:actual:)`` for the salt, ``SodiumError/invalidCost``,
    ///   ``SodiumError/outOfMemory``.
    public static func deriveKey(
        from passphrase: borrowing SecretBytes, salt: [UInt8], cost: Cost
    ) throws(SodiumError) -> SecretBytes {
        guard salt.count == saltLength else { throw .wrongLength(expected: saltLength, actual: salt.count) }
        // The upper bounds keep a stored or configured cost from taking the machine down.
        guard (Int(crypto_pwhash_OPSLIMIT_MIN)...64).contains(cost.operations),
            (Int(crypto_pwhash_MEMLIMIT_MIN)...(4 << 30)).contains(cost.memory)
        else { throw .invalidCost }
        let length = passphrase.count
        return try unsafe passphrase.withAddress { address in
            Result { () throws(SodiumError) in
                try unsafe SecretBytes(count: 32, in: .scratch) { target throws(SodiumError) in
                    let status = unsafe address.withMemoryRebound(to: CChar.self, capacity: length) { characters in
                        unsafe crypto_pwhash(
                            target, 32, characters, UInt64(length), salt, UInt64(cost.operations), cost.memory,
                            crypto_pwhash_ALG_ARGON2ID13)
                    }
                    guard status == 0 else { throw .outOfMemory }
                }
            }
        }.get()
    }
}
