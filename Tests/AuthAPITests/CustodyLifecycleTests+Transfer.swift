import AuthAPI
import Capabilities
import DumpIdentity
import IPLD
import PseudonymStore
import Sodium
import TestSupport
import Testing

/// Steve and Stephanie on one node, each with a grant of the other's; and a second node.
private struct Exchange {
    let x: TestNode
    let y: TestNode
    let steve: Person
    let stephanie: Person
    let code: String
    /// Steve's request, which Stephanie approved.
    let received: String
    /// Stephanie's request, which Steve approved.
    let given: String
    /// Steve's grant.
    let grant: String

    init(_ x: TestNode, _ y: TestNode) async throws {
        self.x = x
        self.y = y
        (steve, code) = try await x.joined("steve")
        stephanie = try await x.joined("stephanie").person
        try await steve.setProfile()
        try await stephanie.setProfile(["name": "Stephanie Example", "email": "stephanie@example.org"])
        received = try await steve.request(try await stephanie.publish("Bicycle"), fields: ["name"])
        _ = try await stephanie.approve(received, fields: ["name"])
        // Fetches the answer.
        _ = try await steve.done("GET", "/v1/requests/\(received)")
        given = try await stephanie.request(try await steve.publish())
        grant = try await steve.approve(given)
    }

    static func run(_ body: (Exchange) async throws -> Void) async throws {
        try await withTwoNodes { x, y in try await body(Exchange(x, y)) }
    }
}

extension CustodyLifecycleTests {
    @Test func `an account moves with its file and its code to another node, as the same pseudonyms`() async throws {
        try await Exchange.run { scene in
            let file = try await scene.steve.exported()
            let reply = try await scene.y.bringIn(file, as: "steven", "code", scene.code)
            let moved = try reply.person(on: scene.y)
            #expect(try await moved.done("GET", "/v1/profile")["fields"] == Person.profile)
            let body: Value = ["body": ["title": "x"]]
            let path = "/v1/modules/\(TestNode.market)/objects"
            let before = try await scene.steve.done("POST", path, body).text("pseudonym")
            #expect(try await scene.y.node.pseudonyms.hasMailbox(Principal(did: before)))
            #expect(try await moved.done("POST", path, body).text("pseudonym") == before)
            // The account that it came from goes on.
            #expect(try await scene.steve.isLoggedIn)
        }
    }

    @Test func `a code that opened a file is replaced, and one that did not goes on`() async throws {
        try await Exchange.run { scene in
            let file = try await scene.steve.exported()
            let next = try await scene.y.bringIn(file, as: "steve", "code", scene.code).map.text("recovery")
            #expect(!next.isEmpty && next != scene.code)
            #expect(try await scene.y.recover("steve", scene.code).status == 401)
            #expect(try await scene.y.recover("steve", next).status == 201)

            let second = try await scene.y.bringIn(file, as: "steve-2", "passphrase", Person.filePassphrase)
            #expect(second.status == 201 && second.map["recovery"] == nil)
            #expect(try await scene.y.recover("steve-2", scene.code).status == 201)
        }
    }

    @Test func `what was granted to an account is read from its new node`() async throws {
        try await Exchange.run { scene in
            let file = try await scene.steve.exported()
            let moved = try await scene.y.bringIn(file, as: "steve", "passphrase", Person.filePassphrase)
                .person(on: scene.y)
            let reply = try await moved.read(scene.received, ["name"])
            #expect(reply.map["fields"]?.mapValue?.text("name") == "Stephanie Example")
        }
    }

