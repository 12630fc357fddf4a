import IPLD
import TestSupport
import Testing

/// What becomes of valid encodings when they are damaged at random; the seed of a failing case stands in its name.
struct MutationTests {
    @Test(arguments: 0..<40)
    func `a damaged DAG-CBOR encoding is refused or has no second encoding`(seed: UInt64) throws {
        var random = SeededGenerator(seed: 1_000 + seed)
        var (accepted, refused) = (0, 0)
        for _ in 0..<150 {
            let bytes = random.damaged(try DagCBOR.encode(random.small()), by: random.bytes(3))
            guard let value = try? DagCBOR.decode(bytes) else {
                refused += 1
                continue
            }
            accepted += 1
            #expect(try DagCBOR.encode(value) == bytes, "seed \(seed)")
        }
        // Otherwise one of the two ways was not tried.
        #expect(accepted > 10 && refused > 10, "seed \(seed): \(accepted) accepted, \(refused) refused")
    }

    @Test(arguments: 0..<40)
    func `a head that takes a byte more than it needs is refused wherever it stands`(seed: UInt64) throws {
        var random = SeededGenerator(seed: 1_500 + seed)
        for _ in 0..<10 {
            let bytes = try DagCBOR.encode(random.small())
            // Where the byte is content, not a head, the change is a damage like any other.
            for index in bytes.indices where bytes[index] & 0x1F < 24 {
                var longer = bytes
                longer[index] = bytes[index] & 0xE0 | 24
                longer.insert(bytes[index] & 0x1F, at: index + 1)
                guard let value = try? DagCBOR.decode(longer) else { continue }
                #expect(try DagCBOR.encode(value) == longer, "seed \(seed), byte \(index)")
            }
        }
    }

    @Test(arguments: 0..<40)
    func `a damaged DAG-JSON text is refused, or its value has one canonical text`(seed: UInt64) throws {
        var random = SeededGenerator(seed: 2_000 + seed)
        let tokens = Array(#"{}[],:"/\0.-eE+ tu"#.utf8)
        var (accepted, refused) = (0, 0)
        for _ in 0..<150 {
            guard let text = try? DagJSON.encode(random.small(), pretty: Bool.random(using: &random)) else { continue }
            let bytes = random.damaged(Array(text.utf8), by: tokens)
            guard let value = try? DagJSON.decode(bytes) else {
                refused += 1
                continue
            }
            accepted += 1
            // What is read can be written, in text and in DAG-CBOR, and means the same there.
            let canonical = try DagJSON.encode(value)
            #expect(try DagJSON.decode(canonical, strict: true) == value, "seed \(seed)")
            #expect(try DagCBOR.decode(DagCBOR.encode(value)) == value, "seed \(seed)")
            let isStrict = (try? DagJSON.decode(bytes, strict: true)) != nil
            #expect(isStrict == (bytes == Array(canonical.utf8)), "seed \(seed)")
        }
        #expect(accepted > 10 && refused > 10, "seed \(seed): \(accepted) accepted, \(refused) refused")
    }

    @Test(arguments: 0..<40)
    func `what one form can say the other can, but for the reserved key`(seed: UInt64) throws {
        var random = SeededGenerator(seed: 3_000 + seed)
        for _ in 0..<25 {
            let value = random.value(depth: 2)
            let bytes = try DagCBOR.encode(value)
            #expect(try DagCBOR.decode(bytes) == value, "seed \(seed)")
            do {
                #expect(try DagJSON.decode(DagJSON.encode(value)) == value, "seed \(seed)")
            } catch {
                guard case .reservedKey = error else { throw error }
            }
        }
    }

    @Test(arguments: 0..<20)
    func `every beginning of an encoding is refused`(seed: UInt64) throws {
        var random = SeededGenerator(seed: 4_000 + seed)
        let bytes = try DagCBOR.encode([random.small(), random.small()])
        for count in bytes.indices {
            #expect(throws: IPLDError.self, "seed \(seed), \(count) bytes") { try DagCBOR.decode(bytes[..<count]) }
        }
    }
}
