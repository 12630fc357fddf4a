import Capabilities
import DumpIdentity
import IPLD
import Sodium
import TestSupport
import Testing

@testable import AuthAPI

/// The classes of abuse that hit others, one by one. `docs/abuse.md` says of each where else it is held off, and what was
/// taken out to see these tests fail.
struct AbuseTests {
    // Elsewhere: TokenRevocationTests, GivingBackTests, IntrospectionTests, IdempotencyTests, PullTests.
    @Test func `an id in the body that differs from the one in the URL is not acted on`() async throws {
        try await TwoOwners.run { scene in
            let (steve, viewer) = (scene.owners[0], scene.viewer)
            let body: Value = [
                "audience": .string(try Party.component.principal.did), "fields": ["name"], "duration": 60,
            ]
            let answer = try await viewer.done("POST", "/v1/requests/\(scene.requests[1])/delegate", body)
            let handover = try Handover(decoding: #require(answer["handover"]?.bytesValue))
            // What was handed on under the second request, by the URL of the first.
            let other: Value = ["delegation": .bytes(handover.delegations[1].envelope.bytes)]
            let taken = try await viewer.call("POST", "/v1/requests/\(scene.requests[0])/revoke", other)
            #expect(taken.problem == "refused")
            #expect(try await scene.node.footprint()["revocation"] == 0)
            // Something else was seen than what is revoked.
            let tag = try #require(await steve.call("GET", "/v1/profile").fields["etag"])
            let path = "/v1/grants/\(scene.grants[0])"
            #expect(try await steve.send("DELETE", path, nil, fields: ["If-Match": tag]).status == 412)
            // A second id beside the URL's is no field of any body.
            let approval: Value = ["fields": ["name"], "duration": 60, "id": .string(scene.requests[1])]
            let approved = try await steve.call("POST", "/v1/inbox/\(scene.requests[0])/approve", approval)
            #expect(approved.problem == "malformed")
            // An object of another module than the one that is named.
            let object = try await steve.publish()
            let asked: Value = [
                "module": .string(TestNode.travel), "object": .string(object), "fields": ["name"], "purpose": "x",
                "duration": 60,
            ]
            #expect(try await viewer.call("POST", "/v1/requests", asked).problem == "not-found")
            #expect(try await scene.reads() == [200, 200])
        }
    }

    // Elsewhere: ReadRefusalTests, GrantListTests, DelegationChainTests, UnacceptableTests, RevocationPathTests.
    @Test func `of several fields and delegations each is checked, and not the first alone`() async throws {
        try await GrantScene.run { scene in
            _ = try await scene.send(scene.request.invocation)
            // The profile has it; nobody asked for it.
            try await scene.owner.setProfile(["website": "https://steve.example"])
            for fields in [["name", "website"], ["website", "name"]] as [Value] {
                let body: Value = ["fields": fields, "duration": 60]
                let reply = try await scene.owner.call("POST", "/v1/inbox/\(scene.request.cid)/approve", body)
                #expect(reply.problem == "unacceptable")
            }
        }
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant.delegation
            let good = [
                grant, try scene.handOn([.name, .email]),
                try scene.handOn(from: .component, to: .third, [.name, .email]),
            ]
            func read(_ chain: [Delegation], _ fields: [ProfileField] = [.name, .email], nonce: Int) async throws -> Int
            {
                try await scene.read(fields, by: .third, under: chain, nonce: UInt8(nonce)).status
            }
            #expect(try await read(good, nonce: 1) == 200)
            for fields: [ProfileField] in [[.name, .phoneNumber], [.phoneNumber, .name]] {
                #expect(try await read(good, fields, nonce: 2) == 403)
            }
            for (index, issuer, audience) in [(1, Party.viewer, Party.component), (2, .component, .third)] {
                let wrong = [
                    try scene.handOn(from: issuer, to: audience, [.name, .email], lifetime: -1),
                    try scene.handOn(from: issuer, to: audience, [.name]),
                    try scene.handOn(from: .stranger, to: audience, [.name, .email]),
                    try Delegation(decoding: good[index].envelope.bytes.altered(at: 10)),
                ]
                for (number, delegation) in wrong.enumerated() {
                    var chain = good
                    chain[index] = delegation
                    #expect(try await read(chain, nonce: 10 * index + number) == 403, "\(index) \(number)")
                }
            }
            let path = Array(good[...1])
            let revocation = try Revocation.sign(path[1].cid, path: path.map(\.cid), with: Party.viewer.key())
            #expect(try await scene.send(revocation.invocation, path).status == 200)
            #expect(try await read(good, nonce: 40) == 403)
        }
    }

    // Elsewhere: SessionTests, RouteTests, MailboxInvocationTests, NonceTests, BlockTests, NameTests.
    @Test func `a name that two owners have something under means each one's own`() async throws {
        try await TwoOwners.run { scene in
            // One pseudonym of the viewer's has a grant of each.
            let viewers = try await scene.owners.asyncMap { try await $0.grants.map { $0.text("viewer") } }
            #expect(viewers[0] == viewers[1] && viewers[0].count == 1)
            let ended = try await scene.owners[0].done(
                "POST", "/v1/grants/revoke", ["viewer": .string(viewers[0][0])])
            #expect(ended["revoked"] == 1)
            #expect(try await scene.reads() == [403, 200])
            // A block is its owner's, too.
            #expect(try await scene.owners[0].call("PUT", "/v1/blocks/\(viewers[0][0])").status == 204)
            let request = try await scene.viewer.request(scene.owners[1].publish("Another"))
            let inbox = try await scene.owners[1].done("GET", "/v1/inbox").maps("requests")
            #expect(inbox.map { $0.text("id") } == [request])
            // No second spelling of a handle is the handle, or another one.
            for handle in ["Steve", "steve ", " steve", "steve\u{301}", "st\u{435}ve", "steve\u{0}", "ste\u{ad}ve"] {
                let body: Value = ["handle": .string(handle), "passphrase": .string(Person.passphrase)]
                #expect(try await scene.node.anyone.call("POST", "/v1/accounts", body).problem == "unacceptable")
                #expect(try await scene.node.anyone.call("POST", "/v1/session", body).status >= 400)
            }
        }
    }

