import Capabilities
import DumpIdentity
import Foundation
import IPLD
import NIOCore
import Sodium

/// The flood's requests, signed before it begins: each as the bytes of one HTTP request.
struct Ammunition: Sendable {
    /// All requests; those of one key stand as far apart as they can.
    let requests: [ByteBuffer]

    /// So many valid requests to one owner, each key fresh and with equally many of them.
    static func prepare(count: Int, keys: Int, object: ModuleObject, host: String) async throws -> Ammunition {
        let rounds = max(1, count / keys)
        let expiration = Int64(Date().timeIntervalSince1970) + 590
        let terms = try RequestTerms(fields: [.name], purpose: "flood", duration: 86_400, object: object.cid)
        let parts = 8
        let signed = try await withThrowingTaskGroup(of: [[ByteBuffer]].self) { group in
            for part in 0..<parts {
                group.addTask {
                    try stride(from: part, to: keys, by: parts).map { _ in
                        let key = try SigningKey(seed: SecretBytes.random(count: 32, in: .scratch))
                        return try (0..<rounds).map { _ in
                            let request = try ProfileRequest.sign(
                                terms, to: object.issuer, expiration: expiration, with: key)
                            return http(try Container([request.invocation.envelope.bytes]).encoded(), host)
                        }
                    }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        return Ammunition(requests: (0..<rounds).flatMap { round in signed.map { $0[round] } })
    }

    private static func http(_ body: [UInt8], _ host: String) -> ByteBuffer {
        var buffer = ByteBuffer(string: head(host, length: body.count))
        buffer.writeBytes(body)
        return buffer
    }

    /// The head of a request with a body of so many bytes.
    static func head(_ host: String, length: Int) -> String {
        "POST /v1/invocations HTTP/1.1\r\nHost: \(host)\r\nContent-Type: application/vnd.ucan.container\r\n"
            + "Content-Length: \(length)\r\n\r\n"
    }
}
