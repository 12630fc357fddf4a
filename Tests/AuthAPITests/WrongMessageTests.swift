import AuthAPI
import DumpIdentity
import PseudonymStore
import Testing

/// Messages that no client library sends.
struct WrongMessageTests {
    /// What stands in a request behind its first lines, and whether its end comes too early.
    struct Wrong: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let lines: [String]
        let body: String
    }

    private static let body = #"{"handle":"eve","passphrase":"correct horse battery"}"#

    static let messages = [
        Wrong(testDescription: "two lengths", lines: ["Content-Length: 53", "Content-Length: 10"], body: body),
        Wrong(testDescription: "a list of lengths", lines: ["Content-Length: 53, 10"], body: body),
        Wrong(
            testDescription: "a length and chunks", lines: ["Content-Length: 53", "Transfer-Encoding: chunked"],
            body: body),
        Wrong(testDescription: "a negative length", lines: ["Content-Length: -1"], body: body),
        Wrong(testDescription: "a length that is none", lines: ["Content-Length: x"], body: body),
        Wrong(testDescription: "a length beyond all", lines: ["Content-Length: 99999999999999999999"], body: body),
        Wrong(testDescription: "a body that is cut off", lines: ["Content-Length: 53"], body: "{\"handle\":\"eve\""),
        Wrong(
            testDescription: "chunks that are none", lines: ["Transfer-Encoding: chunked"], body: "zz\r\n\(body)\r\n"),
        Wrong(
            testDescription: "chunks without an end", lines: ["Transfer-Encoding: chunked"], body: "35\r\n\(body)\r\n"),
        Wrong(testDescription: "a space before the colon", lines: ["Content-Length : 53"], body: body),
    ]

    @Test(arguments: messages)
    func `a message that can be read in two ways, or not to its end, does nothing`(wrong: Wrong) async throws {
        try await withNode { node in
            let head = ["POST /v1/accounts HTTP/1.1", "Host: x", "Content-Type: application/json", "Connection: close"]
            let text = (head + wrong.lines).joined(separator: "\r\n") + "\r\n\r\n" + wrong.body
            let answer = try await raw(text, port: node.port)
            // Either a refusal, or nothing at all; never that it was done, nor that the node failed.
            #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 4"), "\(answer.prefix(100))")
            #expect(try await node.node.accounts.account(Handle("eve")) == nil)
            #expect(try await node.anyone.call("GET", "/healthz").status == 200)
            #expect(!node.log.text.contains("An operation failed"))
        }
    }

    @Test func `the message itself is right`() async throws {
        try await withNode { node in
            let head = ["POST /v1/accounts HTTP/1.1", "Host: x", "Content-Type: application/json", "Connection: close"]
            let text = (head + ["Content-Length: 53"]).joined(separator: "\r\n") + "\r\n\r\n" + WrongMessageTests.body
            let answer = try await raw(text, port: node.port)
            #expect(answer.hasPrefix("HTTP/1.1 201"))
        }
    }
}
