public import Sodium

/// A root key encrypted under a recovery code.
///
/// It names neither account nor node: it may move to another node and to another handle while its code is in a drawer.
/// A code has 130 bits, so no slow hash stands before it. Source: `docs/spec.md`, "Recovery code".
public struct RecoveryWrap: Sendable, Equatable {
    /// The length in bytes.
    public static let length = RootKey.length + AEAD.overhead

    /// `nonce ‖ encrypted root key ‖ tag`, 72 bytes.
    public let bytes: [UInt8]

    /// A wrap as it was stored.
    ///
    /// - Throws: ``IdentityError/crypto(_:)`` where it has another length.
    public init(_ bytes: [UInt8]) throws(IdentityError) {
        guard bytes.count == RecoveryWrap.length else {
            throw .crypto(.wrongLength(expected: RecoveryWrap.length, actual: bytes.count))
        }
        self.bytes = bytes
    }

    /// Wraps a root key under a code.
    ///
    /// - Throws: ``IdentityError/crypto(_:)``.
    public init(
        _ root: RootKey, code: borrowing RecoveryCode, random: RandomSource = .system
    ) throws(IdentityError) {
        let key = try RecoveryWrap.key(of: code)
        bytes = try usingSodium { () throws(SodiumError) in
            try AEAD.seal(secret: root.secret, key: key, context: RecoveryWrap.context, random: random)
        }
    }

    /// The root key, in guarded memory.
    ///
    /// - Throws: ``IdentityError/crypto(_:)`` where the code is another.
    public func unwrap(_ code: borrowing RecoveryCode) throws(IdentityError) -> RootKey {
        let key = try RecoveryWrap.key(of: code)
        return try RootKey(
            usingSodium { () throws(SodiumError) in
                try AEAD.openSecret(bytes, key: key, context: RecoveryWrap.context, in: .guarded)
            })
    }

    private static let context = Derivation.message(Derivation.recoveryWrap)

    private static func key(of code: borrowing RecoveryCode) throws(IdentityError) -> SecretBytes {
        do {
            return try Hashing.deriveKey(from: code.secret, message: Derivation.message(Derivation.recoveryKey))
        } catch { throw .crypto(error) }
    }
}
