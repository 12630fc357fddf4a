internal import Deflate
internal import IPLD

/// The statuses of many grants, one bit each: 0 valid, 1 revoked; the first status is the lowest bit of the first byte.
///
/// Source: Token Status List (draft-ietf-oauth-status-list), "Compressed Byte Array".
public struct StatusList: Sendable, Equatable {
    /// The largest list in bytes, uncompressed: 8 million statuses.
    public static let maximumLength = 1 << 20

    /// The statuses, eight to a byte.
    public private(set) var bytes: [UInt8]

    /// A list of `count` valid statuses; `count` is rounded up to a multiple of eight.
    public init(count: Int) { bytes = [UInt8](repeating: 0, count: (count + 7) / 8) }

    /// A list from its bytes.
    public init(bytes: [UInt8]) { self.bytes = bytes }

    /// How many statuses the list has.
    public var count: Int { bytes.count * 8 }

    /// Whether the status at an index is revoked.
    ///
    /// - Throws: ``CapabilityError/statusUnavailable`` for an index outside the list.
    public func isRevoked(_ index: Int) throws(CapabilityError) -> Bool {
        guard (0..<count).contains(index) else { throw .statusUnavailable }
        return bytes[index / 8] & (1 << (index % 8)) != 0
    }

    /// Marks an index as revoked. There is no way back.
    ///
    /// - Throws: ``CapabilityError/statusUnavailable`` for an index outside the list.
    public mutating func revoke(_ index: Int) throws(CapabilityError) {
        guard (0..<count).contains(index) else { throw .statusUnavailable }
        bytes[index / 8] |= 1 << (index % 8)
    }

    /// The list as the claim `lst`: compressed with zlib, then base64url.
    func compressed() throws(CapabilityError) -> String {
        do { return Base64URL.encode(try Deflate.compress(bytes, format: .zlib)) } catch { throw .limitExceeded }
    }

    /// Reads the claim `lst`.
    ///
    /// - Throws: ``CapabilityError/malformed``; ``CapabilityError/limitExceeded`` where it expands beyond
    ///   ``maximumLength``.
    init(compressed text: String) throws(CapabilityError) {
        let data = try readingIPLD { () throws(IPLDError) in try Base64URL.decode(text) }
        do {
            bytes = try Deflate.decompress(data, format: .zlib, limit: StatusList.maximumLength)
        } catch {
            if case .tooLarge = error { throw .limitExceeded }
            throw .malformed
        }
    }
}

/// Where the status of a grant stands: the claim `{"status_list": {"idx", "uri"}}`.
///
/// Source: Token Status List, "Referenced Token".
public struct StatusReference: Sendable, Equatable {
    /// The index in the list.
    public let index: Int
    /// The URI of the list, at most 512 bytes; compared byte for byte with the list's own name.
    public let uri: String

    /// A reference to a status.
    public init(index: Int, uri: String) {
        self.index = index
        self.uri = uri
    }
}
