import DumpIdentity
import Foundation
import GRDB
import HTTPTypes
import Hummingbird
import IPLD
import NIOCore
import Sodium
import TestSupport
import Testing

@testable import AuthAPI
@testable import PseudonymStore

struct IdempotencyTests {
    @Test(arguments: Form.allCases)
    func `a repeated call is answered alike, and done once`(form: Form) async throws {
        try await withNode { node in
            let scene = try await Pending(node, form: form)
            let approval: Value = ["fields": ["name"], "duration": 60]
            let path = "/v1/inbox/\(scene.request)/approve"
            let first = try await scene.steve.keyed("a key", "POST", path, approval)
            #expect(first.status == 200)
            #expect(try await scene.steve.keyed("a key", "POST", path, approval) == first)
            #expect(try await scene.steve.done("GET", "/v1/grants").maps("grants").count == 1)
            // Under another key it is another call.
            #expect(try await scene.steve.keyed("another", "POST", path, approval).problem == "conflict")
        }
    }

    @Test func `an answer outlives the node`() async throws {
        let folder = try TemporaryFolder()
        try await withClient { client in
            let node = try await TestNode(in: (folder, "x"), client: client)
            let body: Value = ["body": ["title": "x"]]
            let path = "/v1/modules/\(TestNode.market)/objects"
            let (steve, first) = try await node.serving { node in
                let steve = try await node.account("steve")
                return (steve, try await steve.keyed("k", "POST", path, body))
            }
            #expect(first.status == 201)
            try await node.restarted().serving { node in
                let again = Person(node: node, token: steve.token)
                let reply = try await again.keyed("k", "POST", path, body)
                #expect(reply == first)
                #expect(try await again.done("GET", path).maps("objects").count == 1)
            }
        }
    }

