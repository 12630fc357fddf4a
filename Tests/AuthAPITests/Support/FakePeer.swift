import DumpIdentity
import HTTPTypes
import Hummingbird
import IPLD
import Logging
import NIOCore
import Synchronization

/// A peer that answers whatever it is told to, at every path.
final class FakePeer: Sendable {
    /// What it answers.
    struct Answer: Sendable {
        var status = 200
        var body: [UInt8] = []
    }

    /// How often it was asked, and for what.
    private let asked = Mutex<[String]>([])
    private let answers: @Sendable (Int) -> Answer

    var questions: [String] { asked.withLock { $0 } }

    /// A peer that gives the answer to its first, second and further questions.
    init(_ answers: @escaping @Sendable (Int) -> Answer) { self.answers = answers }

    /// Serves while `body` runs, which is given the address.
    func serving(_ body: (NodeAddress) async throws -> Void) async throws {
        let (running, continuation) = AsyncStream.makeStream(of: Int.self)
        let port = Mutex(0)
        let router = Router()
        router.get("**") { request, _ in self.answer(request) }
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

    private func answer(_ request: Request) -> Response {
        let number = asked.withLock { asked in
            asked.append(request.uri.string)
            return asked.count
        }
        let answer = answers(number)
        return Response(
            status: .init(code: answer.status), headers: [.contentType: "application/vnd.ipld.dag-cbor"],
            body: .init(byteBuffer: ByteBuffer(bytes: answer.body)))
    }
}
