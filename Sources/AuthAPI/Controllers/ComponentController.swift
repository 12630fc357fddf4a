internal import Capabilities
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import PseudonymStore

/// What components ask of a node: its revocations as they come, and its status lists.
struct ComponentController {
    let node: Node

    func addRoutes(to router: some RouterMethods<NodeContext>) {
        router.get("/v1/revocations", use: revocations)
        router.get("/v1/status-lists/{id}", use: statusList)
    }

    @Sendable func revocations(_ request: Request, context: NodeContext) async throws -> Response {
        let last = HTTPField.Name("Last-Event-ID").flatMap { request.headers[$0] }.flatMap { FeedPosition(text: $0) }
        let subscription = try node.feed.follow(
            after: last, from: context.source, at: node.clock(), with: node.key)
        var headers: HTTPFields = [.contentType: RevocationStatement.mediaType, .cacheControl: "no-store"]
        // Proxies of the nginx family pass events on at once where they are told so.
        if let buffering = HTTPField.Name("X-Accel-Buffering") { headers[buffering] = "no" }
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                // Who is cut off comes back soon; the pause is also that of a browser's EventSource.
                try await writer.write(ByteBuffer(string: "retry: 1000\n\n"))
                for frame in subscription.first { try await writer.write(frame.bytes) }
                for await frame in subscription.frames { try await writer.write(frame.bytes) }
                try await writer.finish(nil)
            })
    }

    @Sendable func statusList(_ request: Request, context: NodeContext) async throws -> Response {
        let id = context.parameters.get("id") ?? ""
        guard let statuses = try await node.pseudonyms.statusList(id) else { throw APIError.notFound }
        let entry = try node.statusLists.entry(
            id, statuses: statuses, uri: node.statusListURI(id), issuer: node.principal, at: node.clock(),
            with: node.key)
        let isCompressed = request.acceptsGzip
        // Caches keep it, and ask each time whether it is still the one: who fetches after a revocation sees it.
        var headers: HTTPFields = [
            .eTag: entry.tag(isCompressed: isCompressed), .cacheControl: "public, no-cache",
            .vary: "Accept-Encoding",
        ]
        if request.has([entry.tag(isCompressed: true), entry.tag(isCompressed: false)]) {
            return Response(status: .notModified, headers: headers)
        }
        headers[.contentType] = StatusListToken.mediaType
        if isCompressed { headers[.contentEncoding] = "gzip" }
        let bytes = isCompressed ? entry.compressed : entry.text
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
