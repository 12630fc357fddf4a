import IPLD
import TestSupport
import Testing

/// Tests against the vectors of others; skipped where those are absent.
struct PublishedVectorTests {
    private static let delegation = "ucan/delegation.json"
    private static let invocation = "ucan/invocation.json"
    private static let container = "ucan/container-Bytes"

    @Test(.enabled(if: PublishedVectors.exist(delegation), "no published vectors beside the project"))
    func `the published delegation has the published CID`() throws {
        let document = try DagJSON.decode(PublishedVectors.read(Self.delegation))
        let fixture = try #require(document.mapValue?["valid"]?.listValue?.first?.mapValue)
        let token = try Base64.decode(try #require(fixture["token"]?.stringValue), padded: true)
        #expect(CID.of(dagCBOR: token).description == "bafyreigyftnzjf4rcu7glp5kfop53vqlopc3zcldauoqdxqlz7t4343gr4")
        #expect(fixture["cid"]?.stringValue == CID.of(dagCBOR: token).description)
        #expect(try DagCBOR.encode(DagCBOR.decode(token)) == token)
        let issuer = try #require(fixture["envelope"]?.mapValue?["payload"]?.mapValue?["iss"]?.stringValue)
        #expect(try Principal(did: issuer).did == issuer)
    }

    @Test(.enabled(if: PublishedVectors.exist(invocation), "no published vectors beside the project"))
    func `every block of the published invocations is canonical DAG-CBOR`() throws {
        let document = try DagJSON.decode(PublishedVectors.read(Self.invocation))
        let blocks = bytes(in: document)
        #expect(blocks.count >= 20)
        for block in blocks { #expect(try DagCBOR.encode(DagCBOR.decode(block)) == block) }
    }

    @Test(.enabled(if: PublishedVectors.exist(container), "no published vectors beside the project"))
    func `the published container is canonical DAG-CBOR behind its header byte`() throws {
        let block = Array(try PublishedVectors.read(Self.container).dropFirst())
        #expect(try DagCBOR.encode(DagCBOR.decode(block)) == block)
    }

    /// All byte strings anywhere in a value.
    private func bytes(in value: Value) -> [[UInt8]] {
        switch value {
        case .bytes(let bytes): [bytes]
        case .list(let elements): elements.flatMap { bytes(in: $0) }
        case .map(let map): map.values.flatMap { bytes(in: $0) }
        default: []
        }
    }
}
