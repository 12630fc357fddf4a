internal import AuthAPI
internal import DumpIdentity
internal import IPLD

/// Calls a node's API for a person, and tells what it answers in the tool's own errors.
struct NodeClient {
    let node: NodeAddress
    let token: String?
    private let client: PeerClient

    /// The most pages of a list that are followed: 100,000 entries.
    private static let maximumPages = 500

    /// A client for a node. One that a person named is called wherever it is; what another wrote, under a policy.
    init(_ node: NodeAddress, token: String? = nil, _ policy: AddressPolicy = .unrestricted) {
        self.node = node
        self.token = token
        // Argon2id takes its time, and waits where others have come before.
        client = PeerClient(policy, patience: 60)
    }

    /// Runs something with a client for the node at which the person is logged in.
    static func loggedIn<Result>(
        _ options: PersonOptions, _ body: (NodeClient) async throws -> Result
    ) async throws -> Result {
        let login = try LogInFile.read(options)
        return try await body(NodeClient(login.node, token: login.token))
    }

    /// Sends a request, which the node may hold for `wait` seconds, and gives the answer's body. With `match` it is done only
    /// to what has that entity tag.
    func bytes(
        _ method: String, _ path: String, _ body: Value? = nil, match: String? = nil, limit: Int = 4 << 20,
        wait: Int = 0
    ) async throws(CommandError) -> [UInt8] {
        try await send(method, path, body, match: match, limit: limit, wait: wait).body
    }

    /// The entity tag of what lies under a path.
    func tag(_ path: String) async throws(CommandError) -> String {
        guard let tag = try await send("GET", path, nil, match: nil, limit: 4 << 20).fields["etag"] else {
            throw CommandError("the node's answer has no entity tag")
        }
        return tag
    }

    private func send(
        _ method: String, _ path: String, _ body: Value?, match: String?, limit: Int, wait: Int = 0
    ) async throws(CommandError) -> PeerResponse {
        var encoded: (bytes: [UInt8], type: String)?
        if let body {
            encoded = (try reading("the request") { try DagCBOR.encode(body) }, "application/vnd.ipld.dag-cbor")
        }
        let response: PeerResponse
        do {
            response = try await client.send(
                method, path, at: node, body: encoded, accept: "application/vnd.ipld.dag-cbor", bearer: token,
                fields: match.map { ["If-Match": $0] } ?? [:], limit: limit, wait: Int64(wait))
        } catch {
            let what =
                switch error {
                case .addressRefused: "is at an address that is not called; see --allow-loopback and --allow-network"
                case .unreachable: "cannot be reached"
                case .unanswered: "gave no answer"
                case .tooLarge: "answers with too much"
                }
            throw CommandError("the node at \(node) \(what)", code: .unreachable)
        }
        guard (200..<300).contains(response.status) else { throw problem(response) }
        return response
    }

    /// Sends a request and gives the answer as a map; an empty map where it has no body.
    func call(
        _ method: String, _ path: String, _ body: Value? = nil, match: String? = nil, limit: Int = 4 << 20,
        wait: Int = 0
    ) async throws(CommandError) -> Map {
        let bytes = try await bytes(method, path, body, match: match, limit: limit, wait: wait)
        if bytes.isEmpty { return Map() }
        let value = try reading("the node's answer") { try DagCBOR.decode(bytes) }
        guard let map = value.mapValue else { throw CommandError("the node's answer is no object") }
        return map
    }

    /// A whole list, page by page, as one answer: what a query lets pass.
    func list(_ path: String, of name: String, _ query: Query = Query([])) async throws(CommandError) -> Map {
        var all: [Value] = []
        // A list that changed meanwhile may begin anew.
        var ids: Set<String> = []
        var cursor: String?
        for _ in 0..<NodeClient.maximumPages {
            let page = try await call("GET", path + query.with([("limit", "200"), ("cursor", cursor)]).text)
            all += (page[name]?.listValue ?? []).filter { entry in
                entry.mapValue?["id"]?.stringValue.map { ids.insert($0).inserted } ?? true
            }
            guard let next = page["next"]?.stringValue else {
                var answer = Map()
                answer[name] = .list(all)
                return answer
            }
            guard !next.isEmpty, (try? Base64URL.decode(next)) != nil else { break }
            cursor = next
        }
        throw CommandError("the node's list does not end")
    }

    private func problem(_ response: PeerResponse) -> CommandError {
        let map = (try? DagJSON.decode(response.body))?.mapValue ?? Map()
        switch map.text("type") {
        case "urn:dump:problem:unauthenticated":
            return CommandError(
                "your log-in has ended; use: dump login HANDLE --node \(node)", hasSessionEnded: true)
        case "urn:dump:problem:unreachable":
            return CommandError("the other node cannot be reached", code: .unreachable)
        case "urn:dump:problem:unanswered":
            return CommandError(
                "the other node gave no answer; what was sent may have arrived", code: .unreachable)
        case "urn:dump:problem:precondition-failed":
            return CommandError("it was changed meanwhile; look at it and try again")
        default: break
        }
        let title = map.text("title").isEmpty ? "the node answered \(response.status)" : map.text("title")
        let detail = map.text("detail")
        return CommandError(Output.safe(detail.isEmpty ? title : "\(title): \(detail)"))
    }
}