    @Test func `an answer that comes after the export is fetched from the new node`() async throws {
        try await Exchange.run { scene in
            let request = try await scene.steve.request(try await scene.stephanie.publish("Tent"), fields: ["email"])
            let file = try await scene.steve.exported()
            _ = try await scene.stephanie.approve(request, fields: ["email"])
            let moved = try await scene.y.bringIn(file, as: "steve", "code", scene.code).person(on: scene.y)
            #expect(
                try await moved.read(request, ["email"]).map["fields"]?.mapValue?.text("email")
                    == "stephanie@example.org")
        }
    }

    @Test func `what an account granted is listed as elsewhere, and is read there on`() async throws {
        try await Exchange.run { scene in
            let file = try await scene.steve.exported()
            let moved = try await scene.y.bringIn(file, as: "steve", "code", scene.code).person(on: scene.y)
            let grants = try await moved.grants
            #expect(grants.map { $0.text("id") } == [scene.grant])
            #expect(grants.first?["here"] == false && grants.first?.text("state") == "active")
            #expect(grants.first?.text("home") == scene.x.address.string)
            #expect(try await scene.steve.grants.first?["here"] == true)
            #expect(try await scene.stephanie.read(scene.given, ["name"]).status == 200)
        }
    }

    @Test func `a grant of the old node is revoked from the new one`() async throws {
        try await Exchange.run { scene in
            let file = try await scene.steve.exported()
            let moved = try await scene.y.bringIn(file, as: "steve", "code", scene.code).person(on: scene.y)
            #expect(try await moved.call("DELETE", "/v1/grants/\(scene.grant)").status == 204)
            #expect(try await scene.stephanie.read(scene.given, ["name"]).problem == "refused")
            #expect(try await moved.grants.first?.text("state") == "revoked")
            #expect(try await scene.steve.grants.first?.text("state") == "revoked")
        }
    }

    @Test func `a grant whose node is away is not said to be revoked`() async throws {
        try await withClient { client in
            let clock = TestClock()
            let y = try await TestNode(101, clock: clock, client: client)
            try await y.serving { y in
                let x = try await TestNode(100, clock: clock, client: client)
                let (moved, grant) = try await x.serving { x in
                    let scene = try await Exchange(x, y)
                    let file = try await scene.steve.exported()
                    return (try await y.bringIn(file, as: "steve", "code", scene.code).person(on: y), scene.grant)
                }
                #expect(try await moved.call("DELETE", "/v1/grants/\(grant)").problem == "unreachable")
                #expect(try await moved.grants.first?.text("state") == "active")
                // An end of the account is not held up, and says what is left.
                let end = try await moved.confirmed("DELETE", "/v1/account")
                #expect(end.status == 200 && end.map["revoked"] == 0)
                #expect(end.map.maps("not_revoked").map { $0.text("id") } == [grant])
                #expect(end.map.maps("not_revoked").first?.text("home") == x.address.string)
            }
        }
    }

    @Test func `the end of the new account revokes at the old node`() async throws {
        try await Exchange.run { scene in
            let file = try await scene.steve.exported()
            let moved = try await scene.y.bringIn(file, as: "steve", "code", scene.code).person(on: scene.y)
            let end = try await moved.confirmed("DELETE", "/v1/account")
            #expect(end.map["revoked"] == 1 && end.map.maps("not_revoked").isEmpty)
            #expect(try await scene.stephanie.read(scene.given, ["name"]).problem == "refused")
        }
    }

    @Test func `a file of an old time does not undo what is newer here`() async throws {
        try await Exchange.run { scene in
            let file = try await scene.steve.exported()
            _ = try await scene.steve.done("DELETE", "/v1/grants/\(scene.grant)")
            let twin = try await scene.x.bringIn(file, as: "twin", "code", scene.code).person(on: scene.x)
            #expect(try await twin.grants.first?.text("state") == "revoked")
            #expect(try await scene.steve.grants.map { $0.text("state") } == ["revoked"])
        }
    }

    @Test func `the wrong passphrase or code opens no file`() async throws {
        try await Exchange.run { scene in
            let file = try await scene.steve.exported()
            let other = try await scene.x.joined("eve").recovery
            let wrong = [
                try await scene.y.bringIn(file, as: "steve", "passphrase", Person.passphrase),
                try await scene.y.bringIn(file, as: "steve", "code", other),
            ]
            for reply in wrong { #expect(reply.status == 401 && reply.problem == "wrong-credentials") }
            #expect(try await scene.y.logIn("steve").status == 401)
        }
    }

    @Test func `what is no export is refused, and so is a taken handle`() async throws {
        try await Exchange.run { scene in
            let file = try await scene.steve.exported()
            for bytes in [[], [0xa0], Array(file.dropLast()), file + [0]] {
                let reply = try await scene.y.bringIn(bytes, as: "steve", "passphrase", Person.filePassphrase)
                #expect(reply.problem == "unacceptable")
            }
            let altered = file.altered(at: file.count - 100)
            #expect(
                try await scene.y.bringIn(altered, as: "steve", "passphrase", Person.filePassphrase).problem
                    == "wrong-credentials")
            let taken = try await scene.x.bringIn(file, as: "stephanie", "code", scene.code)
            #expect(taken.status == 409 && taken.problem == "conflict")
            #expect(try await scene.stephanie.isLoggedIn)
        }
    }

    @Test func `a body above the bound of a file is not read`() async throws {
        try await withNode { node in
            let file = [UInt8](repeating: 0, count: AccountExport.maximumLength + 32 * 1_024)
            let reply = try await node.bringIn(file, as: "steve", "passphrase", Person.filePassphrase)
            #expect(reply.status == 413 && reply.problem == "too-large")
        }
    }

    @Test func `records of another's pseudonyms are not taken over`() async throws {
        try await Exchange.run { scene in
            let export = try AccountExport(decoding: try await scene.steve.exported())
            let passphrase = try Passphrase(Person.filePassphrase)
            let key = try PasswordHash.deriveKey(from: passphrase.bytes, salt: export.salt, cost: export.cost)
            let content = try export.open(key: key).content
            // Whoever wrote this file chose its root key, and so cannot have been one of these pseudonyms.
            let forged = try AccountExport.seal(
                content, root: RootKey.random(), recovery: nil, key: key, salt: export.salt, cost: export.cost
            ).encoded()
            let before = try await scene.y.footprint()
            let reply = try await scene.y.bringIn(forged, as: "steve", "passphrase", Person.filePassphrase)
            #expect(reply.problem == "unacceptable")
            #expect(try await scene.y.footprint() == before)
        }
    }

    @Test func `an export needs the passphrase, and holds nothing in clear`() async throws {
        try await Exchange.run { scene in
            let body: Value = [
                "passphrase": "another passphrase", "file_passphrase": .string(Person.filePassphrase),
            ]
            #expect(try await scene.steve.call("POST", "/v1/account/export", body).problem == "wrong-credentials")
            let file = try await scene.steve.exported()
            for text in ["Steve Example", "steve", TestNode.market, Person.purpose, scene.code, Person.filePassphrase] {
                #expect(file.firstRange(of: Array(text.utf8)) == nil)
            }
        }
    }
}
