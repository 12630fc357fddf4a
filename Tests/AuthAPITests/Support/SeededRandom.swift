import Sodium
import Synchronization

extension RandomSource {
    /// Bytes that follow from a number, the same at every run: chance must not decide about a test.
    static func seeded(_ seed: UInt8) -> RandomSource {
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
