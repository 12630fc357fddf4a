import Capabilities
import DumpIdentity
import IPLD
import PseudonymStore
import Sodium
import TestSupport
import Testing

@testable import AuthAPI

extension AbuseTests {
    // Elsewhere: KeyChangeTests, ModulePullTests, IntrospectionTests, InvocationVerifierTests, StatusListTokenTests.
    @Test func `what is another node's is not taken for one's own`() async throws {
        try await withTwoNodes { x, y in
            let scene = try await GrantScene(x)
            let grant = try await scene.approved().grant
            let (token, delegations) = (try text([grant.delegation]), [grant.delegation])
            // As after a move of the account: its mailbox is at the other node, too.
            try await y.node.pseudonyms.openMailbox(scene.pseudonym)
            let before = try await y.footprint()
            func send(_ invocation: Invocation) async throws -> String? {
                try await y.post(
                    container: Container([invocation.envelope.bytes, grant.delegation.envelope.bytes]).encoded()
                ).problem
            }
            #expect(try await send(scene.reading([.name], under: delegations)) == "refused")
            #expect(try await send(scene.returning(grant)) == "refused")
            let revocation = try await scene.withOwnersKey { try Revocation.sign(grant.cid, with: $0) }
            #expect(try await send(revocation.invocation) == "refused")
            let revoked = try await y.present(token, revocation.invocation, to: "/v1/revoke")
            #expect(revoked.text == "{\"error\":\"unsupported_token_type\"}")
            #expect(try await y.introspect(token).text == "{\"active\":false}")
            // A question that was put to the first node.
            #expect(try await y.present(token, x.question(token, nonce: 2), to: "/v1/introspect").status == 401)
            #expect(try await y.footprint() == before)
            // One of the same pseudonym that names another node, with this one's place in the list.
            var meta = try #require(grant.delegation.meta)
            meta["node"] = .string(y.node.principal.did)
            let other = try await scene.withOwnersKey { [meta] key in
                try Delegation.sign(
                    to: grant.viewer, subject: grant.owner, command: .profileRead, policy: .fields(["name"]),
                    meta: meta,
                    expiration: grant.expiration, with: key)
            }
            let foreign = try await scene.withOwnersKey { try Revocation.sign(other.cid, with: $0) }
            #expect(try await scene.send(scene.returning(Grant(other), nonce: 70), [other]).problem == "refused")
            #expect(try await scene.send(foreign.invocation, [other]).problem == "refused")
            #expect(try await x.introspect(text([other]), nonce: 71).text == "{\"active\":false}")
            #expect(try await scene.read([.name], under: delegations).status == 200)
            #expect(try await x.introspect(token).map["active"] == true)
        }
    }

