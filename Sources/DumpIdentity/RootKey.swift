public import IPLD
public import Sodium

/// The 32 random bytes from which every key of a person follows.
///
/// It lives in guarded memory while someone holds this object, and is zeroed with it. Stored, it exists only wrapped.
/// Source: `docs/spec.md`, "Key derivation".
public final class RootKey: Sendable {
    /// The length of a root key in bytes.
    public static let length = 32

    let secret: SecretBytes

    /// A root key from bytes that were unwrapped.
    ///
    /// - Throws: ``IdentityError/crypto(_:)`` where they are not 32.
    public init(_ secret: consuming SecretBytes) throws(IdentityError) {
        guard secret.count == RootKey.length else {
            throw .crypto(.wrongLength(expected: RootKey.length, actual: secret.count))
        }
        self.secret = secret
    }

    /// A new random root key.
    ///
    /// - Throws: ``IdentityError/crypto(_:)`` where guarded memory cannot be had.
    public static func random() throws(IdentityError) -> RootKey {
        try RootKey(usingSodium { () throws(SodiumError) in try SecretBytes.random(count: length, in: .guarded) })
    }

    /// The keys of the profile.
    ///
    /// - Throws: ``IdentityError/crypto(_:)``.
    public func profileKeys() throws(IdentityError) -> ProfileKeys {
        ProfileKeys(
            signing: try signingKey(Derivation.profileSigning),
            storage: try derive(Derivation.profileStorage),
            state: try derive(Derivation.accountState))
    }

    /// The keys of the pseudonym for a module; indices above 0 are further pseudonyms that nobody can link.
    ///
    /// - Throws: ``IdentityError/crypto(_:)``.
    public func pseudonymKeys(module: ModuleID, index: UInt64) throws(IdentityError) -> PseudonymKeys {
        // The module id holds no zero byte, so the index cannot be mistaken for a part of it.
        let context =
            Array(module.string.utf8) + [0] + (0..<8).map { UInt8(truncatingIfNeeded: index >> (56 - 8 * $0)) }
        return try PseudonymKeys(
            module: module, index: index,
            signing: try signingKey(Derivation.pseudonymSigning, context),
            storage: try derive(Derivation.pseudonymStorage, context))
    }

    /// The key of an account's settings, and of the name under which they are kept.
    ///
    /// - Throws: ``IdentityError/crypto(_:)``.
    public func settingsKey() throws(IdentityError) -> SecretBytes { try derive(Derivation.accountSettings) }

    /// The key of the content of an account export.
    func exportKey() throws(IdentityError) -> SecretBytes { try derive(Derivation.exportKey) }

    private func signingKey(_ label: String, _ context: [UInt8] = []) throws(IdentityError) -> SigningKey {
        let seed = try derive(label, context)
        return try usingSodium { () throws(SodiumError) in try SigningKey(seed: seed) }
    }

    private func derive(_ label: String, _ context: [UInt8] = []) throws(IdentityError) -> SecretBytes {
        try usingSodium { () throws(SodiumError) in
            try Hashing.deriveKey(from: secret, message: Derivation.message(label, context: context))
        }
    }
}

/// The keys of a person's profile.
public struct ProfileKeys: ~Copyable, Sendable {
    /// Signs as the profile.
    public let signing: SigningKey
    /// Encrypts the stored profile.
    public let storage: SecretBytes
    /// Encrypts the account's state: which pseudonyms it has.
    public let state: SecretBytes
}

/// The keys of one pseudonym.
public struct PseudonymKeys: ~Copyable, Sendable {
    /// The module that the pseudonym is for.
    public let module: ModuleID
    /// Which of the person's pseudonyms in that module, from 0.
    public let index: UInt64
    /// Signs as the pseudonym, and opens what is sealed to it.
    public let signing: SigningKey
    /// Encrypts what the pseudonym keeps.
    public let storage: SecretBytes
    /// The pseudonym as a principal.
    public let principal: Principal

    init(
        module: ModuleID, index: UInt64, signing: consuming SigningKey, storage: consuming SecretBytes
    ) throws(IdentityError) {
        self.module = module
        self.index = index
        let publicKey = signing.publicKey
        self.principal = try readingIPLD { () throws(IPLDError) in try Principal(publicKey: publicKey) }
        self.signing = signing
        self.storage = storage
    }
}

extension SigningKey {
    /// The key as a principal.
    ///
    /// - Throws: ``IdentityError/malformed(_:)``, which a key pair made by libsodium never causes.
    public borrowing func principal() throws(IdentityError) -> Principal {
        let point = publicKey
        return try readingIPLD { () throws(IPLDError) in try Principal(publicKey: point) }
    }
}
