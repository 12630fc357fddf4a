internal import DumpIdentity
public import IPLD
internal import Sodium

/// What a feed calls a revocation: a hash of the delegation's name and of the revoker, which whoever holds the delegation
/// can compute, and which tells nobody else whose it is.
///
/// 32 bytes: BLAKE2b-256 of `"dump/v1/revoked" ‖ 0x00 ‖ digest of the delegation's CID ‖ revoker's public key`.
/// Source: `docs/spec.md`, "Revocation feed".
public struct RevocationName: Sendable, Hashable {
    /// How many bytes a name has.
    public static let length = 32
    private static let label = "dump/v1/revoked"

    /// The bytes as four numbers, the most significant byte of each first: many names are held, and none has memory of
    /// its own.
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// The name of the revocation of a delegation by a principal; `nil` for a CID that names no delegation.
    public init?(_ delegation: CID, by revoker: Principal) {
        guard delegation.isDagCBORSHA256 else { return nil }
        let message = Derivation.message(RevocationName.label, context: delegation.digest + revoker.publicKey)
        self.init(checked: Hashing.blake2b(message))
    }

    /// The name of a revocation.
    public init(_ revocation: Revocation) {
        let context = revocation.delegation.digest + revocation.revoker.publicKey
        self.init(checked: Hashing.blake2b(Derivation.message(RevocationName.label, context: context)))
    }

    /// A name from its bytes.
    ///
    /// - Throws: ``CapabilityError/malformed`` unless there are 32.
    public init(bytes: some Collection<UInt8>) throws(CapabilityError) {
        guard bytes.count == RevocationName.length else { throw .malformed }
        self.init(checked: Array(bytes))
    }

    private init(checked bytes: [UInt8]) {
        func word(_ start: Int) -> UInt64 { bytes[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) } }
        words = (word(0), word(8), word(16), word(24))
    }

    /// The 32 bytes.
    public var bytes: [UInt8] {
        [words.0, words.1, words.2, words.3].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) }
        }
    }

    /// Whether the bytes are the same.
    public static func == (left: RevocationName, right: RevocationName) -> Bool { left.words == right.words }

    /// Hashes a part, which is enough: the bytes are a hash already, and nobody can choose many that are alike.
    public func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}

extension RevocationName: Comparable {
    /// The order of the bytes: the one in which names stand in statements, which tells nothing of when they came.
    public static func < (left: RevocationName, right: RevocationName) -> Bool { left.words < right.words }
}
