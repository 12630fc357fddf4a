/// How far a feed of revocations has come: the number of its last event, within an epoch that begins with each start of
/// the node.
public struct FeedPosition: Sendable, Hashable {
    /// How many bytes an epoch has.
    public static let epochLength = 16
    /// The greatest number, 2^53 - 1.
    static let maximumSequence: Int64 = 1 << 53 - 1

    /// Random bytes, drawn at each start of the node: what was numbered before means nothing after it.
    public let epoch: [UInt8]
    /// The number of the last event; 0 before the first.
    public let sequence: Int64

    /// A position.
    ///
    /// - Throws: ``CapabilityError/malformed`` for an epoch of another length, or a negative number.
    public init(epoch: [UInt8], sequence: Int64) throws(CapabilityError) {
        guard epoch.count == FeedPosition.epochLength, (0...FeedPosition.maximumSequence).contains(sequence) else {
            throw .malformed
        }
        self.epoch = epoch
        self.sequence = sequence
    }

    /// Reads an event id, as ``text`` writes it; any other text is `nil`.
    public init?(text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].count == 2 * FeedPosition.epochLength, (1...19).contains(parts[1].count) else {
            return nil
        }
        var epoch: [UInt8] = []
        var digits = parts[0].makeIterator()
        while let high = digits.next(), let low = digits.next() {
            guard let high = FeedPosition.value(high), let low = FeedPosition.value(low) else { return nil }
            epoch.append(high << 4 | low)
        }
        guard parts[1].count == 1 || parts[1].first != UInt8(ascii: "0"),
            parts[1].allSatisfy({ (0x30...0x39).contains($0) }),
            let sequence = Int64(String(parts[1]) ?? ""), sequence <= FeedPosition.maximumSequence
        else { return nil }
        self.epoch = epoch
        self.sequence = sequence
    }

    /// The id of an event: the epoch in 32 hexadecimal digits, `-`, and the number in decimal.
    public var text: String {
        let digits = Array("0123456789abcdef")
        return String(epoch.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }) + "-\(sequence)"
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x61...0x66: digit - 0x57
        default: nil
        }
    }
}
