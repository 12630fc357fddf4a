/// A party that signs or receives: an Ed25519 public key, written as a did:key.
///
/// Two principals are equal when their keys are, byte for byte. Whether the bytes are a usable point is for signature
/// verification to say.
///
/// Source: The did:key Method v0.7 (W3C CCG); multicodec table (ed25519-pub).
public struct Principal: Hashable, Sendable {
    /// The size of a public key in bytes.
    public static let publicKeyBytes = 32

    /// The public key, 32 bytes.
    public let publicKey: [UInt8]

    /// "z" is the multibase prefix of base58btc.
    private static let prefix = "did:key:z"
    /// Multicodec ed25519-pub (0xed) as a varint.
    private static let codec: [UInt8] = [0xED, 0x01]
    /// The codec and a key as a base58 number: with this codec always 47 digits, whatever the key.
    private static let characters = 47

    /// A principal from its public key; throws `invalidPublicKey` unless it has 32 bytes.
    public init(publicKey: [UInt8]) throws(IPLDError) {
        guard publicKey.count == Principal.publicKeyBytes else { throw .invalidPublicKey(count: publicKey.count) }
        self.publicKey = publicKey
    }

    /// A principal from a did:key without fragment.
    ///
    /// Throws `invalidDID` unless it is exactly the text that `did` gives for the same key.
    public init(did: String) throws(IPLDError) {
        guard did.utf8.starts(with: Principal.prefix.utf8) else { throw .invalidDID }
        let text = Substring(did.utf8.dropFirst(Principal.prefix.utf8.count))
        let bytes: [UInt8]
        do { bytes = try Base58.decode(text, maxCharacters: Principal.characters) } catch { throw .invalidDID }
        guard bytes.starts(with: Principal.codec),
            bytes.count == Principal.codec.count + Principal.publicKeyBytes
        else { throw .invalidDID }
        publicKey = Array(bytes.dropFirst(Principal.codec.count))
    }

    /// The did:key of this principal, 56 characters that begin "did:key:z6Mk".
    public var did: String { Principal.prefix + Base58.encode(Principal.codec + publicKey) }
}

extension Principal: CustomStringConvertible {
    /// The did:key of this principal.
    public var description: String { did }
}
