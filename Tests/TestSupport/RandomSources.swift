public import Sodium
internal import Synchronization

extension RandomSource {
    /// The same byte again and again, so that what is signed is the same in every run.
    public static func fixed(_ byte: UInt8 = 7) -> RandomSource {
        RandomSource { [UInt8](repeating: byte, count: $0) }
    }

    /// These bytes whenever it is asked, whatever the count.
    public static func fixed(_ bytes: [UInt8]) -> RandomSource { RandomSource { _ in bytes } }

    /// Bytes that follow from a number, the same at every run: chance must not decide about a test.
    public static func seeded(_ seed: UInt8) -> RandomSource {
        let count = Mutex(UInt64(0))
        return RandomSource { length in
            var bytes: [UInt8] = []
            while bytes.count < length {
                let number = count.withLock { count in
                    count += 1
                    return count
                }
                let message = [seed] + (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
                bytes += Hashing.sha256(message)
            }
            return Array(bytes.prefix(length))
        }
    }
}
