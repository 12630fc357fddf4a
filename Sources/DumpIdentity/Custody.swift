public import Sodium

/// A root key as it is stored: encrypted under the Argon2id key of a passphrase.
///
/// Source: `docs/spec.md`, "Custody".
public struct PassphraseWrap: Sendable, Equatable {
    /// What Argon2id costs for this wrap.
    public let cost: PasswordHash.Cost
    /// The salt, 16 random bytes.
    public let salt: [UInt8]
    /// `nonce ‖ encrypted root key ‖ tag`.
    public let ciphertext: [UInt8]

    /// A wrap as it was stored.
    public init(cost: PasswordHash.Cost, salt: [UInt8], ciphertext: [UInt8]) {
        self.cost = cost
        self.salt = salt
        self.ciphertext = ciphertext
    }

    /// Wraps a root key for an account under a key that Argon2id gave for this salt and cost.
    ///
    /// - Throws: ``IdentityError/crypto(_:)``.
    public init(
        _ root: RootKey, handle: Handle, key: borrowing SecretBytes, salt: [UInt8], cost: PasswordHash.Cost
    ) throws(IdentityError) {
        let context = PassphraseWrap.context(handle: handle, cost: cost)
        self.init(
            cost: cost, salt: salt,
            ciphertext: try usingSodium { () throws(SodiumError) in
                try AEAD.seal(secret: root.secret, key: key, context: context)
            })
    }

    /// The root key, for the handle that it was wrapped for.
    ///
    /// - Throws: ``IdentityError/crypto(_:)`` where key or handle is another.
    public func unwrap(handle: Handle, key: borrowing SecretBytes) throws(IdentityError) -> RootKey {
        let context = PassphraseWrap.context(handle: handle, cost: cost)
        return try RootKey(
            usingSodium { () throws(SodiumError) in
                try AEAD.openSecret(ciphertext, key: key, context: context, in: .guarded)
            })
    }

    /// Binds the wrap to its account and cost, so that neither can be exchanged in the database.
    private static func context(handle: Handle, cost: PasswordHash.Cost) -> [UInt8] {
        Derivation.message(
            Derivation.passphraseWrap, context: Array("\(handle)/\(cost.operations)/\(cost.memory)".utf8))
    }
}

/// A passphrase on its way to Argon2id: 10 to 1,024 bytes of UTF-8 in memory that is zeroed. Whoever takes it from a
/// person normalises it to NFC before.
public struct Passphrase: ~Copyable, Sendable {
    /// The least number of bytes.
    public static let minimumLength = 10
    /// The most bytes.
    public static let maximumLength = 1_024

    /// Its UTF-8 bytes.
    public let bytes: SecretBytes

    /// Takes a passphrase.
    ///
    /// - Throws: ``IdentityError/invalidPassphrase(minimum:)``.
    public init(_ text: String) throws(IdentityError) {
        let utf8 = Array(text.utf8)
        guard (Passphrase.minimumLength...Passphrase.maximumLength).contains(utf8.count) else {
            throw .invalidPassphrase(minimum: Passphrase.minimumLength)
        }
        bytes = try usingSodium { () throws(SodiumError) in try SecretBytes(utf8, in: .scratch) }
    }
}

/// The secret of one login: it wraps the root key, and only its holder has it.
///
/// The node stores what it wraps under a name derived from it, from which it cannot be found again. Source:
/// `docs/spec.md`, "Sessions".
public struct SessionToken: ~Copyable, Sendable {
    /// The length in bytes.
    public static let length = 32

    let secret: SecretBytes

    /// A token that was received.
    ///
    /// - Throws: ``IdentityError/crypto(_:)`` where it has another length.
    public init(_ bytes: [UInt8]) throws(IdentityError) {
        guard bytes.count == SessionToken.length else {
            throw .crypto(.wrongLength(expected: SessionToken.length, actual: bytes.count))
        }
        secret = try usingSodium { () throws(SodiumError) in try SecretBytes(bytes, in: .scratch) }
    }

    /// A new token.
    ///
    /// - Throws: ``IdentityError/crypto(_:)``.
    public static func random() throws(IdentityError) -> SessionToken {
        try SessionToken(
            secret: usingSodium { () throws(SodiumError) in try SecretBytes.random(count: length, in: .scratch) })
    }

    private init(secret: consuming SecretBytes) { self.secret = secret }

    /// The token's bytes, to be handed to its holder once.
    public borrowing func bytesForHolder() -> [UInt8] { secret.copyForTransfer() }

    /// The name under which the node keeps what the token wraps, 32 bytes.
    ///
    /// - Throws: ``IdentityError/crypto(_:)``.
    public borrowing func identifier() throws(IdentityError) -> [UInt8] {
        do {
            return try Hashing.blake2b(Derivation.message(Derivation.sessionIdentifier), key: secret)
        } catch { throw .crypto(error) }
    }

    /// The root key of an account, encrypted under the token.
    ///
    /// - Throws: ``IdentityError/crypto(_:)``.
    public borrowing func wrap(_ root: RootKey, handle: Handle) throws(IdentityError) -> [UInt8] {
        do {
            let key = try Hashing.deriveKey(from: secret, message: Derivation.message(Derivation.sessionWrap))
            return try AEAD.seal(secret: root.secret, key: key, context: Array(handle.string.utf8))
        } catch { throw .crypto(error) }
    }

    /// The root key that the token wrapped for this account, in guarded memory.
    ///
    /// - Throws: ``IdentityError/crypto(_:)`` where token or account is another.
    public borrowing func unwrap(_ ciphertext: [UInt8], handle: Handle) throws(IdentityError) -> RootKey {
        do {
            let key = try Hashing.deriveKey(from: secret, message: Derivation.message(Derivation.sessionWrap))
            let secret = try AEAD.openSecret(
                ciphertext, key: key, context: Array(handle.string.utf8), in: .guarded)
            return try RootKey(secret)
        } catch let error as SodiumError { throw .crypto(error) } catch let error as IdentityError {
            throw error
        } catch { throw .crypto(.notAuthentic) }
    }
}
