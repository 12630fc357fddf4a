internal import DumpIdentity
internal import HTTPTypes
internal import Hummingbird
internal import IPLD
internal import Logging
internal import NIOCore
internal import PseudonymStore
internal import Sodium
internal import Synchronization

/// What keeps the answers of calls under a key, and knows which of them are going on.
final class IdempotencyStore: Sendable {
    /// For how many seconds an answer is kept at least; it goes with the day in which they end.
    static let lifetime: Int64 = 86_400
    /// The most rows of answers to calls without a session.
    static let maximumTransientRows = 4_096

    /// Of calls with a session, also after a restart.
    let kept: AnswerDatabase
    /// Of calls without one: their bodies hold passphrases, and a file that opens with a body would be a place to try
    /// passphrases without Argon2id.
    let transient: AnswerDatabase
    /// What the names of the latter follow from.
    private let secret: SecretBytes
    private let running = Mutex<Set<[UInt8]>>([])

    /// - Throws: ``StoreError``, ``SodiumError``.
    init(kept: AnswerDatabase) throws {
        self.kept = kept
        transient = try AnswerDatabase(inMemory: (), maximumRows: IdempotencyStore.maximumTransientRows)
        secret = try SecretBytes.random(count: 32, in: .guarded)
    }

    /// A call without a session.
    func call(_ key: IdempotencyKey, request: Request, body: [UInt8]) throws -> IdempotentCall {
        try IdempotentCall(key, credential: secret, request: request, body: body)
    }

    /// Begins a call, if it is not going on.
    ///
    /// - Throws: ``APIError/keyInUse``.
    func begin(_ identifier: [UInt8]) throws(APIError) {
        guard running.withLock({ $0.insert(identifier).inserted }) else { throw .keyInUse }
    }

    func end(_ identifier: [UInt8]) { running.withLock { _ = $0.remove(identifier) } }
}

/// Answers a call that is repeated under its `Idempotency-Key` as it was answered, without doing it again.
///
/// That a call was begun is stored before it is done: after a crash in between, a repetition is told that it is not known
/// what became of it, and not done again. Source: `docs/spec.md`, "HTTP API", "Repeated calls".
struct IdempotencyMiddleware: RouterMiddleware {
    /// The longest body of a call with a session in bytes, but for imports.
    private static let bodyLimit = 512 * 1024
    /// The statuses of refusals that are kept: those of calls that were looked into. Only of calls with a session, for
    /// anyone can have others.
    private static let keptRefusals: Set<Int> = [403, 404, 409, 422]
    /// Routes on which a key means nothing. Invocations have nonces of their own. And what says whether a right counts is
    /// never answered from memory: after a revocation that would be an answer of before.
    private static let unkept: Set<String> = [
        "/v1/invocations", "/v1/introspect", "/v1/revoke", "/v1/requests/{id}/read",
    ]

    let node: Node

    func handle(
        _ request: Request, context: NodeContext, next: (Request, NodeContext) async throws -> Response
    ) async throws -> Response {
        let isUnsafe = [.post, .put, .patch, .delete].contains(request.method)
        let isKept = !IdempotencyMiddleware.unkept.contains(context.endpointPath ?? "")
        guard isUnsafe, isKept, let key = try IdempotencyKey(request.headers) else {
            return try await next(request, context)
        }
        let isImport = context.endpointPath == AccountController.importPath
        func limit(_ usual: Int) -> Int { isImport ? AccountController.importLimit : usual }
        guard let header = request.headers[.authorization] else {
            let (body, whole) = try await collected(request, upTo: limit(AccountController.bodyLimit))
            let call = try node.idempotency.call(key, request: request, body: body)
            return try await answer(call, in: node.idempotency.transient, isOfSession: false, context.logger) {
                try await next(whole, context)
            }
        }
        // Whatever is no token is refused further on.
        guard let bytes = SessionMiddleware.token(header), let token = try? SecretBytes(bytes, in: .scratch),
            token.count == 32
        else { return try await next(request, context) }
        let store = node.idempotency.kept
        // The call may have ended the session. Where there was none, strangers fill neither the file nor the memory.
        var isOpen = try await store.answer(IdempotentCall.identifier(key, credential: token)) != nil
        if !isOpen { isOpen = try await AccountService(node: node).isKnown(token: bytes) }
        guard isOpen else { return try await next(request, context) }
        let (body, whole) = try await collected(request, upTo: limit(IdempotencyMiddleware.bodyLimit))
        let call = try IdempotentCall(key, credential: token, request: request, body: body)
        return try await answer(call, in: store, isOfSession: true, context.logger) { try await next(whole, context) }
    }

