import Capabilities
import Deflate
import DumpIdentity
import IPLD
import Testing

/// What encodings may hold: the bounds on what is received, and on what it expands to.
struct ContainerLimitTests {
    private static let compressed: [Container.Encoding] = [.gzip, .gzipBase64, .gzipBase64URL]

    private func body(_ content: [UInt8], _ encoding: Container.Encoding) throws -> [UInt8] {
        let gzip = try Deflate.compress(content, format: .gzip)
        let body =
            switch encoding {
            case .gzipBase64: Array(Base64.encode(gzip, padded: true).utf8)
            case .gzipBase64URL: Array(Base64URL.encode(gzip).utf8)
            default: gzip
            }
        return [encoding.rawValue] + body
    }

    /// The DAG-CBOR of one token of zeros, `length` bytes altogether; above 65,552.
    private func content(_ length: Int) throws -> [UInt8] {
        let content = try DagCBOR.encode(["ctn-v1": [.bytes([UInt8](repeating: 0, count: length - 14))]])
        try #require(content.count == length)
        return content
    }

    @Test(arguments: compressed)
    func `a bomb is refused`(encoding: Container.Encoding) throws {
        let bomb = try body([UInt8](repeating: 0, count: 64 << 20), encoding)
        #expect(bomb.count < 100_000)
        #expect(throws: CapabilityError.limitExceeded) { try Container(decoding: bomb) }
    }

    @Test(arguments: compressed)
    func `what expands to the limit is read, and one byte more is refused`(encoding: Container.Encoding) throws {
        let most = Container.maximumLength - 1
        #expect(try Container(decoding: body(content(most), encoding)).tokens.count == 1)
        let more = try body(content(most + 1), encoding)
        #expect(throws: CapabilityError.limitExceeded) { try Container(decoding: more) }
    }

    @Test(arguments: Container.Encoding.allCases)
    func `more than the limit in bytes is refused before it is read`(encoding: Container.Encoding) {
        let bytes = [encoding.rawValue] + [UInt8](repeating: 0x41, count: Container.maximumLength)
        #expect(throws: CapabilityError.limitExceeded) { try Container(decoding: bytes) }
    }

    @Test(arguments: compressed)
    func `one token too many is refused also where it is compressed`(encoding: Container.Encoding) throws {
        let tokens = (0...Container.maximumTokens).map { Value.bytes([UInt8($0)]) }
        let bytes = try body(DagCBOR.encode(["ctn-v1": .list(tokens)]), encoding)
        #expect(throws: CapabilityError.limitExceeded) { try Container(decoding: bytes) }
    }

    @Test(arguments: Container.Encoding.allCases)
    func `what could not be read again is not written`(encoding: Container.Encoding) throws {
        let token = [UInt8](repeating: 0, count: Container.maximumLength)
        #expect(throws: CapabilityError.limitExceeded) { try Container([token]).encoded(encoding) }
    }

    @Test(arguments: [.base64, .base64URL] as [Container.Encoding])
    func `text that would be above the limit is not written`(encoding: Container.Encoding) throws {
        let container = Container([[UInt8](repeating: 0, count: 200_000)])
        #expect(try container.encoded().count < Container.maximumLength)
        #expect(throws: CapabilityError.limitExceeded) { try container.encoded(encoding) }
    }
}
