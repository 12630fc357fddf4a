import Capabilities
import Deflate
import DumpIdentity
import IPLD
import TestSupport
import Testing

@testable import AuthAPI

/// Status lists as they are served: signed once, compressed, and asked for again.
struct StatusListServingTests {
    private static let path = "/v1/status-lists/1"

    private func token(_ reply: RawReply, _ node: TestNode) throws -> StatusListToken {
        try StatusListToken(
            verifying: reply.text, issuer: node.node.principal, uri: node.address.appending(Self.path),
            at: node.clock.time)
    }

    @Test func `a list is signed once and kept, until half of its time to live is over`() async throws {
        try await withNode { node in
            let first = try await node.raw("GET", Self.path)
            #expect(first.status == 200)
            #expect(first["content-type"] == StatusListToken.mediaType)
            #expect(first["cache-control"] == "public, no-cache")
            #expect(first["vary"] == "Accept-Encoding")
            #expect(try token(first, node).issuedAt == testTime)
            node.clock.advance(by: 29)
            #expect(try await node.raw("GET", Self.path).body == first.body)
            node.clock.advance(by: 1)
            let later = try await node.raw("GET", Self.path)
            #expect(try token(later, node).issuedAt == testTime + 30)
            #expect(later["etag"] != first["etag"])
        }
    }

    @Test func `who fetches after a revocation sees it, however lately the list was signed`() async throws {
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant
            let before = try await scene.node.raw("GET", Self.path)
            #expect(try !token(before, scene.node).list.isRevoked(grant.status.index))
            _ = try await scene.owner.done("DELETE", "/v1/grants/\(grant.cid)")
            let after = try await scene.node.raw(
                "GET", Self.path, ["if-none-match": try #require(before["etag"])])
            #expect(after.status == 200)
            #expect(try token(after, scene.node).list.isRevoked(grant.status.index))
        }
    }

    @Test func `who has the list already is told so in no bytes`() async throws {
        try await withNode { node in
            let plain = try #require(try await node.raw("GET", Self.path)["etag"])
            let packed = try #require(try await node.raw("GET", Self.path, ["accept-encoding": "gzip"])["etag"])
            #expect(plain != packed)
            for tags in [plain, packed, "W/\(plain)", "\"other\", \(plain)", "*"] {
                let reply = try await node.raw("GET", Self.path, ["if-none-match": tags])
                #expect(reply.status == 304, "\(tags)")
                #expect(reply.body.isEmpty)
                #expect(reply["etag"] == plain)
                #expect(reply["cache-control"] == "public, no-cache")
                #expect(reply["vary"] == "Accept-Encoding")
            }
            for tags in ["\"other\"", String(plain.dropLast()), "", plain.uppercased()] {
                #expect(try await node.raw("GET", Self.path, ["if-none-match": tags]).status == 200)
            }
        }
    }

    @Test(
        arguments: [
            ("gzip", true), ("br, GZip;q=0.5", true), ("*", true), ("gzip;q=0.001", true), ("", false),
            ("gzip;q=0", false), ("gzip; q=0.000, *", false), ("br", false), ("*;q=0", false), ("gzippo", false),
        ])
    func `a list is compressed where that is asked for, and is the same list`(
        accepted: String, isCompressed: Bool
    ) async throws {
        try await withNode { node in
            let plain = try await node.raw("GET", Self.path)
            let reply = try await node.raw("GET", Self.path, ["accept-encoding": accepted])
            #expect(reply["content-encoding"] == (isCompressed ? "gzip" : nil))
            let bytes = isCompressed ? try Deflate.decompress(reply.body, format: .gzip, limit: 1 << 20) : reply.body
            #expect(bytes == plain.body)
            if isCompressed { #expect(reply.body.count < plain.body.count) }
        }
    }

    @Test func `there is no other list`() async throws {
        try await withNode { node in
            for id in ["2", "01", "%31x"] {
                let reply = try await node.raw("GET", "/v1/status-lists/\(id)")
                #expect(reply.status == 404)
            }
        }
    }
}
