import Capabilities
import DumpIdentity
import IPLD
import Sodium
import TestSupport
import Testing

@testable import AuthAPI

/// Introspection of grants, for components that do not verify them themselves.
struct IntrospectionTests {
    private static let inactive = "{\"active\":false}"

    @Test func `a grant that counts is told with what it says, and nothing else`() async throws {
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant
            let reply = try await scene.node.introspect(text([grant.delegation]))
            #expect(reply.status == 200)
            #expect(reply["cache-control"] == "no-store")
            #expect(reply["content-type"] == "application/json")
            let expected: Value = [
                "active": true, "scope": "name email", "exp": .int(grant.expiration), "iss": .string(grant.owner.did),
                "sub": .string(grant.owner.did), "aud": .string(grant.viewer.did),
                "client_id": .string(grant.viewer.did), "jti": .string(grant.cid.description),
            ]
            #expect(Value.map(reply.map) == expected)
        }
    }

    @Test func `what was handed on is narrower, and is its holder's`() async throws {
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant.delegation
            let chain = [grant, try scene.handOn([.name], lifetime: 60)]
            let map = try await scene.node.introspect(text(chain.reversed())).map
            #expect(map["scope"] == "name")
            #expect(map["exp"] == .int(scene.node.clock.time + 60))
            #expect(map["client_id"] == .string(try Party.component.principal.did))
            #expect(map["jti"] == .string(chain[1].cid.description))
        }
    }

    @Test(arguments: Container.Encoding.allCases)
    func `a token is read in every form of a container`(encoding: Container.Encoding) async throws {
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant.delegation
            let bytes = try Container([grant.envelope.bytes]).encoded(encoding)
            let isText = ![Container.Encoding.bytes, .gzip].contains(encoding)
            let token = isText ? String(decoding: bytes, as: UTF8.self) : Base64URL.encode(bytes)
            #expect(try await scene.node.introspect(token).map["active"] == true)
        }
    }

    /// Tokens that count for nothing.
    enum Dead: CaseIterable, Sendable {
        case revoked, chainOfARevokedGrant, handedOnRevoked, expired, garbage, empty, altered, invocation, twoChains
        case selfMade, otherNode, incomplete, ended, handedOnWhereForbidden, givenBack
    }

    @Test(arguments: Dead.allCases)
    func `whatever does not count is answered alike`(dead: Dead) async throws {
        try await GrantScene.run { scene in
            let grant = try await scene.approved(handOn: dead != .handedOnWhereForbidden).grant
            let root = grant.delegation
            let chain = [root, try scene.handOn([.name], lifetime: 60)]
            var token = try text([root])
            switch dead {
            case .revoked: _ = try await scene.owner.done("DELETE", "/v1/grants/\(grant.cid)")
            case .chainOfARevokedGrant:
                _ = try await scene.owner.done("DELETE", "/v1/grants/\(grant.cid)")
                token = try text(chain)
            case .handedOnRevoked:
                let revocation = try Revocation.sign(chain[1].cid, path: chain.map(\.cid), with: Party.viewer.key())
                #expect(try await scene.send(revocation.invocation, chain).status == 200)
                token = try text(chain)
            case .givenBack:
                #expect(try await scene.giveBack(grant).status == 200)
                token = try text(chain)
            case .expired:
                scene.node.clock.advance(by: 61)
                token = try text(chain)
            case .garbage: token = "garbage"
            case .empty: token = try text([[UInt8]]())
            case .altered: token = try text([root.envelope.bytes.altered(at: 10)])
            case .invocation: token = try text([scene.act(.profileAnswer).envelope.bytes])
            case .twoChains: token = try text([root, scene.selfMade(like: grant)])
            case .selfMade: token = try text([scene.selfMade(like: grant)])
            case .otherNode: token = try text([scene.selfMade(like: grant, node: Party.stranger.principal)])
            case .incomplete: token = try text([chain[1]])
            case .ended:
                let body: Value = ["passphrase": .string(Person.passphrase)]
                _ = try await scene.owner.done("DELETE", "/v1/account", body)
            case .handedOnWhereForbidden: token = try text(chain)
            }
            let reply = try await scene.node.introspect(token)
            #expect(reply.status == 200)
            #expect(reply.text == Self.inactive)
        }
    }

    @Test(arguments: ["application/x-www-form-urlencoded; charset=utf-16", "text/plain", "*/*", ""])
    func `a form of another type or charset is refused`(type: String) async throws {
        try await withNode { node in
            for path in ["/v1/introspect", "/v1/revoke"] {
                let reply = try await node.raw("POST", path, ["content-type": type], body: "token=x")
                #expect(reply.status == 415)
            }
        }
    }

    @Test func `what was said of a token is not said again under a key once it is revoked`() async throws {
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant
            let token = try text([grant.delegation])
            let question = try scene.node.question(token)
            let (path, key) = ("/v1/introspect", ["idempotency-key": "k"])
            let before = try await scene.node.present(token, question, to: path, fields: key)
            #expect(before.map["active"] == true)
            _ = try await scene.owner.done("DELETE", "/v1/grants/\(grant.cid)")
            // The question was used, and nothing of its answer is kept.
            #expect(try await scene.node.present(token, question, to: path, fields: key).status == 401)
            #expect(try await scene.node.introspect(token, nonce: 2).text == Self.inactive)
        }
    }

    /// Callers that do not show who they are.
    enum Caller: CaseIterable, Sendable {
        case nobody, otherType, garbage, otherToken, forAnotherNode, forNobody, expired, tooLong, again, shortNonce
        case otherCommand, altered, withProofs, furtherArgument
    }

    @Test(arguments: Caller.allCases)
    func `who does not show its key is told nothing`(caller: Caller) async throws {
        try await GrantScene.run { scene in
            let (node, path) = (scene.node, "/v1/introspect")
            let token = try text([try await scene.approved().grant.delegation])
            let good = try node.question(token)
            let assertion = { (invocation: Invocation) in try text([invocation.envelope.bytes]) }
            let type = ("client_assertion_type", "urn:dump:client-assertion:ucan")
            let reply: RawReply
            switch caller {
            case .nobody: reply = try await node.post(form: [("token", token)], to: path)
            case .otherType:
                reply = try await node.post(
                    form: [
                        ("token", token), ("client_assertion", assertion(good)),
                        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
                    ], to: path)
            case .garbage:
                reply = try await node.post(form: [("token", token), type, ("client_assertion", "QK")], to: path)
            case .otherToken: reply = try await node.present(token, node.question("another"), to: path)
            case .forAnotherNode:
                reply = try await node.present(
                    token, node.question(token, audience: Party.stranger.principal), to: path)
            case .forNobody:
                reply = try await node.present(
                    token, node.question(token, audience: Party.component.principal), to: path)
            case .expired: reply = try await node.present(token, node.question(token, lifetime: -1), to: path)
            case .tooLong: reply = try await node.present(token, node.question(token, lifetime: 601), to: path)
            case .again:
                #expect(try await node.present(token, good, to: path).status == 200)
                reply = try await node.present(token, good, to: path)
            case .shortNonce, .otherCommand, .furtherArgument, .withProofs:
                reply = try await node.present(token, scene.question(token, caller), to: path)
            case .altered:
                let bytes = good.envelope.bytes.altered(at: 12)
                reply = try await node.present(token, Invocation(decoding: bytes), to: path)
            }
            #expect(reply.status == 401)
            #expect(reply.text == "{\"error\":\"invalid_client\"}")
            #expect(reply["www-authenticate"]?.hasPrefix("UCAN") == true)
            #expect(reply["cache-control"] == "no-store")
        }
    }

    @Test(
        arguments: [
            "", "client_assertion=x", "token=", "token=a&token=b", "token=%", "token=%4", "token=%zz", "token=%ff",
            "token=a&x=1&x=2", String(repeating: "x&", count: 33),
        ])
    func `a form without one token is told so`(body: String) async throws {
        try await withNode { node in
            for path in ["/v1/introspect", "/v1/revoke"] {
                let reply = try await node.raw(
                    "POST", path, ["content-type": "application/x-www-form-urlencoded"], body: body)
                #expect(reply.status == 400)
                #expect(reply.text == "{\"error\":\"invalid_request\"}")
            }
        }
    }

    @Test(arguments: ["/v1/introspect", "/v1/revoke"])
    func `another body is refused`(path: String) async throws {
        try await withNode { node in
            let json = try await node.raw("POST", path, ["content-type": "application/json"], body: "{}")
            #expect(json.status == 415)
            let type = ["content-type": "application/x-www-form-urlencoded"]
            let long = "token=" + String(repeating: "a", count: URLEncodedForm.maximumLength)
            let reply = try await node.raw("POST", path, type, body: long)
            #expect(reply.status == 413)
            let read = try await node.raw("GET", path)
            #expect(read.status == 405)
        }
    }

    // MARK: Metadata

    @Test func `the node says where its endpoints are, and its key`() async throws {
        try await withNode { node in
            let map = try await node.raw("GET", "/.well-known/oauth-authorization-server").map
            #expect(map.text("issuer") == node.address.string)
            #expect(map.text("introspection_endpoint") == node.address.appending("/v1/introspect"))
            #expect(map.text("revocation_endpoint") == node.address.appending("/v1/revoke"))
            #expect(map["introspection_endpoint_auth_methods_supported"] == ["ucan_invocation"])
            #expect(map["grant_types_supported"] == [])
            let keys = try #require(map.text("jwks_uri").split(separator: node.address.string).first)
            let key = try await node.raw("GET", String(keys)).map.maps("keys").first
            #expect(try Base64URL.decode(key?.text("x") ?? "") == node.node.principal.publicKey)
            #expect(key?.text("kty") == "OKP")
            #expect(key?.text("kid") == node.node.principal.did)
            let own = try await node.raw("GET", "/.well-known/dump").map
            #expect(own["jwk"]?.mapValue == key)
            #expect(own.text("revocations") == node.address.appending("/v1/revocations"))
        }
    }
}

extension GrantScene {
    /// A grant that a stranger made itself, for this node and this place.
    func selfMade(like grant: Grant, node other: Principal? = nil) throws -> Delegation {
        var meta = grant.delegation.meta ?? Map()
        if let other { meta["node"] = .string(other.did) }
        return try Delegation.sign(
            to: Party.component.principal, subject: Party.stranger.principal, command: .profileRead,
            policy: .fields(["name"]), meta: meta, expiration: grant.expiration, with: Party.stranger.key())
    }

    /// A question that is signed and none.
    fileprivate func question(_ token: String, _ caller: IntrospectionTests.Caller) throws -> Invocation {
        var arguments = Map()
        arguments["token"] = .bytes(Hashing.sha256(Array(token.utf8)))
        if caller == .furtherArgument { arguments["more"] = true }
        let key = try Party.component.key()
        return try Invocation.sign(
            caller == .otherCommand ? .profileRead : .tokenIntrospect, on: Party.component.principal,
            audience: node.node.principal, arguments: arguments,
            proofs: caller == .withProofs ? [CID.of(dagCBOR: [1])] : [],
            nonce: [UInt8](repeating: 1, count: caller == .shortNonce ? 11 : 16), expiration: node.clock.time + 300,
            with: key)
    }
}
