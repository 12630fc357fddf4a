internal import Deflate
internal import IPLD

/// The statuses of many grants, each of 1, 2, 4 or 8 bits: 0 is valid, anything else is not. The first status is the
/// lowest bits of the first byte.
///
/// Lists of our own have one bit a status, which is 1 where the grant was revoked. Source: Token Status List
/// (draft-ietf-oauth-status-list), "Compressed Byte Array", "Status Types".
public struct StatusList: Sendable, Equatable {
    /// The largest list in bytes, uncompressed: 8 million statuses of one bit.
    public static let maximumLength = 1 << 20
    /// The accepted bits of one status.
    static let sizes: [Int64] = [1, 2, 4, 8]

    /// The bits of one status: 1, 2, 4 or 8.
    public let bits: Int
    /// The statuses, 8 / ``bits`` to a byte.
    public private(set) var bytes: [UInt8]

    /// A list of `count` valid statuses of one bit; `count` is rounded up to a multiple of eight.
    public init(count: Int) { self.init(bytes: [UInt8](repeating: 0, count: (count + 7) / 8)) }

    /// A list of statuses of one bit from its bytes.
    public init(bytes: [UInt8]) {
        bits = 1
        self.bytes = bytes
    }

    /// A list of statuses of 1, 2, 4 or 8 bits from its bytes.
    ///
    /// - Throws: ``CapabilityError/malformed`` for another number of bits.
    public init(bytes: [UInt8], bits: Int) throws(CapabilityError) {
        guard StatusList.sizes.contains(Int64(bits)) else { throw .malformed }
        self.bits = bits
        self.bytes = bytes
    }

    /// How many statuses the list has.
    public var count: Int { bytes.count * (8 / bits) }

    /// The status at an index.
    ///
    /// - Throws: ``CapabilityError/statusUnavailable`` for an index outside the list.
    public func status(at index: Int) throws(CapabilityError) -> UInt8 {
        guard (0..<count).contains(index) else { throw .statusUnavailable }
        let (place, shift) = position(of: index)
        return bytes[place] >> shift & mask
    }

    /// Whether the status at an index is another than valid: revoked, suspended, or one that is not known here.
    ///
    /// - Throws: ``CapabilityError/statusUnavailable`` for an index outside the list.
    public func isRevoked(_ index: Int) throws(CapabilityError) -> Bool { try status(at: index) != 0 }

    /// Gives an index the status 1, "invalid". There is no way back.
    ///
    /// - Throws: ``CapabilityError/statusUnavailable`` for an index outside the list.
    public mutating func revoke(_ index: Int) throws(CapabilityError) {
        guard (0..<count).contains(index) else { throw .statusUnavailable }
        let (place, shift) = position(of: index)
        bytes[place] = bytes[place] & ~(mask << shift) | 1 << shift
    }

    /// One bit for each status, set where it is another than valid: what a list of one bit has as its bytes.
    var revocations: [UInt8] {
        if bits == 1 { return bytes }
        var result = [UInt8](repeating: 0, count: (count + 7) / 8)
        let each = 8 / bits
        for (place, byte) in bytes.enumerated() where byte != 0 {
            for index in 0..<each where byte >> UInt8(index * bits) & mask != 0 {
                let status = place * each + index
                result[status / 8] |= 1 << UInt8(status % 8)
            }
        }
        return result
    }

    /// The bits of a status, in the lowest place.
    private var mask: UInt8 { .max >> UInt8(8 - bits) }

    /// The byte in which a status stands, and how far from its lowest bit.
    private func position(of index: Int) -> (place: Int, shift: UInt8) {
        let each = 8 / bits
        return (index / each, UInt8(index % each * bits))
    }
}

extension StatusList {
    /// The list as the claim `lst`: compressed with zlib, then base64url.
    func compressed() throws(CapabilityError) -> String {
        do { return Base64URL.encode(try Deflate.compress(bytes, format: .zlib)) } catch { throw .limitExceeded }
    }

    /// Reads the claim `lst` as statuses of `bits` bits.
    ///
    /// - Throws: ``CapabilityError/malformed``; ``CapabilityError/limitExceeded`` where it expands beyond
    ///   ``maximumLength``.
    init(compressed text: String, bits: Int = 1) throws(CapabilityError) {
        let data = try readingIPLD { () throws(IPLDError) in try Base64URL.decode(text) }
        let bytes: [UInt8]
        do { bytes = try Deflate.decompress(data, format: .zlib, limit: StatusList.maximumLength) } catch {
            throw CapabilityError(error)
        }
        try self.init(bytes: bytes, bits: bits)
    }
}
