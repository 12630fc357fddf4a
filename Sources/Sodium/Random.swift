internal import CSodium

/// A source of random bytes for nonces, identifiers and indices, so that tests can fix them. Keys never come from it:
/// they are made by ``SecretBytes/random(count:in:)``.
public struct RandomSource: Sendable {
    private let draw: @Sendable (Int) -> [UInt8]

    /// A source that gives what `draw` returns for a number of bytes.
    public init(_ draw: @escaping @Sendable (Int) -> [UInt8]) { self.draw = draw }

    /// `count` random bytes.
    public func bytes(_ count: Int) -> [UInt8] { draw(count) }

    /// The operating system's generator, through libsodium.
    public static let system = RandomSource { count in
        // `randombytes_buf` initialises itself; it ends the process rather than return weak bytes.
        var bytes = [UInt8](repeating: 0, count: count)
        unsafe randombytes_buf(&bytes, count)
        return bytes
    }

    /// A number from 0 up to, not including, `bound`, without bias; 0 where `bound` is below 2.
    public func number(below bound: UInt32) -> UInt32 {
        guard bound > 1 else { return 0 }
        // Values under 2^32 mod bound would make small results likelier: they are drawn again.
        let minimum = (0 &- bound) % bound
        while true {
            let word = bytes(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            if word >= minimum { return word % bound }
        }
    }
}
