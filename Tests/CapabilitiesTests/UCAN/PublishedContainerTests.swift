import Capabilities
import DumpIdentity
import TestSupport
import Testing

/// The six published containers, which hold the same kinds of tokens in every encoding.
@Suite(.enabled(if: PublishedVectors.exist("ucan/container-Bytes"), "no published vectors beside the project"))
struct PublishedContainerTests {
    private static let files: [(String, Container.Encoding)] = [
        ("Bytes", .bytes), ("BytesGzipped", .gzip), ("Base64StdPadding", .base64), ("Base64URL", .base64URL),
        ("Base64StdPaddingGzipped", .gzipBase64), ("Base64URLGzipped", .gzipBase64URL),
    ]

    private func read(_ name: String) throws -> [UInt8] { try PublishedVectors.read("ucan/container-\(name)") }

    @Test(arguments: files)
    func `every published container is read`(name: String, encoding: Container.Encoding) throws {
        let bytes = try read(name)
        let container = try Container(decoding: bytes)
        #expect(bytes.first == encoding.rawValue)
        #expect(container.tokens.count == 10)
        for token in container.tokens { #expect(token.starts(with: [0x82, 0x58, 0x40])) }
    }

    @Test(arguments: files)
    func `its tokens are written in order, in every encoding`(name: String, encoding: Container.Encoding) throws {
        // The published tokens stand in no order.
        let container = try Container(decoding: read(name))
        let sorted = container.tokens.sorted { $0.lexicographicallyPrecedes($1) }
        for encoding in Container.Encoding.allCases {
            #expect(try Container(decoding: container.encoded(encoding)).tokens == sorted)
        }
    }

    @Test(arguments: files)
    func `its tokens have an older varsig header and are not accepted`(
        name: String, encoding: Container.Encoding
    ) throws {
        let container = try Container(decoding: read(name))
        #expect(throws: CapabilityError.malformed) { try container.delegations() }
        for token in container.tokens {
            #expect(throws: CapabilityError.self) { try Delegation(decoding: token) }
        }
    }
}