    // Elsewhere: CommandTests, ComponentMetadataTests, CrossOriginTests, PolicyFieldsTests.
    @Test func `a prefix of a command or of a token opens nothing`() async throws {
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant
            for (number, command) in ["/ucan/rev", "/ucan/revoke/all", "/u", "/ucan/revokeall"].enumerated() {
                let right = try await scene.withOwnersKey { key in
                    try Delegation.sign(
                        to: Party.third.principal, subject: grant.owner, command: Command(command), policy: Policy([]),
                        expiration: scene.node.clock.time + 60, with: key)
                }
                let revocation = try Revocation.sign(
                    grant.cid, for: grant.owner, proofs: [right.cid], with: Party.third.key())
                #expect(try await scene.send(revocation, [grant.delegation, right]).problem == "refused", "\(command)")
                let reading = try Invocation.sign(
                    Command(number == 0 ? "/profile/rea" : "/profile/readall"), on: grant.owner,
                    arguments: ReadArguments([.name]).map, proofs: [grant.cid],
                    nonce: [UInt8](repeating: UInt8(number), count: 16), expiration: scene.node.clock.time + 60,
                    with: Party.viewer.key())
                #expect(try await scene.send(reading, [grant.delegation]).problem == "refused")
            }
            #expect(try await scene.footprint("revocation") == 0)
            let token = try #require(scene.owner.token)
            for wrong in [String(token.dropLast(4)), token + "AAAA", ""] {
                let person = Person(node: scene.node, token: wrong)
                #expect(try await person.call("GET", "/v1/profile").status == 401)
            }
        }
    }

    // Elsewhere: MailboxInvocationTests, PageTests, SessionTests, CustodyLifecycleTests, WaitingTests.
    @Test(
        arguments: [
            "GET /v1/inbox/R", "POST /v1/inbox/R/approve", "POST /v1/inbox/R/deny", "POST /v1/inbox/R/block",
            "GET /v1/grants/G", "DELETE /v1/grants/G", "GET /v1/grants/G/consent", "GET /v1/requests/R",
            "GET /v1/requests/R/events", "DELETE /v1/requests/R", "POST /v1/requests/R/renew",
            "POST /v1/requests/R/return", "POST /v1/requests/R/read", "POST /v1/requests/R/delegate",
            "PUT /v1/notices/P", "DELETE /v1/notices/P", "DELETE /v1/blocks/P",
        ])
    func `what is another's is answered like what nobody has`(operation: String) async throws {
        try await TwoOwners.run { scene in
            let mallory = try await scene.node.account("mallory")
            let request = try await scene.viewer.request(scene.owners[0].publish("Another"))
            let pseudonym = try #require(await scene.owners[0].grants.first).text("pseudonym")
            _ = try await scene.owners[0].call("PUT", "/v1/notices/\(pseudonym)", ["url": "https://ntfy.example/a"])
            let nothing = CID.of(dagCBOR: [1]).description
            let known = ["R": request, "G": scene.grants[0], "P": pseudonym]
            let unknown = ["R": nothing, "G": nothing, "P": try Party.stranger.principal.did]
            let bodies: [(String, Value)] = [
                ("/approve", ["fields": ["name"], "duration": 60]), ("/read", ["fields": ["name"]]),
                ("/block", [:]), ("/renew", ["duration": 60]), ("/notices/", ["url": "https://ntfy.example/b"]),
                ("/delegate", ["audience": .string(pseudonym), "fields": ["name"], "duration": 60]),
            ]
            let parts = operation.split(separator: " ").map(String.init)
            let body = parts[0] == "DELETE" ? nil : bodies.first { parts[1].contains($0.0) }?.1
            func reply(_ names: [String: String]) async throws -> Reply {
                let path = parts[1].split(separator: "/").map { names[String($0)] ?? String($0) }
                return try await mallory.call(parts[0], "/" + path.joined(separator: "/"), body)
            }
            let theirs = try await reply(known)
            #expect((400..<500).contains(theirs.status) && theirs.status != 405)
            #expect(try await reply(unknown) == theirs)
            #expect(try await scene.reads() == [200, 200])
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func `who asks about the request of another is not told when it is decided`() async throws {
        try await GrantScene.run { scene in
            _ = try await scene.send(scene.request.invocation)
            let waiting = scene.node.node.waiting
            func ask(_ party: Party) throws -> Invocation {
                var arguments = Map()
                arguments["request"] = .link(scene.request.cid)
                arguments["wait"] = 60
                return try Invocation.sign(
                    .profileAnswer, on: party.principal, audience: scene.pseudonym, arguments: arguments,
                    nonce: [UInt8](repeating: 1, count: 16), expiration: scene.node.clock.time + 300,
                    with: party.key())
            }
            async let stranger = scene.send(ask(.stranger))
            while waiting.count < 1 { try await Task.sleep(for: .milliseconds(5)) }
            async let viewer = scene.send(ask(.viewer))
            while waiting.count < 2 { try await Task.sleep(for: .milliseconds(5)) }
            _ = try await scene.owner.done("POST", "/v1/inbox/\(scene.request.cid)/deny")
            #expect(try await viewer.map["answer"] != .null)
            #expect(waiting.count == 1)
            waiting.close()
            #expect(try await stranger.map["answer"] == .null)
        }
    }
}
