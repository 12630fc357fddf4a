public import IPLD
public import Sodium

/// A kind of sealed value: its label, which is authenticated with it, and the lengths that it is padded to.
///
/// A value of one kind never opens as another. Source: `docs/spec.md`, "Sealed values".
public struct SealedKind: Sendable {
    /// The label, never reused for another meaning.
    public let label: String
    /// The plaintext lengths in bytes, ascending.
    public let sizeClasses: [Int]

    /// A kind of sealed value.
    public init(_ label: String, sizeClasses: [Int]) {
        self.label = label
        self.sizeClasses = sizeClasses
    }
}

/// Values encrypted for a principal, or under a key of one's own, and padded to size classes.
public enum SealedValue {
    /// Seals a value so that only the principal's key opens it.
    ///
    /// - Throws: ``IdentityError/crypto(_:)`` where the value is larger than its largest class, or the key not valid.
    public static func seal(_ value: Value, kind: SealedKind, to principal: Principal) throws(IdentityError) -> [UInt8]
    {
        let padded = try pad([.string(kind.label), value], kind: kind)
        return try usingSodium { () throws(SodiumError) in try Sealing.seal(padded, to: principal.publicKey) }
    }

    /// Opens what was sealed to a key.
    ///
    /// - Throws: ``IdentityError/crypto(_:)``, ``IdentityError/malformed(_:)``.
    public static func open(
        _ ciphertext: [UInt8], kind: SealedKind, with key: borrowing SigningKey
    ) throws(IdentityError) -> Value {
        let padded: [UInt8]
        do { padded = try key.open(sealed: ciphertext) } catch { throw .crypto(error) }
        let value = try unpad(padded)
        // A sealed box has no associated data, so the label stands inside.
        guard let parts = value.listValue, parts.count == 2, parts[0] == .string(kind.label) else {
            throw .crypto(.notAuthentic)
        }
        return parts[1]
    }

    /// Encrypts a value under a key; `context` binds it to its place.
    ///
    /// - Throws: ``IdentityError/crypto(_:)`` where the value is larger than its largest class.
    public static func seal(
        _ value: Value, kind: SealedKind, key: borrowing SecretBytes, context: [UInt8] = [],
        random: RandomSource = .system
    ) throws(IdentityError) -> [UInt8] {
        let padded = try pad(value, kind: kind)
        let bound = Derivation.message(kind.label, context: context)
        do {
            return try AEAD.seal(padded, key: key, context: bound, random: random)
        } catch { throw .crypto(error) }
    }

    /// Decrypts a value that was encrypted under a key for the same context.
    ///
    /// - Throws: ``IdentityError/crypto(_:)``, ``IdentityError/malformed(_:)``.
    public static func open(
        _ ciphertext: [UInt8], kind: SealedKind, key: borrowing SecretBytes, context: [UInt8] = []
    ) throws(IdentityError) -> Value {
        let bound = Derivation.message(kind.label, context: context)
        let padded: [UInt8]
        do { padded = try AEAD.open(ciphertext, key: key, context: bound) } catch { throw .crypto(error) }
        return try unpad(padded)
    }

    private static func pad(_ value: Value, kind: SealedKind) throws(IdentityError) -> [UInt8] {
        let content = try readingIPLD { () throws(IPLDError) in try DagCBOR.encode(value) }
        return try usingSodium { () throws(SodiumError) in try Padding.pad(content, to: kind.sizeClasses) }
    }

    private static func unpad(_ padded: [UInt8]) throws(IdentityError) -> Value {
        let content = try usingSodium { () throws(SodiumError) in try Padding.unpad(padded) }
        return try readingIPLD { () throws(IPLDError) in try DagCBOR.decode(content) }
    }
}
