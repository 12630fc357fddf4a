import TestSupport

@testable import Sodium

/// `count` bytes that all differ from their neighbours.
func pattern(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0) } }

extension [UInt8] {
    /// A copy with one bit of the byte at `index` changed.
    func altered(at index: Int) -> [UInt8] {
        var copy = self
        copy[index] ^= 0x01
        return copy
    }
}

extension SecretBytes {
    /// Bytes that are no secret, as one.
    static func test(_ bytes: [UInt8]) throws -> SecretBytes { try SecretBytes(bytes, in: .scratch) }
}

extension SigningKey {
    /// The key whose seed is one byte 32 times.
    static func test(_ seed: UInt8) throws -> SigningKey {
        try SigningKey(seed: .test([UInt8](repeating: seed, count: 32)))
    }
}
