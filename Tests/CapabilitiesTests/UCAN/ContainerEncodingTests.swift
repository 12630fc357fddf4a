import Capabilities
import Deflate
import DumpIdentity
import IPLD
import TestSupport
import Testing

struct ContainerEncodingTests {
    private static let compressed: [Container.Encoding] = [.gzip, .gzipBase64, .gzipBase64URL]
    /// Two tokens, written in another order and one of them twice.
    private static let content: [UInt8] = [
        0xa1, 0x66, 0x63, 0x74, 0x6e, 0x2d, 0x76, 0x31, 0x83, 0x42, 0xfb, 0xff, 0x41, 0x02, 0x42, 0xfb, 0xff,
    ]

    private func decode(_ header: Character, _ body: [UInt8]) throws -> [[UInt8]] {
        try Container(decoding: [#require(header.asciiValue)] + body).tokens
    }

    private func text(_ header: Character, _ body: String) throws -> [[UInt8]] {
        try decode(header, Array(body.utf8))
    }

    @Test(
        arguments: zip(
            Container.Encoding.allCases, ["@", "B", "C", "M", "O", "P"] as [Character]))
    func `every encoding has its header, and comes back`(encoding: Container.Encoding, header: Character) throws {
        for tokens in [[], [[1]], [[1], [2, 3]], [[], [0]], [[UInt8](repeating: 7, count: 5_000)]] {
            let bytes = try Container(tokens).encoded(encoding)
            #expect(bytes.first == header.asciiValue)
            #expect(try Container(decoding: bytes).tokens == tokens)
        }
    }

    @Test(arguments: Container.Encoding.allCases)
    func `every encoding is written in order, with no token twice`(encoding: Container.Encoding) throws {
        let bytes = try Container([[2], [1, 0], [1], [2]]).encoded(encoding)
        #expect(try Container(decoding: bytes).tokens == [[1], [1, 0], [2]])
        #expect(try bytes == Container([[1], [1, 0], [2]]).encoded(encoding))
    }

    @Test(arguments: Container.Encoding.allCases)
    func `tokens are read in any order and as often as they stand there`(encoding: Container.Encoding) throws {
        let gzip = try Deflate.compress(Self.content, format: .gzip)
        let body: [UInt8] =
            switch encoding {
            case .bytes: Self.content
            case .gzip: gzip
            case .base64: Array(Base64.encode(Self.content, padded: true).utf8)
            case .base64URL: Array(Base64URL.encode(Self.content).utf8)
            case .gzipBase64: Array(Base64.encode(gzip, padded: true).utf8)
            case .gzipBase64URL: Array(Base64URL.encode(gzip).utf8)
            }
        #expect(try Container(decoding: [encoding.rawValue] + body).tokens == [[0xfb, 0xff], [2], [0xfb, 0xff]])
    }

    @Test func `only the one text of base64 is read`() throws {
        let text = "oWZjdG4tdjGDQvv/QQJC+/8="
        #expect(try self.text("B", text).count == 3)
        let others = [
            "oWZjdG4tdjGDQvv/QQJC+/8", "oWZjdG4tdjGDQvv/QQJC+/8==", "oWZjdG4tdjGDQvv/QQJC+/9=",
            "oWZjdG4tdjGDQvv/QQJC+/8=\n", " oWZjdG4tdjGDQvv/QQJC+/8=", "oWZjdG4tdjGD\r\nQvv/QQJC+/8=",
            "oWZjdG4tdjGDQvv_QQJC-_8=", "oWZjdG4tdjGDQvv/QQJC+/8=oWZj", "=", "====", "oWZjdG4tdjGDQvv/QQJC+/8é",
        ]
        for other in others { #expect(throws: CapabilityError.malformed, "\(other)") { try self.text("B", other) } }
    }

    @Test func `only the one text of base64url is read`() throws {
        let text = "oWZjdG4tdjGDQvv_QQJC-_8"
        #expect(try self.text("C", text).count == 3)
        let others = [
            "oWZjdG4tdjGDQvv_QQJC-_8=", "oWZjdG4tdjGDQvv_QQJC-_9", "oWZjdG4tdjGDQvv_QQJC-_8\n",
            "oWZjdG4tdjGDQvv_ QQJC-_8", "oWZjdG4tdjGDQvv/QQJC+/8", "oWZjdG4tdjGDQvv_QQJC-_8AA",
        ]
        for other in others { #expect(throws: CapabilityError.malformed, "\(other)") { try self.text("C", other) } }
    }

    @Test(arguments: ["B", "C", "O", "P"] as [Character])
    func `bytes that are no text are refused`(header: Character) {
        #expect(throws: CapabilityError.malformed) { try decode(header, [0xff, 0xfe, 0x80]) }
    }

    @Test func `anything but one whole gzip member is refused`() throws {
        let gzip = try Deflate.compress(Self.content, format: .gzip)
        #expect(try decode("M", gzip).count == 3)
        let halves = try [Self.content.prefix(9), Self.content.dropFirst(9)].flatMap {
            try Deflate.compress(Array($0), format: .gzip)
        }
        let empty = try Deflate.compress([], format: .gzip)
        let bad = [
            gzip + [0], gzip + gzip, gzip + empty, empty + gzip, halves, Array(gzip.dropLast()), Self.content,
            try Deflate.compress(Self.content, format: .zlib), gzip.altered(at: gzip.count - 5), empty, [],
        ]
        for (number, body) in bad.enumerated() {
            #expect(throws: CapabilityError.malformed, "\(number)") { try decode("M", body) }
            #expect(throws: CapabilityError.malformed, "\(number)") {
                try text("O", Base64.encode(body, padded: true))
            }
            #expect(throws: CapabilityError.malformed, "\(number)") { try text("P", Base64URL.encode(body)) }
        }
    }

    @Test(arguments: Container.Encoding.allCases)
    func `a container that is cut off anywhere is refused`(encoding: Container.Encoding) throws {
        let bytes = try Container([[1, 2, 3], [4]]).encoded(encoding)
        for length in bytes.indices {
            #expect(throws: CapabilityError.malformed, "\(length) bytes") {
                try Container(decoding: Array(bytes.prefix(length)))
            }
        }
    }
}
