import Testing

@testable import Deflate

struct DeflateTests {
    private static let formats = [Deflate.Format.zlib, .gzip]

    /// Bytes that do not compress: a small generator (xorshift) with a fixed seed.
    private static func noise(_ count: Int) -> [UInt8] {
        var state: UInt32 = 2_463_534_242
        return (0..<count).map { _ in
            state ^= state << 13
            state ^= state >> 17
            state ^= state << 5
            return UInt8(truncatingIfNeeded: state)
        }
    }

    private static let inputs: [[UInt8]] = [
        [], [0], Array("status".utf8), [UInt8](repeating: 0, count: 100_000), noise(64), noise(100_000),
    ]

    @Test(arguments: formats, inputs)
    func `what was compressed comes back`(format: Deflate.Format, input: [UInt8]) throws {
        let compressed = try Deflate.compress(input, format: format)
        #expect(try Deflate.decompress(compressed, format: format, limit: 200_000) == input)
    }

    /// RFC 1950 and RFC 1952: "abc", as another program wrote it.
    @Test(
        arguments: [
            (.zlib, [0x78, 0xda, 0x4b, 0x4c, 0x4a, 0x06, 0x00, 0x02, 0x4d, 0x01, 0x27]),
            (
                .gzip,
                [
                    0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0x02, 0xff, 0x4b, 0x4c, 0x4a, 0x06, 0x00, 0xc2, 0x41, 0x24, 0x35,
                    0x03,
                    0, 0, 0,
                ]
            ),
        ] as [(Deflate.Format, [UInt8])])
    func `a stream of another program is read`(format: Deflate.Format, stream: [UInt8]) throws {
        #expect(try Deflate.decompress(stream, format: format, limit: 3) == Array("abc".utf8))
    }

    @Test(arguments: formats)
    func `repetition becomes short`(format: Deflate.Format) throws {
        #expect(try Deflate.compress([UInt8](repeating: 7, count: 1 << 20), format: format).count < 2_000)
    }

    @Test(arguments: formats, inputs)
    func `output of exactly the limit is returned`(format: Deflate.Format, input: [UInt8]) throws {
        let compressed = try Deflate.compress(input, format: format)
        #expect(try Deflate.decompress(compressed, format: format, limit: input.count) == input)
    }

    @Test(arguments: formats, inputs.dropFirst())
    func `output one byte longer than the limit is refused`(format: Deflate.Format, input: [UInt8]) throws {
        let compressed = try Deflate.compress(input, format: format)
        let limit = input.count - 1
        #expect(throws: DeflateError.tooLarge(limit: limit)) {
            try Deflate.decompress(compressed, format: format, limit: limit)
        }
    }

    @Test(arguments: formats, [0, 1, 1_000, 1 << 20])
    func `a bomb is refused`(format: Deflate.Format, limit: Int) throws {
        let bomb = try Deflate.compress([UInt8](repeating: 0, count: 8 << 20), format: format)
        #expect(bomb.count < 10_000)
        #expect(throws: DeflateError.tooLarge(limit: limit)) {
            try Deflate.decompress(bomb, format: format, limit: limit)
        }
    }

    @Test(arguments: formats)
    func `a stream that ends early anywhere is refused`(format: Deflate.Format) throws {
        let compressed = try Deflate.compress(Self.noise(64), format: format)
        for length in compressed.indices {
            #expect(throws: DeflateError.malformed, "\(length) bytes") {
                try Deflate.decompress(Array(compressed.prefix(length)), format: format, limit: 1_000)
            }
        }
    }

    @Test(arguments: formats, [[0], [0, 0, 0, 0], [0x78, 0xda], [0x1f, 0x8b, 8]] as [[UInt8]])
    func `bytes after the stream are refused`(format: Deflate.Format, trailer: [UInt8]) throws {
        let compressed = try Deflate.compress(Self.noise(64), format: format)
        #expect(throws: DeflateError.malformed) {
            try Deflate.decompress(compressed + trailer, format: format, limit: 1_000)
        }
    }

    @Test(arguments: formats)
    func `two streams in a row are refused`(format: Deflate.Format) throws {
        let compressed = try Deflate.compress(Self.noise(64), format: format)
        #expect(throws: DeflateError.malformed) {
            try Deflate.decompress(compressed + compressed, format: format, limit: 1_000)
        }
    }

    @Test(arguments: [(.zlib, 4), (.gzip, 8)] as [(Deflate.Format, Int)])
    func `a wrong checksum is refused`(format: Deflate.Format, trailer: Int) throws {
        let compressed = try Deflate.compress(Self.noise(64), format: format)
        for index in compressed.indices.suffix(trailer) {
            var altered = compressed
            altered[index] ^= 1
            #expect(throws: DeflateError.malformed, "byte \(index)") {
                try Deflate.decompress(altered, format: format, limit: 1_000)
            }
        }
    }

    @Test(arguments: [(.zlib, .gzip), (.gzip, .zlib)] as [(Deflate.Format, Deflate.Format)])
    func `one format is not read as the other`(written: Deflate.Format, read: Deflate.Format) throws {
        let compressed = try Deflate.compress([1, 2, 3], format: written)
        #expect(throws: DeflateError.malformed) { try Deflate.decompress(compressed, format: read, limit: 1_000) }
    }

    @Test(arguments: formats, [[], [0], [0x78], Array("not compressed".utf8)] as [[UInt8]])
    func `what is no stream is refused`(format: Deflate.Format, input: [UInt8]) {
        #expect(throws: DeflateError.malformed) { try Deflate.decompress(input, format: format, limit: 1_000) }
    }

    @Test func `a stream that needs a dictionary is refused`() {
        #expect(throws: DeflateError.malformed) {
            try Deflate.decompress([0x78, 0xf9, 0, 0, 0, 1, 0x4b, 0x04, 0], format: .zlib, limit: 1_000)
        }
    }
}
