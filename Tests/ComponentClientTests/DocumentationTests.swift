import Capabilities
import ComponentClient
import DumpIdentity
import Foundation
import IPLD
import Testing

/// The example of `docs/components.md`.
struct DocumentationTests {
    @Test func `the example compiles, and refuses where nothing is known`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "component-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let key = [UInt8](repeating: 7, count: 32)
        let (nodeKey, pseudonym) = try (Principal(publicKey: key), Principal(publicKey: key))
        let body = try Container([]).encoded()

        // A node that is not there: nothing listens on port 1 of the loopback interface.
        let node = FollowedNode(address: try NodeAddress("http://127.0.0.1:1"), principal: nodeKey)
        let client = try ComponentClient(
            following: [node], settings: ComponentSettings(file: folder.appending(path: "held").path), holders: nil,
            clock: { Int64(Date().timeIntervalSince1970) })
        let following = Task { await client.run() }

        #expect(throws: CapabilityError.invalidClaim) {
            let verified = try client.verify(Container(decoding: body), for: .pseudonym(pseudonym))
            _ = (verified.fields, verified.chain.holder, verified.expiration)
        }
        let freshness = client.freshness(of: node)
        #expect(!freshness.isCurrent && freshness.lastHeard == nil && freshness.lists.isEmpty)

        following.cancel()
        await following.value
    }
}
