import Foundation
import IPLD
import Logging
import Synchronization
import TestSupport

/// A clock that stands where it is set.
final class TestClock: Sendable {
    private let now = Mutex(testTime)

    var time: Int64 { now.withLock { $0 } }

    func advance(by seconds: Int64) { now.withLock { $0 += seconds } }
}

/// Collects what is logged, from the lowest level on.
final class LogCollector: Sendable {
    private let collected = Mutex("")

    var text: String { collected.withLock { $0 } }

    var logger: Logger {
        var logger = Logger(label: "test") { _ in Handler(collector: self) }
        logger.logLevel = .trace
        return logger
    }

    private func add(_ line: String) { collected.withLock { $0 += line + "\n" } }

    private struct Handler: LogHandler {
        let collector: LogCollector
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let metadata = metadata.merging(event.metadata ?? [:]) { $1 }
            let error = event.error.map { "\($0)" } ?? ""
            collector.add("\(event.level) \(event.message) \(metadata) \(error)")
        }
    }
}

/// Ports of the loopback interface that are free, each given once. They lie below those that the system gives to
/// outgoing connections, so that none of the tests' own connections takes one before its server does; other
/// targets of tests, which run in the same process, count from 20,000.
enum FreePort {
    /// Blocks of 500 ports from 10,000 on. A process has its blocks alone, by the locks of files: a node that is away for a
    /// moment must not find its port taken by a test in another process.
    private static let left = Mutex<[Int]>([])

    static func next() throws -> Int {
        for _ in 0..<1_000 {
            let port = try left.withLock { left in
                if left.isEmpty { left = try block() }
                return left.removeFirst()
            }
            if isFree(port) { return port }
        }
        throw CocoaError(.featureUnsupported)
    }

    private static func block() throws -> [Int] {
        for block in (0..<20).shuffled() {
            let path = FileManager.default.temporaryDirectory.path + "/dump-test-ports-\(block)"
            let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
            // The lock is held to the end of the process.
            if descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 {
                return Array((10_000 + 500 * block)..<(10_500 + 500 * block))
            }
            if descriptor >= 0 { close(descriptor) }
        }
        throw CocoaError(.featureUnsupported)
    }

    private static func isFree(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        address.sin_port = in_port_t(port).bigEndian
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe bind(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}

extension Map {
    /// The text under a key, or none.
    func text(_ key: String) -> String { self[key]?.stringValue ?? "" }

    /// The maps of the list under a key.
    func maps(_ key: String) -> [Map] { self[key]?.listValue?.compactMap(\.mapValue) ?? [] }
}
