import Sodium

/// A content identifier: the hash of a block, with the codec the block is written in.
///
/// Any well-formed CIDv1 of at most 128 bytes is accepted, whatever its codec and hash: links in data may point at
/// anything. Code that fetches or verifies a block asks `isDagCBORSHA256` first.
///
/// Source: multiformats CID specification; multiformats unsigned-varint specification.
public struct CID: Hashable, Sendable {
    /// The longest accepted CID in bytes; a 512-bit hash takes about 70.
    public static let maxBytes = 128

    /// The binary form: version, codec, hash function, digest length, digest.
    public let bytes: [UInt8]
    /// Where the digest starts in `bytes`.
    private let digestStart: Int

    private static let version: UInt64 = 1
    /// dag-cbor, sha2-256 and its length of 32 in one: the header of every CID that this project makes.
    private static let dagCBORSHA256: [UInt8] = [0x01, 0x71, 0x12, 0x20]

    /// A CID from its binary form.
    ///
    /// Throws `invalidCID` for another version, a varint longer than needed, or a digest of another length than stated;
    /// `tooLarge` above `maxBytes`.
    public init(bytes: some Collection<UInt8>) throws(IPLDError) {
        guard bytes.count <= CID.maxBytes else { throw .tooLarge(limit: CID.maxBytes) }
        let bytes = Array(bytes)
        // The one kind that is everywhere needs no more than a look.
        if bytes.count == CID.dagCBORSHA256.count + 32, bytes.starts(with: CID.dagCBORSHA256) {
            self.bytes = bytes
            digestStart = CID.dagCBORSHA256.count
            return
        }
        var index = 0
        guard CID.varint(bytes, &index) == CID.version,
            CID.varint(bytes, &index) != nil,  // the codec
            CID.varint(bytes, &index) != nil,  // the hash function
            let length = CID.varint(bytes, &index),
            length == UInt64(bytes.count - index)
        else { throw .invalidCID }
        self.bytes = bytes
        digestStart = index
    }

    /// A CID from its text form: multibase base32, lower case, no padding.
    ///
    /// Throws `invalidCID` for any other form and base, and as `init(bytes:)` does.
    public init(_ string: String) throws(IPLDError) {
        let limit = 1 + (CID.maxBytes * 8 + 4) / 5
        guard string.utf8.count <= limit else { throw .tooLarge(limit: limit) }
        guard string.utf8.first == UInt8(ascii: "b") else { throw .invalidCID }
        let bytes: [UInt8]
        do { bytes = try Base32.decode(Substring(string.utf8.dropFirst())) } catch { throw .invalidCID }
        try self.init(bytes: bytes)
    }

    private init(dagCBORDigest digest: [UInt8]) {
        bytes = CID.dagCBORSHA256 + digest
        digestStart = CID.dagCBORSHA256.count
    }

    /// The CIDv1 of a DAG-CBOR block: codec dag-cbor (0x71), hash sha2-256 (0x12).
    public static func of(dagCBOR block: [UInt8]) -> CID {
        CID(dagCBORDigest: Hashing.sha256(block))
    }

    /// Whether this is the CID of a DAG-CBOR block by SHA-256, the only kind this project makes and verifies.
    public var isDagCBORSHA256: Bool { bytes.starts(with: CID.dagCBORSHA256) }

    /// The digest of the block, without the multihash header.
    public var digest: [UInt8] { Array(bytes[digestStart...]) }

    /// Reads an unsigned varint of at most 63 bits and moves `index` behind it; `nil` where it is cut off or longer
    /// than needed.
    private static func varint(_ bytes: [UInt8], _ index: inout Int) -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 63, by: 7) {
            guard index < bytes.count else { return nil }
            let byte = bytes[index]
            index += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return byte == 0 && shift > 0 ? nil : value }
        }
        return nil
    }
}

extension CID: CustomStringConvertible {
    /// The text form: "b" and lower-case base32 without padding.
    public var description: String { "b" + Base32.encode(bytes) }
}
