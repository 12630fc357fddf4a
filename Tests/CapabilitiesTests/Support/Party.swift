import DumpIdentity
import IPLD
import Sodium
import TestSupport

/// The moment at which the tests stand, in Unix seconds: the start of a day.
let testTime: Int64 = 1_767_225_600

/// Who acts in the tests; each has the key whose seed is one byte 32 times.
enum Party: UInt8, CaseIterable, Sendable {
    case owner = 1
    case viewer
    case component
    case stranger
    case node
    case executor

    func key() throws -> SigningKey {
        try SigningKey(seed: SecretBytes([UInt8](repeating: rawValue, count: 32), in: .scratch))
    }

    var principal: Principal { get throws { try key().principal() } }
}

extension RandomSource {
    /// Gives the same byte again and again, so that what is signed is the same in every run.
    static func fixed(_ byte: UInt8 = 7) -> RandomSource { RandomSource { [UInt8](repeating: byte, count: $0) } }
}

extension [UInt8] {
    /// A copy with some bits of the byte at `index` changed.
    func altered(at index: Int, by bits: UInt8 = 0x01) -> [UInt8] {
        var copy = self
        copy[index] ^= bits
        return copy
    }
}