    // Elsewhere: ProofOfPossessionTests, SessionTests, FeedFollowingTests, StatusListClaimsTests.
    @Test func `no time that a caller tells is taken for the time`() async throws {
        try await GrantScene.run { scene in
            let chain = [try await scene.approved().grant.delegation]
            func told(_ lifetime: Int64, _ field: String, _ time: Int64, nonce: UInt8) throws -> [UInt8] {
                var payload = try scene.reading([.name], under: chain, nonce: nonce, lifetime: lifetime).envelope
                    .payload
                payload[field] = .int(time)
                let invocation = try Envelope.sign(payload, tag: Invocation.tag, with: Party.viewer.key())
                return try Container([invocation.bytes] + chain.map(\.envelope.bytes)).encoded()
            }
            let now = scene.node.clock.time
            // Over, and said to be made when it was not; from too far in the future, and said to be made there.
            #expect(try await scene.node.post(container: told(-1, "iat", now - 60, nonce: 1)).problem == "refused")
            #expect(
                try await scene.node.post(container: told(5_000, "iat", now + 4_900, nonce: 2)).problem == "refused")
            #expect(try await scene.node.post(container: told(60, "nbf", now, nonce: 3)).problem == "malformed")
            let over = try told(-1, "iat", now - 60, nonce: 4)
            let dated = try await scene.node.anyone.send(
                "POST", "/v1/invocations", (over, "application/vnd.ucan.container"),
                fields: ["Date": "Thu, 01 Jan 1970 00:00:00 GMT"])
            #expect(dated.problem == "refused")
            // What it says of its making changes nothing where it is valid.
            #expect(try await scene.node.post(container: told(60, "iat", 0, nonce: 5)).status == 200)
            for (method, path, body) in [
                ("POST", "/v1/modules/\(TestNode.market)/objects", ["body": [:], "day": 0]),
                ("PATCH", "/v1/profile", ["fields": [:], "time": 0]),
                ("PUT", "/v1/rules", ["rules": [], "time": 0]),
                ("POST", "/v1/grants/revoke", ["all": true, "time": 0]),
            ] as [(String, String, Value)] {
                #expect(try await scene.owner.call(method, path, body).problem == "malformed", "\(path)")
            }
        }
    }

    // Elsewhere: EnvelopeTests, PrincipalTests, StatusListTokenTests.
    @Test(
        arguments: [
            // ECDSA with P-256, ECDSA with secp256k1, RSA, EdDSA with Ed448, of another hash, of another encoding, none.
            [0x34, 0x01, 0xec, 0x01, 0x80, 0x24, 0x12, 0x71], [0x34, 0x01, 0xec, 0x01, 0xe7, 0x01, 0x12, 0x71],
            [0x34, 0x01, 0x85, 0x24, 0x12, 0x80, 0x02, 0x71], [0x34, 0x01, 0xed, 0x01, 0x83, 0x24, 0x19, 0x71],
            [0x34, 0x01, 0xed, 0x01, 0xed, 0x01, 0x12, 0x71], [0x34, 0x01, 0xed, 0x01, 0xed, 0x01, 0x13, 0x5f],
            [0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00],
        ] as [[UInt8]])
    func `a token that names another algorithm is refused, however it is signed`(header: [UInt8]) async throws {
        try await GrantScene.run { scene in
            let before = try await scene.node.footprint()
            let bytes = scene.request.invocation.envelope.bytes
            let start = try #require(bytes.firstRange(of: Envelope.varsigHeader)).lowerBound
            // What is signed begins four bytes before the header; the signature stands before it, behind three bytes.
            let signed = Array(bytes[(start - 4)..<start]) + header + bytes[(start + header.count)...]
            let key = try Party.viewer.key()
            for signature in [key.sign(signed), [UInt8](repeating: 0, count: Signature.length)] {
                let token = Array(bytes[..<3]) + signature + signed
                #expect(token.count == bytes.count)
                let reply = try await scene.node.post(container: Container([token]).encoded())
                #expect(reply.problem == "malformed")
            }
            #expect(try await scene.node.footprint() == before)
            #expect(try await scene.send(scene.request.invocation).status == 200)
        }
    }

    // Elsewhere: NodeAddressTests, StatusListsTests, AddressPolicyTests, ServerSideRequestForgeryTests.
    @Test func `a status list under another spelling of its address is none of this node's`() async throws {
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant
            let (address, path) = (scene.node.address.string, "/v1/status-lists/1")
            let port = scene.node.port
            let uris = [
                "HTTP://127.0.0.1:\(port)\(path)", "http://localhost:\(port)\(path)",
                "http://127.0.0.1:0\(port)\(path)",
                "http://127.0.0.1.:\(port)\(path)", address + "/v1/status-lists/%31", address + "/v1/./status-lists/1",
                address + "/" + path, address + path + "/", address + path + "?", address + path + "#", path,
            ]
            for (number, uri) in uris.enumerated() {
                var meta = try #require(grant.delegation.meta)
                meta["status"] = ["status_list": ["idx": .int(Int64(grant.status.index)), "uri": .string(uri)]]
                let other = try await scene.withOwnersKey { [meta] key in
                    try Delegation.sign(
                        to: grant.viewer, subject: grant.owner, command: .profileRead, policy: .fields(["name"]),
                        meta: meta, expiration: grant.expiration, with: key)
                }
                let nonce = UInt8(20 + number)
                let reply = try await scene.node.introspect(text([other]), nonce: nonce)
                #expect(reply.text == "{\"active\":false}", "\(uri)")
                let returning = try scene.returning(Grant(other), nonce: nonce)
                #expect(try await scene.send(returning, [other]).problem == "refused", "\(uri)")
                let revocation = try await scene.withOwnersKey { try Revocation.sign(other.cid, with: $0) }
                #expect(try await scene.send(revocation.invocation, [other]).problem == "refused", "\(uri)")
            }
            #expect(try await scene.node.introspect(text([grant.delegation]), nonce: 99).map["active"] == true)
        }
    }

    @Test func `a host has one breaker, however it is spelled`() async throws {
        let places = try [
            ["https://n.example", "https://n.example:443", "https://n.example:00443/dump"],
            ["http://n.example", "http://n.example:80", "http://n.example:0080"],
            ["https://[::1]", "https://[0:0:0:0:0:0:0:1]:443", "https://[0::0001]"], ["https://n.example:8443"],
        ].map { try Set($0.map { try #require(Destination(NodeAddress($0))).place }) }
        #expect(places.allSatisfy { $0.count == 1 })
        #expect(Set(places).count == places.count)
        let breakers = HostBreakers()
        let client = PeerClient(
            AddressPolicy(allowsLoopback: true), resolver: { _ in [] }, breakers: breakers)
        for port in ["1", "01", "001", "0001", "00001"] {
            let address = try NodeAddress("http://127.0.0.1:\(port)")
            await #expect(throws: PeerError.unreachable) {
                try await client.send("GET", "/", at: address, accept: "*/*")
            }
        }
        #expect(breakers.count == 1)
        #expect(try !breakers.admits(#require(Destination(NodeAddress("http://127.0.0.1:1"))).place))
    }

    @Test func `one URL for two pseudonyms is refused, however it is spelled`() async throws {
        try await GrantScene.run { scene in
            _ = try await scene.owner.publish("Tour", module: TestNode.travel)
            let all = try await scene.owner.done("GET", "/v1/pseudonyms").maps("pseudonyms")
            let pseudonyms = all.map { $0.text("pseudonym") }
            func set(_ number: Int, _ url: String) async throws -> Int {
                try await scene.owner.call("PUT", "/v1/notices/\(pseudonyms[number])", ["url": .string(url)]).status
            }
            #expect(try await set(0, "https://ntfy.example/a") == 204)
            for url in ["https://ntfy.example:443/a", "https://ntfy.example:0443/a", "https://ntfy.example/a/"] {
                #expect(try await set(1, url) == 409, "\(url)")
            }
            #expect(try await set(1, "https://ntfy.example:8443/a") == 204)
        }
    }

    // Elsewhere: WrongRead (ReadRefusalTests), AttenuationTests, UnacceptableTests, HandoverTests, GrantTests.
    @Test func `a right without a bound of its own is no wider than what it came from`() async throws {
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant
            func handedOn(_ command: Command = .profileRead, subject: Principal? = nil) throws -> [Delegation] {
                [
                    grant.delegation,
                    try Delegation.sign(
                        to: Party.component.principal, subject: subject, command: command, policy: Policy([]),
                        expiration: nil, with: Party.viewer.key()),
                ]
            }
            for (nonce, chain) in [try handedOn(subject: grant.owner), try handedOn()].enumerated() {
                let map = try await scene.node.introspect(text(chain), nonce: UInt8(nonce)).map
                #expect(map["scope"] == "name email")
                #expect(map["exp"] == .int(grant.expiration))
                let wide = try await scene.read([.phoneNumber], by: .component, under: chain, nonce: UInt8(10 + nonce))
                #expect(wide.problem == "refused")
                let narrow = try await scene.read([.name], by: .component, under: chain, nonce: UInt8(20 + nonce))
                #expect(narrow.status == 200)
            }
            let all = try handedOn(Command("/"))
            #expect(try await scene.read([.name], by: .component, under: all, nonce: 30).problem == "refused")
            scene.node.clock.advance(by: grant.expiration - scene.node.clock.time + 1)
            let late = try await scene.read([.name], by: .component, under: handedOn(), nonce: 31)
            #expect(late.problem == "refused")
        }
    }

    @Test func `no scope without a bound is taken in a body`() async throws {
        try await TwoOwners.run { scene in
            let request = try await scene.viewer.request(scene.owners[0].publish("Another"))
            let before = try await scene.node.footprint()
            let (inbox, sent) = ("/v1/inbox/\(request)/approve", "/v1/requests/\(scene.requests[0])")
            let did = try Party.component.principal.did
            for (fields, duration) in [
                ([], 60), (["*"], 60), (["name", "*"], 60), ("name", 60), (.null, 60), (["name"], .int(.max)),
                (["name"], 0), (["name"], -1), (["name"], .int(Grant.maximumDuration + 1)), (["name"], .null),
            ] as [(Value, Value)] {
                let body: Value = ["fields": fields, "duration": duration]
                let reply = try await scene.owners[0].call("POST", inbox, body)
                #expect([400, 422].contains(reply.status), "\(reply.text)")
                let renewed = try await scene.viewer.call("POST", sent + "/renew", body)
                #expect([400, 422].contains(renewed.status), "\(renewed.text)")
                let rule: Value = ["decision": "approve", "fields": fields, "duration": duration]
                let rules = try await scene.owners[0].call(
                    "PUT", "/v1/rules", ["rules": [["match": [:], "suggest": rule]]])
                #expect([400, 422].contains(rules.status), "\(rules.text)")
            }
            for absent in ["fields", "duration"] {
                var body = Map()
                if absent != "fields" { body["fields"] = ["name"] }
                if absent != "duration" { body["duration"] = 60 }
                #expect(try await scene.owners[0].call("POST", inbox, .map(body)).problem == "malformed")
            }
            for fields in [[], ["*"], ["name", "phone_number"]] as [Value] {
                let body: Value = ["audience": .string(did), "fields": fields, "duration": 60]
                #expect(try await scene.viewer.call("POST", sent + "/delegate", body).problem == "unacceptable")
            }
            #expect(try await scene.node.footprint() == before)
            // The longest time there is ends with the grant.
            let longest: Value = ["audience": .string(did), "fields": ["name"], "duration": .int(.max)]
            let answer = try await scene.viewer.done("POST", sent + "/delegate", longest)
            let handover = try Handover(decoding: #require(answer["handover"]?.bytesValue))
            #expect(handover.delegations[1].expiration == handover.grant.expiration)
        }
    }
}
