internal import CSodium

/// Hash functions.
public enum Hashing {
    /// SHA-256 of a message, 32 bytes. Source: FIPS 180-4.
    public static func sha256(_ message: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: Int(crypto_hash_sha256_BYTES))
        unsafe _ = crypto_hash_sha256(&digest, message, UInt64(message.count))
        return digest
    }

    /// BLAKE2b-256 of a message without a key, 32 bytes. Source: RFC 7693.
    public static func blake2b(_ message: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        unsafe _ = crypto_generichash(&digest, digest.count, message, UInt64(message.count), nil, 0)
        return digest
    }

    /// BLAKE2b-256 of a message under a key of 16 to 64 bytes, for a result that may be stored in clear.
    /// Source: RFC 7693.
    ///
    /// - Throws: ``SodiumError/wrongLength(expected:actual:)`` for a key of another length.
    public static func blake2b(_ message: [UInt8], key: borrowing SecretBytes) throws(SodiumError) -> [UInt8] {
        guard (16...64).contains(key.count) else { throw .wrongLength(expected: 32, actual: key.count) }
        var digest = [UInt8](repeating: 0, count: 32)
        _ = unsafe key.withAddress { address in
            unsafe crypto_generichash(&digest, digest.count, message, UInt64(message.count), address, key.count)
        }
        return digest
    }

    /// A 32-byte key derived from a key: BLAKE2b-256 under it, into memory that is zeroed after use.
    /// Source: RFC 7693.
    ///
    /// - Throws: ``SodiumError/wrongLength(expected:actual:)``, ``SodiumError/outOfMemory``.
    public static func deriveKey(
        from key: borrowing SecretBytes, message: [UInt8], in memory: SecretBytes.Memory = .scratch
    ) throws(SodiumError) -> SecretBytes {
        let length = key.count
        guard (16...64).contains(length) else { throw .wrongLength(expected: 32, actual: length) }
        return try unsafe key.withAddress { address in
            Result { () throws(SodiumError) in
                try unsafe SecretBytes(count: 32, in: memory) { target in
                    _ = unsafe crypto_generichash(target, 32, message, UInt64(message.count), address, length)
                }
            }
        }.get()
    }

    /// Whether two byte strings are equal, in a time that depends on their lengths alone.
    public static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return unsafe sodium_memcmp(left, right, left.count) == 0
    }
}
