/// A party that signs or receives: an Ed25519 public key, written as a did:key.
///
/// Two principals are equal when their keys are, byte for byte. Whether the bytes are a usable point is for signature
/// verification to say.
///
/// Source: The did:key Method v0.7 (W3C CCG); multicodec table (ed25519-pub).
public struct Principal: Sendable {
    /// The size of a public key in bytes.
    public static let publicKeyBytes = 32

    /// The public key as four numbers, the most significant byte of each first: a principal is copied and compared
    /// often, and so takes no memory of its own.
    public let words: (UInt64, UInt64, UInt64, UInt64)

    /// "z" is the multibase prefix of base58btc.
    private static let prefix = "did:key:z"
    /// Multicodec ed25519-pub (0xed) as a varint: the bytes 0xed, 0x01.
    private static let codec: UInt64 = 0xED01
    /// The codec and a key as a base58 number: with this codec always 47 digits, whatever the key.
    private static let characters = 47

    /// A principal from its public key; throws `invalidPublicKey` unless it has 32 bytes.
    public init(publicKey: [UInt8]) throws(IPLDError) {
        guard publicKey.count == Principal.publicKeyBytes else { throw .invalidPublicKey(count: publicKey.count) }
        func word(_ start: Int) -> UInt64 { publicKey[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) } }
        words = (word(0), word(8), word(16), word(24))
    }

    /// The public key, 32 bytes.
    public var publicKey: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Principal.publicKeyBytes)
        for index in 0..<8 {
            let shift = UInt64(56 - 8 * index)
            bytes[index] = UInt8(truncatingIfNeeded: words.0 >> shift)
            bytes[index + 8] = UInt8(truncatingIfNeeded: words.1 >> shift)
            bytes[index + 16] = UInt8(truncatingIfNeeded: words.2 >> shift)
            bytes[index + 24] = UInt8(truncatingIfNeeded: words.3 >> shift)
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
        // The codec is what stands above the 256 bits of the key.
        let number = digits.number
        guard digits.zeros == 0, digits.words == 5, number[4] == Principal.codec else { throw .invalidDID }
        words = (number[3], number[2], number[1], number[0])
    }

    /// The did:key of this principal, 56 characters that begin "did:key:z6Mk".
    public var did: String {
        let number = [words.3, words.2, words.1, words.0, Principal.codec]  // least significant first
        return Base58.text(of: number, behind: Array(Principal.prefix.utf8))
    }
}

extension Principal: Hashable {
    /// Whether the keys are the same, byte for byte.
    public static func == (left: Principal, right: Principal) -> Bool { left.words == right.words }

    /// Hashes the key.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }
}

extension Principal: CustomStringConvertible {
    /// The did:key of this principal.
    public var description: String { did }
}
