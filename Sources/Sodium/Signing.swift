internal import CSodium

/// An Ed25519 key pair. Source: RFC 8032.
public struct SigningKey: ~Copyable, Sendable {
    /// Seed and public key, as libsodium keeps them: 64 bytes.
    private let secret: SecretBytes
    /// The public key, 32 bytes.
    public let publicKey: [UInt8]

    /// The key pair of a 32-byte seed.
    ///
    /// - Throws: ``SodiumError/wrongLength(expected:actual:)``, ``SodiumError/outOfMemory``.
    public init(seed: borrowing SecretBytes, in memory: SecretBytes.Memory = .scratch) throws(SodiumError) {
        guard seed.count == Int(crypto_sign_SEEDBYTES) else {
            throw .wrongLength(expected: Int(crypto_sign_SEEDBYTES), actual: seed.count)
        }
        var point = [UInt8](repeating: 0, count: Int(crypto_sign_PUBLICKEYBYTES))
        secret = try unsafe seed.withAddress { address in
            Result { () throws(SodiumError) in
                try unsafe SecretBytes(count: Int(crypto_sign_SECRETKEYBYTES), in: memory) { target in
                    _ = unsafe crypto_sign_seed_keypair(&point, target, address)
                }
            }
        }.get()
        publicKey = point
    }

    /// A new random key pair.
    public static func random(in memory: SecretBytes.Memory = .scratch) throws(SodiumError) -> SigningKey {
        let seed = try SecretBytes.random(count: Int(crypto_sign_SEEDBYTES), in: .scratch)
        return try SigningKey(seed: seed, in: memory)
    }

    /// The 64-byte signature of a message.
    public borrowing func sign(_ message: [UInt8]) -> [UInt8] {
        var signature = [UInt8](repeating: 0, count: Int(crypto_sign_BYTES))
        _ = unsafe secret.withAddress { address in
            unsafe crypto_sign_detached(&signature, nil, message, UInt64(message.count), address)
        }
        return signature
    }

    /// A 32-byte key that follows from this one: BLAKE2b-256 of a message, keyed with seed and public key.
    ///
    /// - Throws: ``SodiumError/outOfMemory``.
    public borrowing func deriveKey(_ message: [UInt8]) throws(SodiumError) -> SecretBytes {
        try Hashing.deriveKey(from: secret, message: message)
    }

    /// Opens what was sealed to this key with ``Sealing/seal(_:to:)``.
    ///
    /// - Throws: ``SodiumError/notAuthentic`` for anything else.
    public borrowing func open(sealed ciphertext: [UInt8]) throws(SodiumError) -> [UInt8] {
        guard ciphertext.count >= Sealing.overhead else { throw .notAuthentic }
        return try openingKey().open(sealed: ciphertext)
    }

    /// Opens what was sealed to this key and holds a secret, straight into memory for secrets.
    ///
    /// - Throws: ``SodiumError/notAuthentic`` for anything else, ``SodiumError/outOfMemory``.
    public borrowing func openSecret(
        sealed ciphertext: [UInt8], in memory: SecretBytes.Memory
    ) throws(SodiumError) -> SecretBytes {
        guard ciphertext.count >= Sealing.overhead else { throw .notAuthentic }
        let point = try agreementPoint()
        let scalar = try agreementKey()
        return try unsafe scalar.withAddress { address in
            Result { () throws(SodiumError) in
                try unsafe SecretBytes(count: ciphertext.count - Sealing.overhead, in: memory) {
                    target throws(SodiumError) in
                    let status = unsafe crypto_box_seal_open(
                        target, ciphertext, UInt64(ciphertext.count), point, address)
                    guard status == 0 else { throw .notAuthentic }
                }
            }
        }.get()
    }

    /// What opens many things that may be sealed to this key.
    ///
    /// - Throws: ``SodiumError/invalidKey``, ``SodiumError/outOfMemory``.
    public borrowing func openingKey() throws(SodiumError) -> OpeningKey {
        OpeningKey(point: try agreementPoint(), scalar: try agreementKey())
    }

    /// The X25519 public key that belongs to this key.
    private borrowing func agreementPoint() throws(SodiumError) -> [UInt8] {
        var point = [UInt8](repeating: 0, count: Int(crypto_box_PUBLICKEYBYTES))
        guard unsafe crypto_sign_ed25519_pk_to_curve25519(&point, publicKey) == 0 else { throw .invalidKey }
        return point
    }

