internal import Capabilities
internal import DumpIdentity
internal import Synchronization

/// Fetches the status lists of one node whenever a fresh one is due, for ever.
struct ListFollower: Sendable {
    /// How many lists of one node are followed.
    static let maximumLists = 16
    /// The longest pause between two questions, in seconds, whatever the lists say.
    private static let maximumPause = 300.0

    let client: ComponentClient
    let node: FollowedNode
    let http: NodeReader

    func run() async {
        var backoff = Backoff(random: client.random)
        var tags: [String: String] = [:]
        while !Task.isCancelled {
            let uris = client.uris.withLock { $0[node] ?? [] }
            var pause = ListFollower.maximumPause
            var isWhole = !uris.isEmpty
            for uri in uris {
                do {
                    pause = min(pause, try await fetch(uri, &tags))
                } catch {
                    // What is held goes on counting until it expires, and no longer.
                    isWhole = false
                }
            }
            if isWhole { backoff.succeed() } else { pause = backoff.next() }
            try? await Task.sleep(for: .seconds(pause))
        }
    }

    /// Fetches a list, and says in how many seconds to do so again: at a random moment in the second half of its time to
    /// live, so that not all come at once.
    private func fetch(_ uri: String, _ tags: inout [String: String]) async throws -> Double {
        let answer = try await http.fetch(
            uri, accept: StatusListToken.mediaType, tag: tags[uri], limit: StatusListToken.maximumLength)
        if answer.status == 200 {
            guard let text = String(validating: answer.bytes, as: UTF8.self) else { throw ComponentError.malformed }
            try client.lists.accept(text, issuer: node.principal, uri: uri, at: client.clock())
            tags[uri] = answer.tag
            client.learned()
        }
        let timeToLive = client.lists.held(issuer: node.principal, uri: uri)?.timeToLive ?? 0
        let half = Double(max(1, min(timeToLive, Int64(ListFollower.maximumPause)))) / 2
        return half + half * Backoff(random: client.random).fraction()
    }
}
