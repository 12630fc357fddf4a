public import DumpIdentity
public import Sodium

extension SecretBytes {
    /// Bytes that are no secret, as one.
    ///
    /// - Throws: what making a secret throws.
    public static func test(_ bytes: [UInt8]) throws(SodiumError) -> SecretBytes {
        try SecretBytes(bytes, in: .scratch)
    }

    /// One byte 32 times.
    ///
    /// - Throws: what making a secret throws.
    public static func test(_ byte: UInt8) throws(SodiumError) -> SecretBytes {
        try test([UInt8](repeating: byte, count: 32))
    }
}

extension SigningKey {
    /// The key whose seed is one byte 32 times.
    ///
    /// - Throws: what making a key throws.
    public static func test(_ seed: UInt8) throws(SodiumError) -> SigningKey { try SigningKey(seed: .test(seed)) }
}

extension RootKey {
    /// The root key that is one byte 32 times.
    ///
    /// - Throws: what making a key throws.
    public static func test(_ byte: UInt8) throws -> RootKey { try RootKey(.test(byte)) }
}