    @Test func `a key stands for one call`() async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            let path = "/v1/modules/\(TestNode.market)/objects"
            #expect(try await steve.keyed("k", "POST", path, ["body": ["title": "x"]]).status == 201)
            let others: [(String, String, Value?)] = [
                ("POST", path, ["body": ["title": "y"]]), ("POST", path + "?x", ["body": ["title": "x"]]),
                ("PATCH", "/v1/profile", ["fields": Person.profile]),
                ("DELETE", "/v1/sessions", nil),
            ]
            for (method, path, body) in others {
                let reply = try await steve.keyed("k", method, path, body)
                #expect(reply.status == 422 && reply.problem == "idempotency-key-reused", "\(method) \(path)")
            }
            #expect(try await steve.done("GET", "/v1/profile")["fields"] == .map(Map()))
            #expect(try await node.anyone.done("GET", path).maps("objects").count == 1)
        }
    }

    @Test func `the same key of another person is another call`() async throws {
        try await withNode { node in
            let people = try await ["steve", "eve"].asyncMap { try await node.account($0) }
            for (number, person) in people.enumerated() {
                let fields: Value = ["name": .string("Name \(number)")]
                #expect(try await person.keyed("k", "PATCH", "/v1/profile", ["fields": fields]).status == 200)
                #expect(try await person.done("GET", "/v1/profile")["fields"] == fields)
            }
        }
    }

    @Test func `while a call goes on, its repetition is told so`() async throws {
        let gate = HashingGate()
        try await withClient { client in
            try await TestNode(hasher: gate.hasher, client: client).serving { node in
                let body: Value = ["handle": "steve", "passphrase": .string(Person.passphrase)]
                async let first = node.anyone.keyed("k", "POST", "/v1/accounts", body)
                await gate.arrived()
                let second = try await node.anyone.keyed("k", "POST", "/v1/accounts", body)
                #expect(second.status == 409 && second.problem == "idempotency-key-in-use")
                gate.open()
                let made = try await first
                #expect(made.status == 201)
                #expect(try await node.anyone.keyed("k", "POST", "/v1/accounts", body) == made)
            }
        }
    }

    @Test func `an account, a log-in and a log-out are repeated with the answers that they had`() async throws {
        try await withNode { node in
            let body: Value = ["handle": "steve", "passphrase": .string(Person.passphrase)]
            let made = try await node.anyone.keyed("make", "POST", "/v1/accounts", body)
            #expect(made.status == 201)
            #expect(try await node.anyone.keyed("make", "POST", "/v1/accounts", body) == made)
            let entered = try await node.anyone.keyed("enter", "POST", "/v1/session", body)
            #expect(try await node.anyone.keyed("enter", "POST", "/v1/session", body) == entered)
            let steve = Person(node: node, token: entered.map.text("token"))
            #expect(try await steve.keyed("leave", "DELETE", "/v1/session", nil).status == 204)
            #expect(try await steve.keyed("leave", "DELETE", "/v1/session", nil).status == 204)
            #expect(try await steve.keyed("other", "DELETE", "/v1/session", nil).status == 401)
        }
    }

    @Test func `without a session a key cannot be used to try passphrases`() async throws {
        try await withNode { node in
            func body(_ passphrase: String) -> Value { ["handle": "steve", "passphrase": .string(passphrase)] }
            _ = try await node.account("steve")
            let right = body(Person.passphrase)
            #expect(try await node.anyone.keyed("k", "POST", "/v1/session", right).status == 201)
            let guess = body("another passphrase")
            #expect(try await node.anyone.keyed("k", "POST", "/v1/session", guess).problem == "idempotency-key-reused")
            // One guess: from then on the key stands for nothing, and guesses count as such.
            for _ in 0..<10 {
                #expect(try await node.anyone.keyed("k", "POST", "/v1/session", guess).problem == "wrong-credentials")
            }
            #expect(try await node.anyone.keyed("k", "POST", "/v1/session", right).problem == "too-many-attempts")
        }
    }

    @Test func `what was not looked into is not kept`() async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            let wrong: [(Value?, Int)] = [(["x": 1], 400), (nil, 415)]
            for (body, status) in wrong {
                #expect(try await steve.keyed("k", "PATCH", "/v1/profile", body).status == status)
            }
            let change: Value = ["fields": ["name": "Steve"]]
            let stale = try await steve.keyed("k", "PATCH", "/v1/profile", change, match: "\"x\"")
            #expect(stale.status == 412)
            #expect(try await steve.keyed("k", "PATCH", "/v1/profile", change).status == 200)
            // With a token that is none, not even a refusal.
            let stranger = Person(node: node, token: Base64URL.encode([UInt8](repeating: 7, count: 32)))
            for _ in 0..<2 { #expect(try await stranger.keyed("k", "DELETE", "/v1/session", nil).status == 401) }
        }
    }

    @Test func `after a crash in between, the call is not done again`() async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            let (path, body): (String, Value) = ("/v1/profile", ["fields": ["name": "Steve"]])
            // What such a crash leaves behind: the answer is not known.
            let token = try SecretBytes(Base64URL.decode(try #require(steve.token)), in: .scratch)
            var fields = HTTPFields()
            fields[named: IdempotencyKey.field] = "k"
            let key = try #require(try IdempotencyKey(fields))
            let call = try IdempotentCall(
                key, credential: token, request: patch(path), body: steve.form.encode(body))
            let sealed = try call.seal(.unknown, random: .system)
            try await node.node.idempotency.kept.keep(
                sealed, under: call.identifier, until: testTime + 2 * Day.seconds, today: testTime)
            let reply = try await steve.keyed("k", "PATCH", path, body)
            #expect(reply.status == 409 && reply.problem == "answer-unknown")
            #expect(try await steve.done("GET", path)["fields"] == .map(Map()))
        }
    }

    private func patch(_ path: String) -> Request {
        Request(
            head: HTTPRequest(method: .patch, scheme: nil, authority: nil, path: path),
            body: .init(buffer: ByteBuffer()))
    }

    @Test func `an answer that is too long is not kept, and the call not done again`() async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            let png: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] + [UInt8](repeating: 7, count: 70_000)
            let change: Value = ["fields": ["picture": .bytes(png)]]
            #expect(try await steve.keyed("k", "PATCH", "/v1/profile", change).status == 200)
            #expect(try await steve.keyed("k", "PATCH", "/v1/profile", change).problem == "answer-unknown")
        }
    }

    @Test(arguments: ["", String(repeating: "k", count: 256), "k\u{e9}", "k\tk"])
    func `what is no key is malformed, and nothing is done`(key: String) async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            let reply = try await steve.keyed(key, "PATCH", "/v1/profile", ["fields": ["name": "Steve"]])
            #expect(reply.problem == "malformed")
            #expect(try await steve.done("GET", "/v1/profile")["fields"] == .map(Map()))
        }
    }

    @Test func `an answer ends after a day, and at the latest after two`() async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            let path = "/v1/modules/\(TestNode.market)/objects"
            let first = try await steve.keyed("k", "POST", path, ["body": ["title": "x"]])
            node.clock.advance(by: Day.seconds)
            #expect(try await steve.keyed("k", "POST", path, ["body": ["title": "x"]]) == first)
            node.clock.advance(by: Day.seconds)
            #expect(try await steve.keyed("k", "POST", path, ["body": ["title": "x"]]) != first)
        }
    }

    @Test func `kept answers are in the file as nothing that can be read or told apart`() async throws {
        let folder = try TemporaryFolder()
        try await withClient { client in
            try await TestNode(in: (folder, "x"), client: client).serving { node in
                let steve = try await node.account("steve")
                let reply = try await steve.keyed("a key of mine", "PATCH", "/v1/profile", ["fields": Person.profile])
                #expect(reply.status == 200)
                let code = try await steve.keyed(
                    "another key of mine", "POST", "/v1/account/recovery-code",
                    ["passphrase": .string(Person.passphrase)])
                #expect(code.status == 200)
                let contents = try folder.contents("x-answers")
                let words = [
                    "a key of mine", "Steve Example", code.map.text("recovery"), steve.token ?? "", Person.passphrase,
                ]
                for word in words { #expect(contents.range(of: Data(word.utf8)) == nil, "\(word)") }
                #expect(try await node.node.idempotency.kept.pieceLengths() == [4_140, 4_140])
            }
        }
    }
}

