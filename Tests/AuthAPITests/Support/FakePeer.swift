import Capabilities
import DumpIdentity
import HTTPTypes
import Hummingbird
import IPLD
import Logging
import NIOCore
import Synchronization
import TestSupport

/// A peer that says who it is, and answers whatever it is told to at every other path.
final class FakePeer: Sendable {
    /// What it answers.
    struct Answer: Sendable {
        var status = 200
        var body: [UInt8] = []
    }

    /// What it was asked by a POST.
    struct Question: Sendable {
        let path: String
        let body: [UInt8]

        /// Path and body as text.
        var text: String { path + " " + String(decoding: body, as: UTF8.self) }

        func invocation() throws -> Invocation { try Container(decoding: body).invocation() }
    }

    /// How often it was asked, and for what.
    private let asked = Mutex<[Question]>([])
    private let answers: @Sendable (Int) -> Answer

    var questions: [Question] { asked.withLock { $0 } }

    /// A peer that gives the answer to its first, second and further questions.
    init(_ answers: @escaping @Sendable (Int) -> Answer) { self.answers = answers }

    /// Serves while `body` runs, which is given the address.
    func serving(_ body: (NodeAddress) async throws -> Void) async throws {
        let (running, continuation) = AsyncStream.makeStream(of: Int.self)
        let port = Mutex(0)
        let router = Router()
        router.get("/.well-known/dump") { _, _ in
            try FakePeer.response(DagCBOR.encode(["node": .string(Party.stranger.principal.did)]))
        }
        router.post("**") { request, _ in try await self.answer(request) }
        var logger = Logger(label: "peer")
        logger.logLevel = .critical
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in
                let number = channel.localAddress?.port ?? 0
                port.withLock { $0 = number }
                continuation.yield(number)
            }, logger: logger)
        try await whileRunning(running) {
            defer { continuation.finish() }
            try await application.run()
        } body: {
            try await body(NodeAddress("http://127.0.0.1:\(port.withLock { $0 })"))
        }
    }

    private func answer(_ request: Request) async throws -> Response {
        let body = try await request.body.collect(upTo: 1 << 16)
        let question = Question(path: request.uri.string, body: Array(body.readableBytesView))
        let number = asked.withLock { asked in
            asked.append(question)
            return asked.count
        }
        let answer = answers(number)
        return FakePeer.response(answer.body, status: answer.status)
    }

    private static func response(_ body: [UInt8], status: Int = 200) -> Response {
        Response(
            status: .init(code: status), headers: [.contentType: "application/vnd.ipld.dag-cbor"],
            body: .init(byteBuffer: ByteBuffer(bytes: body)))
    }
}
