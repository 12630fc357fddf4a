internal import AuthAPI
internal import DumpIdentity
internal import IPLD

/// Calls a node's API for a person, and tells what it answers in the tool's own errors.
struct NodeClient {
    let node: NodeAddress
    let token: String?
    private let client: PeerClient

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

    /// Sends a request and gives the answer's body.
    func bytes(
        _ method: String, _ path: String, _ body: Value? = nil, limit: Int = 4 << 20
    ) async throws(CommandError) -> [UInt8] {
        var encoded: (bytes: [UInt8], type: String)?
        if let body {
            encoded = (try reading("the request") { try DagCBOR.encode(body) }, "application/vnd.ipld.dag-cbor")
        }
        let response: PeerResponse
        do {
            response = try await client.send(
                method, path, at: node, body: encoded, accept: "application/vnd.ipld.dag-cbor", bearer: token,
                limit: limit)
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
        return response.body
    }

    /// Sends a request and gives the answer as a map; an empty map where it has no body.
    func call(
        _ method: String, _ path: String, _ body: Value? = nil, limit: Int = 4 << 20
    ) async throws(CommandError) -> Map {
        let bytes = try await bytes(method, path, body, limit: limit)
        if bytes.isEmpty { return Map() }
        let value = try reading("the node's answer") { try DagCBOR.decode(bytes) }
        guard let map = value.mapValue else { throw CommandError("the node's answer is no object") }
        return map
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
        default: break
        }
        let title = map.text("title").isEmpty ? "the node answered \(response.status)" : map.text("title")
        let detail = map.text("detail")
        return CommandError(Output.safe(detail.isEmpty ? title : "\(title): \(detail)"))
    }
}
