import DumpIdentity
import IPLD
import Testing

@testable import ComponentClient

/// What a component takes from what a node says of itself.
struct ComponentMetadataTests {
    @Test func `a list is a node's own where its address begins with the node's, and ends there`() throws {
        let node = try NodeAddress("https://node.example/dump")
        let own = ["https://node.example/dump/v1/status-lists/1", "https://node.example/dump/2"]
        let others = [
            "https://node.example/dumpster/1", "https://node.example/dump", "https://node.example.evil/dump/1",
            "https://node.example:8443/dump/1", "https://node.example@evil/dump/1", "HTTPS://node.example/dump/1",
            "http://node.example/dump/1", "https://node.example/1", "//node.example/dump/1", "/dump/1", "",
        ]
        for uris in [own + others, others + own] {
            let metadata: Value = ["status_lists": .list(uris.map { .string($0) })]
            #expect(FeedFollower.lists(metadata.mapValue ?? Map(), of: node) == own)
        }
        #expect(FeedFollower.lists(Map(), of: node).isEmpty)
        let many: Value = ["status_lists": .list((0..<20).map { .string(node.appending("/\($0)")) })]
        #expect(FeedFollower.lists(many.mapValue ?? Map(), of: node).count == ListFollower.maximumLists)
    }
}
