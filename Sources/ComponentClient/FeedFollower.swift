internal import AsyncHTTPClient
internal import Capabilities
internal import DumpIdentity
internal import IPLD
internal import NIOCore
internal import Synchronization

/// Follows the feed of one node, for ever.
struct FeedFollower: Sendable {
    /// The longest line of the stream: the longest statement in base64url, and the name of the field.
    private static let lineLimit = RevocationStatement.maximumLength * 4 / 3 + 64
    /// The longest answer that says who a node is, in bytes.
    private static let metadataLimit = 2 << 20

    let client: ComponentClient
    let node: FollowedNode
    let http: NodeReader

    func run() async {
        var backoff = Backoff(random: client.random)
        while !Task.isCancelled {
            let wasHeard = await follow()
            for signer in client.lists.signers(for: node.principal) { client.live.lost(signer) }
            if wasHeard { backoff.succeed() }
            try? await Task.sleep(for: .seconds(backoff.next()))
        }
    }

    /// Reads the feed until it ends or something is wrong with it; whether the node was current meanwhile.
    private func follow() async -> Bool {
        var wasHeard = false
        do {
            try await learnSuccessions()
            let signers = client.lists.signers(for: node.principal)
            let last = signers.reversed().compactMap { client.live.position(of: $0) }.first
            let body = try await http.stream(node.address.appending("/v1/revocations"), after: last?.text)
            var events = ServerSentEvents(limit: FeedFollower.lineLimit)
            for try await part in body {
                for event in try events.take(part.readableBytesView) {
                    try take(event, by: signers)
                    if event.type == "alive" { wasHeard = true }
                }
            }
        } catch {
            // Whatever it was: the feed is not relied on, and is opened anew.
        }
        return wasHeard
    }

    /// Learns what a node says; kinds of events that are not known are passed over.
    private func take(_ event: ServerSentEvent, by signers: [Principal]) throws {
        guard ["revoked", "snapshot", "alive"].contains(event.type) else { return }
        let statement = try RevocationStatement(verifying: Base64URL.decode(event.data), by: signers)
        guard statement.content.kind == event.type else { throw ComponentError.malformed }
        try client.live.accept(statement, at: client.clock())
        if event.type != "alive" { client.learned() }
    }

    /// Learns which keys follow the one that the component was told, and where the node's lists are.
    private func learnSuccessions() async throws {
        let answer = try await http.fetch(
            node.address.appending("/.well-known/dump"), accept: "application/json",
            limit: FeedFollower.metadataLimit)
        guard let text = String(validating: answer.bytes, as: UTF8.self),
            let map = try DagJSON.decode(text).mapValue
        else { throw ComponentError.malformed }
        let successions = try Successions(map["successions"]?.listValue ?? [])
        let line = successions.line(of: node.principal)
        for succession in successions.all where line.contains(succession.former) {
            try client.lists.accept(succession)
        }
        let uris = FeedFollower.lists(map, of: node.address)
        client.uris.withLock { $0[node] = uris }
    }

    /// The lists that a node names as its own: a node sends nobody elsewhere.
    static func lists(_ metadata: Map, of node: NodeAddress) -> [String] {
        let uris = (metadata["status_lists"]?.listValue ?? []).compactMap(\.stringValue)
            .filter { $0.utf8.starts(with: node.appending("/").utf8) }
        return Array(uris.prefix(ListFollower.maximumLists))
    }
}