    /// The body of a request, and the request with it.
    private func collected(_ request: Request, upTo limit: Int) async throws -> (body: [UInt8], whole: Request) {
        let body = try await request.bytes(upTo: limit)
        return (body, Request(head: request.head, body: .init(buffer: ByteBuffer(bytes: body))))
    }

    private func answer(
        _ call: borrowing IdempotentCall, in store: AnswerDatabase, isOfSession: Bool, _ logger: Logger,
        _ perform: () async throws -> Response
    ) async throws -> Response {
        let identifier = call.identifier
        try node.idempotency.begin(identifier)
        defer { node.idempotency.end(identifier) }
        let now = node.clock()
        try await store.removeEnded(before: Day.start(of: now))
        if let sealed = try await store.answer(identifier) {
            do { return try Response(call.open(sealed)) } catch {
                // Without a session, whoever knows the key could try bodies, and with them passphrases.
                if !isOfSession { try await store.remove(identifier) }
                throw error
            }
        }
        try await keep(call.seal(.unknown, random: node.random), under: identifier, in: store, at: now)
        let response: Response
        let body: [UInt8]
        do {
            response = try await perform()
            body = try await response.body.bytes()
        } catch {
            // Nothing was done, as after every refusal.
            try await Task { try await store.remove(identifier) }.value
            throw error
        }
        let status = response.status.code
        if (200..<300).contains(status) || (isOfSession && IdempotencyMiddleware.keptRefusals.contains(status)) {
            let answer = KeptAnswer.known(status: status, fields: response.headers, body: body)
            do {
                try await keep(call.seal(answer, random: node.random), under: identifier, in: store, at: now)
            } catch {
                // It was done, and its caller is told so. That it was begun stays stored: it is not done again.
                logger.warning("The answer to a call under a key could not be kept")
            }
        } else {
            try await Task { try await store.remove(identifier) }.value
        }
        return Response(
            status: response.status, headers: response.headers, body: .init(byteBuffer: ByteBuffer(bytes: body)))
    }

    /// Keeps it also where its caller has gone away meanwhile: that one will ask again.
    private func keep(_ sealed: [UInt8], under id: [UInt8], in store: AnswerDatabase, at now: Int64) async throws {
        let today = Day.start(of: now)
        let end = Day.start(of: now + IdempotencyStore.lifetime) + Day.seconds
        try await Task { try await store.keep(sealed, under: id, until: end, today: today) }.value
    }
}

extension Response {
    fileprivate init(_ kept: KeptAnswer) throws {
        guard case .known(let status, let fields, let body) = kept else { throw APIError.answerUnknown }
        self.init(
            status: .init(code: status), headers: fields, body: .init(byteBuffer: ByteBuffer(bytes: body)))
    }
}

extension ResponseBody {
    /// All of a body.
    fileprivate func bytes() async throws -> [UInt8] {
        let collected = Collected()
        try await write(collected)
        return collected.bytes.withLock { $0 }
    }

    private final class Collected: ResponseBodyWriter, Sendable {
        let bytes = Mutex<[UInt8]>([])

        func write(_ buffer: ByteBuffer) async throws { bytes.withLock { $0 += buffer.readableBytesView } }

        func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }
}
