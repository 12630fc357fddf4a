internal import DumpIdentity
internal import IPLD
internal import Sodium

/// Who acts in the inputs; each has the key whose seed is one byte 32 times. They are made up, and nobody's.
enum Party: UInt8, CaseIterable {
    case owner = 1
    case viewer
    case component
    case stranger

    /// The moment at which everything is verified, in Unix seconds.
    static let time: Int64 = 1_767_225_600

    func key() throws -> SigningKey {
        try SigningKey(seed: SecretBytes([UInt8](repeating: rawValue, count: 32), in: .scratch))
    }

    var principal: Principal { Party.principals[Int(rawValue) - 1] }

    private static let principals: [Principal] = allCases.map { party in
        guard let principal = try? party.key().principal() else { fatalError("no key") }
        return principal
    }
}
