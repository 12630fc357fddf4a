import Foundation
import IPLD
import Sodium
import TestSupport
import Testing

@testable import AuthAPI
@testable import DumpIdentity

/// Two people on two nodes, all of whose secrets are planted, and a check of every answer that they get.
final class CanaryScene: Sendable {
    /// Planted texts. Each has a part of its own that nothing else holds.
    static let texts = [
        "name": "Fulvia Canary 4711", "email": "fulvia.4711@canary.example", "phone": "+49 4711 0815 99",
        "address": "Canary Lane 4711", "website": "https://canary.example/4711", "purpose": "to see canary 4711",
        "Steve's passphrase": "tin cage 4711 yellow", "Stephanie's passphrase": "brass cage 4712 green",
        "Steve's handle": "steve-canary-4711", "Stephanie's handle": "stephanie-canary-4712",
    ]

    static func text(_ name: String) -> String { texts[name] ?? name }

    static var profile: Value {
        [
            "name": .string(text("name")), "email": .string(text("email")), "phone_number": .string(text("phone")),
            "address": .string(text("address")), "website": .string(text("website")),
        ]
    }

    let x: TestNode
    let y: TestNode
    let steve: Person
    let stephanie: Person
    /// All that was planted: the texts, both tokens, and the keys that follow from them.
    let canaries: [Canary]

    init(_ x: TestNode, _ y: TestNode) async throws {
        func account(_ name: String, _ node: TestNode) async throws -> Person {
            let body: Value = [
                "handle": .string(Self.text("\(name)'s handle")),
                "passphrase": .string(Self.text("\(name)'s passphrase")),
            ]
            let token = try await node.anyone.done("POST", "/v1/accounts", body).text("token")
            return Person(node: node, token: token)
        }
        self.x = x
        self.y = y
        steve = try await account("Steve", x)
        stephanie = try await account("Stephanie", y)
        var canaries = Self.texts.map { Canary($0.key, $0.value) }
        for (name, person) in [("Steve's", steve), ("Stephanie's", stephanie)] {
            let token = try Base64URL.decode(#require(person.token))
            let session = try await AccountService(node: person.node.node).session(token: token)
            canaries.append(Canary("\(name) token", bytes: token))
            canaries.append(Canary("\(name) root key", bytes: session.root.secret.copyForTransfer()))
            let keys = try session.root.profileKeys()
            canaries.append(Canary("\(name) profile's key", bytes: keys.storage.copyForTransfer()))
        }
        self.canaries = canaries
    }

    /// What an answer holds of what was planted and is not meant for who gets it.
    func leaks(_ reply: Reply, meant: [String]) -> [String] {
        canaries.filter { canary in !meant.contains { canary.name.hasPrefix($0) } }.found(in: reply.body)
    }

    /// A call that must succeed, and whose answer holds nothing of what was planted but what is meant for the caller.
    @discardableResult
    func done(
        _ person: Person, _ method: String, _ path: String, _ body: Value? = nil, meant: [String] = [],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Map {
        let reply = try await person.call(method, path, body)
        try #require((200..<300).contains(reply.status), "\(reply.text)", sourceLocation: sourceLocation)
        let leaks = leaks(reply, meant: meant)
        #expect(leaks.isEmpty, "\(method) \(path)", sourceLocation: sourceLocation)
        return reply.map
    }

    /// Publishes, asks, grants, reads and logs in again, and checks every answer; gives object and request.
    func story() async throws -> (object: String, request: String) {
        let fields = ["name", "email", "phone", "address", "website"]
        try await done(steve, "PATCH", "/v1/profile", ["fields": Self.profile], meant: fields)
        try await done(steve, "GET", "/v1/profile", meant: fields)
        let body: Value = ["body": ["title": "Small red car"]]
        let path = "/v1/modules/\(TestNode.market)/objects"
        let object = try await done(steve, "POST", path, body).text("id")
        try await PullService(node: y.node, logger: y.log.logger).pull(ModuleID(TestNode.market), from: x.address)
        try await done(y.anyone, "GET", path)
        try await done(y.anyone, "GET", path + "/" + object)
        let request = try await done(
            stephanie, "POST", "/v1/requests",
            [
                "module": .string(TestNode.market), "object": .string(object), "fields": ["name", "email"],
                "purpose": .string(Self.text("purpose")), "duration": .int(86_400),
            ], meant: ["purpose"]
        ).text("id")
        try await done(steve, "GET", "/v1/inbox", meant: ["purpose"])
        try await done(
            steve, "POST", "/v1/inbox/\(request)/approve", ["fields": ["name", "email"], "duration": .int(86_400)])
        try await done(steve, "GET", "/v1/grants", meant: ["purpose"])
        try await done(stephanie, "GET", "/v1/requests/\(request)", meant: ["purpose"])
        try await done(
            stephanie, "POST", "/v1/requests/\(request)/read", ["fields": ["name", "email"]], meant: ["name", "email"])
        try await done(steve, "GET", "/v1/receipts")
        for node in [x, y] {
            try await done(node.anyone, "GET", "/.well-known/dump")
            let list = try await node.anyone.call("GET", "/v1/status-lists/1")
            #expect(leaks(list, meant: []).isEmpty)
        }
        let again: Value = [
            "handle": .string(Self.text("Steve's handle")), "passphrase": .string(Self.text("Steve's passphrase")),
        ]
        try await done(x.anyone, "POST", "/v1/session", again, meant: ["Steve's handle"])
        return (object, request)
    }
}
