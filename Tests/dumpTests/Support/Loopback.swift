import Foundation

/// Sockets of the loopback interface.
enum Loopback {
    enum Failure: Error {
        case noFreePort
        case system(Int32)
    }

    private static let ports = PortNumbers()

    /// A port that is free now, is given once, and is none that the system gives to outgoing connections.
    static func freePort() async throws -> Int {
        for _ in 0..<1_000 {
            let port = await ports.next()
            if let descriptor = try? listen(on: port) {
                close(descriptor)
                return port
            }
        }
        throw Failure.noFreePort
    }

    /// A socket that listens.
    static func listen(on port: Int) throws -> Int32 {
        let descriptor = try socket()
        let status = unsafe withAddress(port) { unsafe bind(descriptor, $0, $1) }
        guard status == 0, Glibc.listen(descriptor, 64) == 0 else {
            defer { close(descriptor) }
            throw Failure.system(errno)
        }
        return descriptor
    }

    /// The body of what a server answers to a GET.
    static func get(_ path: String, port: Int) throws -> Data {
        let descriptor = try socket()
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        guard unsafe withAddress(port, { unsafe connect(descriptor, $0, $1) }) == 0 else {
            throw Failure.system(errno)
        }
        let request = "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\nConnection: close\r\n\r\n"
        try handle.write(contentsOf: Data(request.utf8))
        let answer = try handle.readToEnd() ?? Data()
        guard let end = answer.range(of: Data("\r\n\r\n".utf8)) else { return Data() }
        return answer[end.upperBound...]
    }

    private static func socket() throws -> Int32 {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = Glibc.socket(AF_INET, type, 0)
        guard descriptor >= 0 else { throw Failure.system(errno) }
        // A port whose last connections are still being forgotten is free.
        var isOn: Int32 = 1
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &isOn, socklen_t(MemoryLayout<Int32>.size))
        return descriptor
    }

    private static func withAddress(
        _ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe body(pointer, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}

/// Numbers of ports, each once, from a random one on.
private actor PortNumbers {
    private var last = Int.random(in: 20_000..<30_000)

    func next() -> Int {
        last = last < 32_000 ? last + 1 : 20_000
        return last
    }
}

/// A server that answers every request with the same bytes, whatever they are, and tells which requests came.
final class Responder: Sendable {
    let port: Int
    /// The first line of every request.
    let requests: Transcript
    private let listener: Int32

    var address: String { "http://127.0.0.1:\(port)" }

    /// A server that gives `answer` for the path of a request; `nil` leaves the connection open without any answer.
    init(_ answer: @escaping @Sendable (String) -> Data?) async throws {
        port = try await Loopback.freePort()
        let listener = try Loopback.listen(on: port)
        let (stream, continuation) = AsyncStream<String>.makeStream()
        self.listener = listener
        requests = Transcript(stream)
        // A thread of its own: one that waits must not be missing where tests run.
        Thread.detachNewThread {
            var open: [FileHandle] = []
            while case let descriptor = accept(listener, nil, nil), descriptor >= 0 {
                let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
                let line = Responder.firstLine(handle)
                continuation.yield(line)
                let words = line.split(separator: " ")
                let path = words.count > 1 ? String(words[1]) : ""
                if let bytes = answer(path) { Responder.send(bytes, to: descriptor) } else { open.append(handle) }
            }
            continuation.finish()
            close(listener)
        }
    }

    deinit { stop() }

    /// Ends the server: who waits in accept() is woken.
    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    /// Reads a request to the end of its head, which is all that is looked at.
    private static func firstLine(_ handle: FileHandle) -> String {
        var head = Data()
        while head.range(of: Data("\r\n\r\n".utf8)) == nil {
            let data = handle.availableData
            if data.isEmpty { break }
            head += data
        }
        return String(decoding: head.prefix { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
    }

    /// Sends all, or as much as is wanted: who hangs up must not end the tests with a signal.
    private static func send(_ bytes: Data, to descriptor: Int32) {
        var rest = [UInt8](bytes)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { buffer in
                unsafe Glibc.send(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// An HTTP answer.
    static func http(_ status: String, type: String, _ body: [UInt8]) -> Data {
        let head = [
            "HTTP/1.1 \(status)", "Content-Type: \(type)", "Content-Length: \(body.count)", "Connection: close", "", "",
        ]
        return Data(head.joined(separator: "\r\n").utf8) + Data(body)
    }

    /// An HTTP answer of DAG-CBOR.
    static func cbor(_ body: [UInt8]) -> Data { http("200 OK", type: "application/vnd.ipld.dag-cbor", body) }
}
