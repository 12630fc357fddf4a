internal import CSodium

/// Agreement on a secret between two X25519 key pairs.
///
/// One rule: what gives the all-zero secret is refused, and nothing else is. So a point of small order is refused, in
/// whatever way it is written; a point on the twist, and one that is not canonically encoded, give the secret that the
/// RFC defines for them. Source: RFC 7748, sections 5 and 6.1.
public enum KeyAgreement {
    /// The length of a secret key, a public key and a shared secret in bytes.
    public static let keyLength = Int(crypto_scalarmult_BYTES)

    /// The secret that the holder of a secret key shares with the holder of a public key: the function X25519.
    ///
    /// It is a point's coordinate, not yet a key: derive one from it, together with both public keys. Of the secret
    /// key five bits are fixed, and of the public key the highest bit is passed over, as the RFC says.
    ///
    /// - Throws: ``SodiumError/invalidKey`` where the secret would be all zeros;
    ///   ``SodiumError/wrongLength(expected:actual:)``, ``SodiumError/outOfMemory``.
    public static func sharedSecret(
        of secretKey: borrowing SecretBytes, with publicKey: [UInt8], in memory: SecretBytes.Memory = .scratch
    ) throws(SodiumError) -> SecretBytes {
        guard secretKey.count == keyLength else { throw .wrongLength(expected: keyLength, actual: secretKey.count) }
        guard publicKey.count == keyLength else { throw .wrongLength(expected: keyLength, actual: publicKey.count) }
        return try unsafe secretKey.withAddress { scalar in
            Result { () throws(SodiumError) in
                try unsafe SecretBytes(count: keyLength, in: memory) { target throws(SodiumError) in
                    guard unsafe crypto_scalarmult(target, scalar, publicKey) == 0 else { throw .invalidKey }
                }
            }
        }.get()
    }
}
