public import IPLD
public import Sodium

/// A whole account in one file, by which it moves to another node: the root key under a passphrase of its own, perhaps
/// under the recovery code too, and what the account keeps, sealed under the root key.
///
/// Nothing in it can be exchanged: what stands beside the content is authenticated with it.
/// Source: `docs/spec.md`, "Account export".
public struct AccountExport: Sendable, Equatable {
    /// What stands under `format`: another version has another.
    public static let format = "dump/export@1.0.0"
    /// The longest file in bytes: 16 MiB of content, and what stands beside it.
    public static let maximumLength = (16 << 20) + 1_024
    /// The most values in the content, keys of maps included: what is read takes memory for each.
    public static let maximumItems = 1 << 18
    /// The most passes that a file may ask for: it may come from anyone.
    public static let maximumOperations = 10
    /// The most memory in bytes that a file may ask for: 1 GiB.
    public static let maximumMemory = 1 << 30

    /// What Argon2id costs for the passphrase.
    public let cost: PasswordHash.Cost
    /// The salt of the passphrase, 16 bytes.
    public let salt: [UInt8]
    /// The root key under the passphrase's key, 72 bytes.
    public let wrappedRoot: [UInt8]
    /// The root key under the recovery code, where the account has one.
    public let recovery: RecoveryWrap?
    /// The content under a key that follows from the root key.
    public let sealedContent: [UInt8]

    /// An account that was taken out of its file.
    public struct Opened: Sendable {
        /// The root key, in guarded memory.
        public let root: RootKey
        /// What the account keeps.
        public let content: Value
    }

    /// The lengths that the content is padded to, in bytes: powers of two from 64 KiB to 16 MiB.
    static let contentKind = SealedKind(Derivation.exportContent, sizeClasses: (16...24).map { 1 << $0 })

    /// Seals an account under the key that Argon2id gave for the passphrase of the file with this salt and cost.
    ///
    /// - Throws: ``IdentityError/crypto(_:)`` where the content is larger than 16 MiB, or the cost more than a file may
    ///   ask for; ``IdentityError/malformed(_:)`` where the content has too many values or no encoding.
    public static func seal(
        _ content: Value, root: RootKey, recovery: RecoveryWrap?, key: borrowing SecretBytes, salt: [UInt8],
        cost: PasswordHash.Cost, random: RandomSource = .system
    ) throws(IdentityError) -> AccountExport {
        guard salt.count == PasswordHash.saltLength else {
            throw .crypto(.wrongLength(expected: PasswordHash.saltLength, actual: salt.count))
        }
        try check(cost)
        let wrapped: [UInt8]
        do {
            wrapped = try AEAD.seal(secret: root.secret, key: key, context: wrapContext(cost), random: random)
        } catch { throw .crypto(error) }
        let empty = AccountExport(cost: cost, salt: salt, wrappedRoot: wrapped, recovery: recovery, sealedContent: [])
        let contentKey = try root.exportKey()
        let sealed = try SealedValue.seal(
            content, kind: contentKind, key: contentKey, context: try empty.contentContext(),
            maximumItems: maximumItems, random: random)
        return AccountExport(cost: cost, salt: salt, wrappedRoot: wrapped, recovery: recovery, sealedContent: sealed)
    }

    /// Opens it with the key that Argon2id gives for its passphrase, salt and cost.
    ///
    /// - Throws: ``IdentityError/crypto(_:)`` where the passphrase is another or a part was exchanged;
    ///   ``IdentityError/malformed(_:)`` where the content has too many values.
    public func open(key: borrowing SecretBytes) throws(IdentityError) -> Opened {
        let secret: SecretBytes
        do {
            secret = try AEAD.openSecret(
                wrappedRoot, key: key, context: AccountExport.wrapContext(cost), in: .guarded)
        } catch { throw .crypto(error) }
        return try open(root: try RootKey(secret))
    }

    /// Opens it with the recovery code of the account.
    ///
    /// - Throws: ``IdentityError/malformed(_:)`` where there is no wrap under a recovery code; else as ``open(key:)``.
    public func open(code: borrowing RecoveryCode) throws(IdentityError) -> Opened {
        guard let recovery else { throw .malformed(.missingField("recovery")) }
        return try open(root: try recovery.unwrap(code))
    }

    private func open(root: RootKey) throws(IdentityError) -> Opened {
        let key = try root.exportKey()
        let content = try SealedValue.open(
            sealedContent, kind: AccountExport.contentKind, key: key, context: try contentContext(),
            maximumItems: AccountExport.maximumItems)
        return Opened(root: root, content: content)
    }

    /// Binds the wrap of the root key to what its key costs.
    private static func wrapContext(_ cost: PasswordHash.Cost) -> [UInt8] {
        Derivation.message(Derivation.exportWrap, context: Array("\(cost.operations)/\(cost.memory)".utf8))
    }

    /// Refuses a cost that a node should not pay because a file says so.
    static func check(_ cost: PasswordHash.Cost) throws(IdentityError) {
        guard (PasswordHash.Cost.minimum.operations...maximumOperations).contains(cost.operations),
            (PasswordHash.Cost.minimum.memory...maximumMemory).contains(cost.memory)
        else { throw .crypto(.invalidCost) }
    }
}
