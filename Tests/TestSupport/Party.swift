internal import DumpIdentity
public import IPLD
public import Sodium

/// The moment at which the tests stand, in Unix seconds: the start of a day.
public let testTime: Int64 = 1_767_225_600

/// Who acts in the tests; each has the key whose seed is one byte 32 times.
public enum Party: UInt8, CaseIterable, Sendable {
    case owner = 1
    case viewer
    case component
    case stranger
    case node
    case executor
    case third

    /// The key of the party.
    ///
    /// - Throws: what making a key throws.
    public func key() throws(SodiumError) -> SigningKey { try .test(rawValue) }

    /// The principal of that key.
    public var principal: Principal { get throws { try key().principal() } }
}
