internal import CSodium

/// Authenticated encryption with XChaCha20-Poly1305; a ciphertext is `nonce (24 bytes) ‖ encrypted ‖ tag (16 bytes)`.
///
/// The nonce is random: at 192 bits it never repeats by chance, so a key may seal any number of messages.
/// Source: draft-irtf-cfrg-xchacha-03.
public enum AEAD {
    /// The length of a key in bytes.
    public static let keyLength = Int(crypto_aead_xchacha20poly1305_ietf_KEYBYTES)
    /// The length of a nonce in bytes.
    public static let nonceLength = Int(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES)
    /// The length of a tag in bytes.
    static let tagLength = Int(crypto_aead_xchacha20poly1305_ietf_ABYTES)
    /// How much longer a ciphertext is than its content, in bytes.
    public static let overhead = nonceLength + tagLength

    /// Encrypts a message; `context` is authenticated with it and must be the same on opening.
    ///
    /// - Throws: ``SodiumError/wrongLength(expected:actual:)`` for a key or nonce of another length.
    public static func seal(
        _ message: [UInt8], key: borrowing SecretBytes, context: [UInt8], random: RandomSource = .system
    ) throws(SodiumError) -> [UInt8] {
        try seal(message, key: key, nonce: random.bytes(nonceLength), context: context)
    }

    /// Encrypts a secret without a copy of it in ordinary memory.
    ///
    /// - Throws: ``SodiumError/wrongLength(expected:actual:)`` for a key or nonce of another length.
    public static func seal(
        secret: borrowing SecretBytes, key: borrowing SecretBytes, context: [UInt8], random: RandomSource = .system
    ) throws(SodiumError) -> [UInt8] {
        guard key.count == keyLength else { throw .wrongLength(expected: keyLength, actual: key.count) }
        let nonce = random.bytes(nonceLength)
        guard nonce.count == nonceLength else { throw .wrongLength(expected: nonceLength, actual: nonce.count) }
        var output = [UInt8](repeating: 0, count: secret.count + tagLength)
        let length = secret.count
        _ = unsafe secret.withAddress { message in
            unsafe key.withAddress { address in
                unsafe crypto_aead_xchacha20poly1305_ietf_encrypt(
                    &output, nil, message, UInt64(length), context, UInt64(context.count), nil, nonce, address)
            }
        }
        return nonce + output
    }

    /// Encrypts under a given nonce, which must never be used twice with a key for different messages.
    static func seal(
        _ message: [UInt8], key: borrowing SecretBytes, nonce: [UInt8], context: [UInt8]
    ) throws(SodiumError) -> [UInt8] {
        guard key.count == keyLength else { throw .wrongLength(expected: keyLength, actual: key.count) }
        guard nonce.count == nonceLength else { throw .wrongLength(expected: nonceLength, actual: nonce.count) }
        var output = [UInt8](repeating: 0, count: message.count + tagLength)
        _ = unsafe key.withAddress { address in
            unsafe crypto_aead_xchacha20poly1305_ietf_encrypt(
                &output, nil, message, UInt64(message.count), context, UInt64(context.count), nil, nonce, address)
        }
        return nonce + output
    }

    /// Decrypts a ciphertext.
    ///
    /// - Throws: ``SodiumError/notAuthentic`` where key, context or ciphertext is not the one it was sealed with.
    public static func open(
        _ ciphertext: [UInt8], key: borrowing SecretBytes, context: [UInt8]
    ) throws(SodiumError) -> [UInt8] {
        guard key.count == keyLength else { throw .wrongLength(expected: keyLength, actual: key.count) }
        guard ciphertext.count >= overhead else { throw .notAuthentic }
        let nonce = Array(ciphertext.prefix(nonceLength))
        let body = Array(ciphertext.dropFirst(nonceLength))
        var message = [UInt8](repeating: 0, count: body.count - tagLength)
        let status = unsafe key.withAddress { address in
            unsafe crypto_aead_xchacha20poly1305_ietf_decrypt(
                &message, nil, nil, body, UInt64(body.count), context, UInt64(context.count), nonce, address)
        }
        guard status == 0 else { throw .notAuthentic }
        return message
    }

    /// Decrypts a ciphertext that holds a secret, straight into memory for secrets.
    ///
    /// - Throws: ``SodiumError/notAuthentic``, ``SodiumError/outOfMemory``.
    public static func openSecret(
        _ ciphertext: [UInt8], key: borrowing SecretBytes, context: [UInt8], in memory: SecretBytes.Memory
    ) throws(SodiumError) -> SecretBytes {
        guard key.count == keyLength else { throw .wrongLength(expected: keyLength, actual: key.count) }
        guard ciphertext.count >= overhead else { throw .notAuthentic }
        let nonce = Array(ciphertext.prefix(nonceLength))
        let body = Array(ciphertext.dropFirst(nonceLength))
        return try unsafe key.withAddress { address in
            Result { () throws(SodiumError) in
                try unsafe SecretBytes(count: body.count - tagLength, in: memory) { target throws(SodiumError) in
                    let status = unsafe crypto_aead_xchacha20poly1305_ietf_decrypt(
                        target, nil, nil, body, UInt64(body.count), context, UInt64(context.count), nonce, address)
                    guard status == 0 else { throw .notAuthentic }
                }
            }
        }.get()
    }
}
