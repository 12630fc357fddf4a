public import DumpIdentity
public import IPLD
public import Sodium

/// The fields that a grant opens, each encrypted under a key of its own.
///
/// The node keeps one ciphertext a field, under a name (*slot*) that only follows from the disclosure id, which stands
/// in the grant and nowhere on the node. Source: `docs/spec.md`, "Disclosure".
public struct Disclosure: ~Copyable, Sendable {
    /// The length of a disclosure id in bytes.
    public static let identifierLength = 32
    /// The length of the grant key in bytes.
    public static let keyLength = AEAD.keyLength

    private static let fieldLabel = "dump/v1/disclosure/field"
    private static let slotLabel = "dump/v1/disclosure/slot"
    /// Text has one size class, and pictures have one, removed or not.
    static func kind(_ field: ProfileField) -> SealedKind {
        let length = field == .picture ? Picture.maximumLength + 1_024 : 1_024
        return SealedKind("dump/v1/disclosure/value", sizeClasses: [length])
    }

    private let key: SecretBytes

    /// A disclosure under an existing grant key.
    ///
    /// - Throws: ``CapabilityError/malformed`` where the key is not of ``keyLength``.
    public init(key: [UInt8]) throws(CapabilityError) {
        guard key.count == Disclosure.keyLength else { throw .malformed }
        self.key = try usingSodium { () throws(SodiumError) in try SecretBytes(key, in: .scratch) }
    }

    /// The key of one field: what the holder of the grant key gives to whom it hands the field on.
    ///
    /// - Throws: ``CapabilityError/malformed``.
    public borrowing func fieldKey(_ field: ProfileField) throws(CapabilityError) -> FieldKey {
        do {
            let message = Derivation.message(Disclosure.fieldLabel, context: Array(field.rawValue.utf8))
            return FieldKey(field: field, key: try Hashing.deriveKey(from: key, message: message))
        } catch { throw .malformed }
    }

    /// The name under which the node keeps a field of an owner's disclosure, 32 bytes.
    ///
    /// The owner's key is part of it: another pseudonym's grant that repeats a disclosure id finds nothing.
    ///
    /// - Throws: ``CapabilityError/malformed`` where the id is not of ``identifierLength``.
    public static func slot(
        of field: ProfileField, in identifier: [UInt8], owner: Principal
    ) throws(CapabilityError) -> [UInt8] {
        guard identifier.count == identifierLength else { throw .malformed }
        let message = Derivation.message(slotLabel, context: owner.publicKey + Array(field.rawValue.utf8))
        return try usingSodium { () throws(SodiumError) in
            let key = try SecretBytes(identifier, in: .scratch)
            return try Hashing.blake2b(message, key: key)
        }
    }
}

/// The key that opens one disclosed field.
public struct FieldKey: ~Copyable, Sendable {
    /// The field.
    public let field: ProfileField
    private let key: SecretBytes

    init(field: ProfileField, key: consuming SecretBytes) {
        self.field = field
        self.key = key
    }

    /// A field key that was handed on.
    ///
    /// - Throws: ``CapabilityError/malformed`` where it has another length.
    public init(field: ProfileField, bytes: [UInt8]) throws(CapabilityError) {
        guard bytes.count == AEAD.keyLength else { throw .malformed }
        self.init(field: field, key: try usingSodium { () throws(SodiumError) in try SecretBytes(bytes, in: .scratch) })
    }

    /// The key's bytes, to be sealed to the one that it is handed to.
    public borrowing func bytesForHolder() -> [UInt8] { key.copyForTransfer() }

    /// Encrypts a value, or `nil` for a field that the owner has removed, padded to the field's size class.
    ///
    /// - Throws: ``CapabilityError/malformed``.
    public borrowing func seal(
        _ value: FieldValue?, random: RandomSource = .system
    ) throws(CapabilityError) -> [UInt8] {
        do {
            return try SealedValue.seal(
                value?.value ?? .null, kind: Disclosure.kind(field), key: key, context: Array(field.rawValue.utf8),
                random: random)
        } catch { throw CapabilityError(error) }
    }

    /// Decrypts a value; `nil` where the owner has removed the field.
    ///
    /// - Throws: ``CapabilityError/malformed`` where it was not encrypted under this key for this field.
    public borrowing func open(_ ciphertext: [UInt8]) throws(CapabilityError) -> FieldValue? {
        do {
            let value = try SealedValue.open(
                ciphertext, kind: Disclosure.kind(field), key: key, context: Array(field.rawValue.utf8))
            return value.isNull ? nil : try FieldValue(value, for: field)
        } catch { throw CapabilityError(error) }
    }
}
