import DumpIdentity
import IPLD
import Sodium

/// Made-up keys and values that many tests use.
enum Made {
    static let market = "org.dump.market"
    /// 2026-01-02 03:04:05 UTC.
    static let time: Int64 = 1_767_323_045
    static let cost = PasswordHash.Cost.minimum

    /// A root key whose bytes count up from `first`.
    static func root(from first: UInt8 = 0) throws -> RootKey {
        try RootKey(secret(from: first))
    }

    /// 32 bytes that count up from `first`.
    static func secret(from first: UInt8 = 0) throws -> SecretBytes {
        try SecretBytes((0..<32).map { first &+ $0 }, in: .scratch)
    }

    /// The key pair of 32 bytes that count up from `first`.
    static func key(from first: UInt8 = 0) throws -> SigningKey {
        let seed = try secret(from: first)
        return try SigningKey(seed: seed)
    }

    /// A valid PNG as far as anyone here looks, of `count` bytes.
    static func png(count: Int = 8) -> [UInt8] {
        [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] + [UInt8](repeating: 7, count: count - 8)
    }
}

extension Map {
    /// A map of these entries.
    init(_ value: Value) { self = value.mapValue ?? Map() }
}