extension Person {
    /// A call under an idempotency key.
    func keyed(
        _ key: String, _ method: String, _ path: String, _ body: Value?, match: String = "*"
    ) async throws -> Reply {
        try await send(
            method, path, try body.map { (try form.encode($0), form.rawValue) },
            fields: ["Idempotency-Key": key, "If-Match": match])
    }
}

extension AnswerDatabase {
    /// The lengths of what stands in the rows that are not spare.
    fileprivate func pieceLengths() async throws -> [Int] {
        try await writer.read { db in
            try Int.fetchAll(db, sql: "SELECT length(piece) FROM kept_answer WHERE spare = 0")
        }
    }
}

/// A hasher that waits until it is let go on.
final class HashingGate: Sendable {
    private let (arrivals, arrival) = AsyncStream.makeStream(of: Void.self)
    private let (openings, opening) = AsyncStream.makeStream(of: Void.self)

    var hasher: PassphraseHasher {
        PassphraseHasher { [self] passphrase, salt, cost in
            let bytes = passphrase.bytes.copyForTransfer()
            arrival.yield()
            for await _ in openings { break }
            return try PasswordHash.deriveKey(from: SecretBytes(bytes, in: .scratch), salt: salt, cost: cost)
        }
    }

    /// Waits until someone hashes.
    func arrived() async { for await _ in arrivals { break } }

    /// Lets one go on.
    func step() { opening.yield() }

    /// Lets everyone go on, from now on.
    func open() { opening.finish() }
}
