import Foundation
import Glibc

/// Sends bytes over a connection of their own, says that nothing more comes, and gives what is answered until the end. It
/// waits on a thread of its own: those of tasks are needed by the node that answers.
func raw(_ text: String, port: Int) async throws -> String {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread {
            continuation.resume(with: Result { try exchange(text, port: port) })
        }
    }
}

private func exchange(_ text: String, port: Int) throws -> String {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw POSIXError(.EIO) }
    defer { _ = close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr = in_addr(s_addr: in_addr_t(INADDR_LOOPBACK).bigEndian)
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let connected = unsafe withUnsafePointer(to: &address) {
        unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe connect(descriptor, $0, size) }
    }
    guard connected == 0 else { throw POSIXError(.ECONNREFUSED) }
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
    // What ends the connection while more is sent is an answer, too.
    try? file.write(contentsOf: Data(text.utf8))
    _ = shutdown(descriptor, Int32(SHUT_WR))
    return String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
}