    /// The X25519 secret key that belongs to this key: also the scalar that it signs with.
    borrowing func agreementKey() throws(SodiumError) -> SecretBytes {
        try unsafe secret.withAddress { address in
            Result { () throws(SodiumError) in
                try unsafe SecretBytes(count: Int(crypto_box_SECRETKEYBYTES), in: .scratch) { target in
                    _ = unsafe crypto_sign_ed25519_sk_to_curve25519(target, address)
                }
            }
        }.get()
    }
}

/// The X25519 key pair that belongs to a signing key, for opening what is sealed to it.
public struct OpeningKey: ~Copyable, Sendable {
    private let point: [UInt8]
    private let scalar: SecretBytes

    fileprivate init(point: [UInt8], scalar: consuming SecretBytes) {
        self.point = point
        self.scalar = scalar
    }

    /// Opens what was sealed to this key with ``Sealing/seal(_:to:)``.
    ///
    /// - Throws: ``SodiumError/notAuthentic`` for anything else.
    public borrowing func open(sealed ciphertext: [UInt8]) throws(SodiumError) -> [UInt8] {
        guard ciphertext.count >= Sealing.overhead else { throw .notAuthentic }
        var message = [UInt8](repeating: 0, count: ciphertext.count - Sealing.overhead)
        let status = unsafe scalar.withAddress { address in
            unsafe crypto_box_seal_open(&message, ciphertext, UInt64(ciphertext.count), point, address)
        }
        guard status == 0 else { throw .notAuthentic }
        return message
    }
}

/// Checking Ed25519 signatures: the project's one rule.
///
/// libsodium's: S below the group order, no small-order R or key, no key that is not canonically encoded, and the
/// equation without cofactor. Source: RFC 8032, section 5.1.7, with the strict choices.
public enum Signature {
    /// The length of a signature in bytes.
    public static let length = 64

    /// Whether `signature` is one of `message` by the holder of `publicKey`; `false` for any malformed input.
    public static func isValid(_ signature: [UInt8], of message: [UInt8], by publicKey: [UInt8]) -> Bool {
        isValid(signature[...], of: message[...], by: publicKey)
    }

    /// Whether `signature` is one of `message` by the holder of `publicKey`, both read where they stand.
    public static func isValid(
        _ signature: ArraySlice<UInt8>, of message: ArraySlice<UInt8>, by publicKey: [UInt8]
    ) -> Bool {
        guard signature.count == length, publicKey.count == Int(crypto_sign_PUBLICKEYBYTES) else { return false }
        return unsafe signature.withUnsafeBufferPointer { signature in
            unsafe message.withUnsafeBufferPointer { message in
                guard let start = signature.baseAddress else { return false }
                // An empty message has no address; none of its bytes is read.
                return unsafe crypto_sign_verify_detached(
                    start, message.baseAddress ?? start, UInt64(message.count), publicKey) == 0
            }
        }
    }
}

/// Sealing to a principal's key without a sender: anyone can seal, only the key's holder can open.
public enum Sealing {
    /// How much longer a sealed message is than its content, in bytes.
    public static let overhead = Int(crypto_box_PUBLICKEYBYTES) + Int(crypto_box_MACBYTES)

    /// Seals a message to the X25519 key that belongs to an Ed25519 public key.
    /// Source: libsodium sealed boxes (X25519, XSalsa20-Poly1305); did:key, "X25519 key agreement derived from Ed25519".
    ///
    /// - Throws: ``SodiumError/invalidKey`` where the key is not a point of large order.
    public static func seal(_ message: [UInt8], to publicKey: [UInt8]) throws(SodiumError) -> [UInt8] {
        try Library.require()
        guard publicKey.count == Int(crypto_sign_PUBLICKEYBYTES) else {
            throw .wrongLength(expected: Int(crypto_sign_PUBLICKEYBYTES), actual: publicKey.count)
        }
        var point = [UInt8](repeating: 0, count: Int(crypto_box_PUBLICKEYBYTES))
        guard unsafe crypto_sign_ed25519_pk_to_curve25519(&point, publicKey) == 0 else { throw .invalidKey }
        var ciphertext = [UInt8](repeating: 0, count: message.count + overhead)
        guard unsafe crypto_box_seal(&ciphertext, message, UInt64(message.count), point) == 0 else {
            throw .invalidKey
        }
        return ciphertext
    }
}
