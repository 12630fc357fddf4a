/// A party that signs or receives: an Ed25519 public key, written as a did:key.
///
/// Two principals are equal when their keys are, byte for byte. Whether the bytes are a usable point is for signature
/// verification to say.
///
/// Source: The did:key Method v0.7 (W3C CCG); multicodec table (ed25519-pub).
public struct Principal: Sendable {
    /// The size of a public key in bytes.
    public static let publicKeyBytes = 32

    /// The public key as four numbers, most significant byte first: a principal is copied and compared often, and so
    /// takes no memory of its own.
    private let key: (UInt64, UInt64, UInt64, UInt64)

    /// "z" is the multibase prefix of base58btc.
    private static let prefix = "did:key:z"
    /// Multicodec ed25519-pub (0xed) as a varint.
    private static let codec: [UInt8] = [0xED, 0x01]
    /// The codec and a key as a base58 number: with this codec always 47 digits, whatever the key.
    private static let characters = 47

    /// A principal from its public key; throws `invalidPublicKey` unless it has 32 bytes.
    public init(publicKey: [UInt8]) throws(IPLDError) {
        guard publicKey.count == Principal.publicKeyBytes else { throw .invalidPublicKey(count: publicKey.count) }
        self.init { publicKey[$0] }
    }

    /// A principal from the bytes of its key, asked for by their places.
    private init(_ byte: (Int) -> UInt8) {
        func word(_ index: Int) -> UInt64 {
            (index * 8..<index * 8 + 8).reduce(0) { $0 << 8 | UInt64(byte($1)) }
        }
        key = (word(0), word(1), word(2), word(3))
    }

    /// The public key, 32 bytes.
    public var publicKey: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Principal.publicKeyBytes)
        for word in [key.0, key.1, key.2, key.3] {
            for shift in stride(from: UInt64(56), through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> shift))
            }
        }
        return bytes
    }

    /// A principal from a did:key without fragment.
    ///
    /// Throws `invalidDID` unless it is exactly the text that `did` gives for the same key.
    public init(did: String) throws(IPLDError) { try self.init(did: Array(did.utf8)[...]) }

    /// A principal from the UTF-8 bytes of a did:key; throws as `init(did: String)` does.
    init(did: ArraySlice<UInt8>) throws(IPLDError) {
        let prefix = Principal.prefix.utf8
        guard did.count == prefix.count + Principal.characters, did.starts(with: prefix) else { throw .invalidDID }
        let digits: Base58.Digits
        do { digits = try Base58.Digits(utf8: did.dropFirst(prefix.count)) } catch { throw .invalidDID }
        guard digits.count == Principal.codec.count + Principal.publicKeyBytes, digits[0] == Principal.codec[0],
            digits[1] == Principal.codec[1]
        else { throw .invalidDID }
        self.init { digits[Principal.codec.count + $0] }
    }

    /// The did:key of this principal, 56 characters that begin "did:key:z6Mk".
    public var did: String { Principal.prefix + Base58.encode(Principal.codec + publicKey) }
}

extension Principal: Hashable {
    /// Whether the keys are the same, byte for byte.
    public static func == (left: Principal, right: Principal) -> Bool { left.key == right.key }

    /// Hashes the key.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(key.0)
        hasher.combine(key.1)
        hasher.combine(key.2)
        hasher.combine(key.3)
    }
}

extension Principal: CustomStringConvertible {
    /// The did:key of this principal.
    public var description: String { did }
}
