import Capabilities
import TestSupport

/// The place in a feed's first epoch.
func feedPosition(_ sequence: Int64, epoch: UInt8 = 0xe0) throws -> FeedPosition {
    try FeedPosition(epoch: [UInt8](repeating: epoch, count: FeedPosition.epochLength), sequence: sequence)
}

extension RevocationStatement {
    /// A statement of the tests' node, verified.
    static func test(
        _ content: Content, _ sequence: Int64, epoch: UInt8 = 0xe0, by party: Party = .node
    ) throws -> RevocationStatement {
        try sign(content, at: feedPosition(sequence, epoch: epoch), with: party.key())
    }
}

extension LiveRevocations {
    /// Hears a whole snapshot of a node, a later one than before, and a sign of life.
    func follow(_ revocations: [Revocation], from party: Party = .node, at time: Int64) throws {
        let sequence = try position(of: party.principal).map { $0.sequence + 1 } ?? 0
        let names = revocations.map { RevocationName($0) }
        try accept(.test(.snapshot(names, piece: 1, of: 1), sequence, by: party), at: time)
        try hear(from: party, at: time)
    }

    /// Hears a sign of life where the feed stands.
    func hear(from party: Party = .node, at time: Int64) throws {
        let sequence = try position(of: party.principal)?.sequence ?? 0
        try accept(.test(.alive(time), sequence, by: party), at: time)
    }
}
