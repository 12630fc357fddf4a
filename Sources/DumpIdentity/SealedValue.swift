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

    /// Encrypts a value under a key; `context` binds it to its place. It may have `maximumItems` values, keys of maps
    /// included, where that is given.
    ///
    /// - Throws: ``IdentityError/crypto(_:)`` where the value is larger than its largest class;
    ///   ``IdentityError/malformed(_:)`` where it has more values.
    public static func seal(
        _ value: Value, kind: SealedKind, key: borrowing SecretBytes, context: [UInt8] = [],
        maximumItems: Int? = nil, random: RandomSource = .system
    ) throws(IdentityError) -> [UInt8] {
        let padded = try pad(value, kind: kind, maximumItems: maximumItems)
        let bound = Derivation.message(kind.label, context: context)
        do {
            return try AEAD.seal(padded, key: key, context: bound, random: random)
        } catch { throw .crypto(error) }
    }

    /// Decrypts a value that was encrypted under a key for the same context. It is not taken apart where it has more
    /// than `maximumItems` values, keys of maps included.
    ///
    /// - Throws: ``IdentityError/crypto(_:)``, ``IdentityError/malformed(_:)``.
    public static func open(
        _ ciphertext: [UInt8], kind: SealedKind, key: borrowing SecretBytes, context: [UInt8] = [],
        maximumItems: Int? = nil
    ) throws(IdentityError) -> Value {
        let bound = Derivation.message(kind.label, context: context)
        let padded: [UInt8]
        do { padded = try AEAD.open(ciphertext, key: key, context: bound) } catch { throw .crypto(error) }
        return try unpad(padded, maximumItems: maximumItems)
    }

    private static func pad(
        _ value: Value, kind: SealedKind, maximumItems: Int? = nil
    ) throws(IdentityError) -> [UInt8] {
        let content = try readingIPLD { () throws(IPLDError) in
            let content = try DagCBOR.encode(value)
            try check(content, maximumItems)
            return content
        }
        return try usingSodium { () throws(SodiumError) in try Padding.pad(content, to: kind.sizeClasses) }
    }

    private static func unpad(_ padded: [UInt8], maximumItems: Int? = nil) throws(IdentityError) -> Value {
        let content = try usingSodium { () throws(SodiumError) in try Padding.unpad(padded) }
        return try readingIPLD { () throws(IPLDError) in
            try check(content, maximumItems)
            return try DagCBOR.decode(content)
        }
    }

    private static func check(_ content: [UInt8], _ maximumItems: Int?) throws(IPLDError) {
        guard let maximumItems else { return }
        guard try DagCBOR.itemCount(content, limit: maximumItems) <= maximumItems else {
            throw .tooManyItems(limit: maximumItems)
        }
    }
}
