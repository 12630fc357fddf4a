import Capabilities
import DumpIdentity
import IPLD
import PseudonymStore
import Sodium
import TestSupport
import Testing

@testable import AuthAPI

/// Revocation by the door that OAuth has for it.
struct TokenRevocationTests {
    private func revoke(
        _ scene: GrantScene, _ token: String, _ path: [Delegation], by party: Party, proofs: [Delegation] = []
    ) async throws -> RawReply {
        let last = try #require(path.last)
        let revocation = try Revocation.sign(last.cid, path: path.map(\.cid), with: party.key())
        return try await scene.node.present(token, revocation.invocation, proofs: proofs, to: "/v1/revoke")
    }

    private func isActive(_ scene: GrantScene, _ token: String, nonce: UInt8) async throws -> Bool {
        try await scene.node.introspect(token, nonce: nonce).map["active"] == true
    }

    @Test func `who handed a right on revokes it, and it is dead before the answer`() async throws {
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant.delegation
            let chain = [grant, try scene.handOn([.name])]
            let token = try text(chain)
            #expect(try await isActive(scene, token, nonce: 1))
            let reply = try await revoke(scene, token, chain, by: .viewer)
            #expect(reply.status == 200)
            #expect(reply.body.isEmpty)
            #expect(reply["cache-control"] == "no-store")
            #expect(try await !isActive(scene, token, nonce: 2))
            #expect(try await scene.read([.name], by: .component, under: chain, nonce: 20).status == 403)
            #expect(try await isActive(scene, text([grant]), nonce: 3))
            #expect(scene.node.node.feed.position.sequence == 1)
            // Repeated: it is dead, and that is what was asked for.
            #expect(try await revoke(scene, token, chain, by: .viewer).status == 200)
            #expect(scene.node.node.feed.position.sequence == 1)
        }
    }

    @Test func `the owner's agent revokes the grant itself`() async throws {
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant
            let revocation = try await scene.withOwnersKey { try Revocation.sign(grant.cid, with: $0) }
            let token = try text([grant.delegation])
            let reply = try await scene.node.present(token, revocation.invocation, to: "/v1/revoke")
            #expect(reply.status == 200)
            #expect(try await scene.footprint("disclosed_field") == 0)
            let list = try #require(await scene.node.node.pseudonyms.statusList(Node.statusList))
            #expect(try list.isRevoked(grant.status.index))
        }
    }

    /// Known tokens, and callers who do not revoke them.
    enum Wrong: CaseIterable, Sendable {
        case byAStranger, byTheReceiver, grantByItsViewer, revokingAnother, withoutAPath, unsigned, otherCommand, nobody
        case notYetValid
    }

    @Test(arguments: Wrong.allCases)
    func `a known token that was not revoked is never answered with success`(wrong: Wrong) async throws {
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant.delegation
            let chain = [grant, try scene.handOn([.name])]
            let other = [grant, try scene.handOn([.email])]
            let later = [
                grant,
                try Delegation.sign(
                    to: Party.component.principal, subject: scene.pseudonym, command: .profileRead,
                    policy: .fields(["name"]), notBefore: scene.node.clock.time + 60,
                    expiration: scene.node.clock.time + 120, with: Party.viewer.key()),
            ]
            let (token, path) = (try text(chain), "/v1/revoke")
            let before = try await scene.node.footprint()
            let reply: RawReply
            switch wrong {
            case .byAStranger: reply = try await revoke(scene, token, chain, by: .stranger)
            case .byTheReceiver: reply = try await revoke(scene, token, chain, by: .component)
            case .grantByItsViewer: reply = try await revoke(scene, text([grant]), [grant], by: .viewer)
            case .revokingAnother: reply = try await revoke(scene, token, other, by: .viewer, proofs: other)
            case .withoutAPath:
                let revocation = try Revocation.sign(chain[1].cid, with: Party.viewer.key())
                reply = try await scene.node.present(token, revocation.invocation, to: path)
            case .unsigned:
                let good = try Revocation.sign(chain[1].cid, path: chain.map(\.cid), with: Party.viewer.key())
                let bytes = good.invocation.envelope.bytes.altered(at: 10)
                reply = try await scene.node.present(token, Invocation(decoding: bytes), to: path)
            case .otherCommand: reply = try await scene.node.present(token, scene.node.question(token), to: path)
            case .nobody: reply = try await scene.node.post(form: [("token", token)], to: path)
            case .notYetValid: reply = try await revoke(scene, text(later), later, by: .stranger)
            }
            #expect(reply.status == 401)
            #expect(reply.text == "{\"error\":\"invalid_client\"}")
            #expect(try await scene.node.footprint() == before)
            #expect(try await isActive(scene, token, nonce: 7))
            #expect(scene.node.node.feed.position.sequence == 0)
        }
    }

    @Test func `two tokens at once are refused, because the answer would be about one`() async throws {
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant.delegation
            let chain = [grant, try scene.handOn([.name])]
            // Another end; and one that leads to the owner, which no chain of the grant needs.
            let beside = try Delegation.sign(
                to: scene.pseudonym, subject: Party.stranger.principal, command: .profileRead,
                policy: .fields(["name"]),
                expiration: scene.node.clock.time + 60, with: Party.stranger.key())
            for other in [try scene.handOn([.email]), beside] {
                let reply = try await revoke(scene, text(chain + [other]), chain, by: .viewer)
                #expect(reply.status == 400)
                #expect(reply.text == "{\"error\":\"invalid_request\"}")
            }
            #expect(try await isActive(scene, text(chain), nonce: 7))
        }
    }

    @Test func `a token of another node, or of another kind, is not said to be revoked`() async throws {
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant
            let foreign = try scene.selfMade(like: grant, node: Party.third.principal)
            let plain = try Delegation.sign(
                to: Party.component.principal, subject: Party.stranger.principal, command: .profileRead,
                policy: .fields(["name"]), expiration: grant.expiration, with: Party.stranger.key())
            for delegation in [foreign, plain] {
                let reply = try await revoke(scene, text([delegation]), [delegation], by: .stranger)
                #expect(reply.status == 400)
                #expect(reply.text == "{\"error\":\"unsupported_token_type\"}")
            }
        }
    }

    @Test func `a token that nobody can use is answered with success, and nothing is stored`() async throws {
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant
            let own = try scene.selfMade(like: grant)
            let before = try await scene.node.footprint()
            // Unreadable; made by a stranger; forged.
            let forged = try Delegation(decoding: grant.delegation.envelope.bytes.altered(at: 10))
            for (token, last) in try [("garbage", own), (text([own]), own), (text([forged]), forged)] {
                let reply = try await revoke(scene, token, [last], by: .stranger)
                #expect(reply.status == 200)
                #expect(try await !isActive(scene, token, nonce: UInt8(token.utf8.count & 127)))
            }
            #expect(try await scene.node.footprint() == before)
            #expect(try await isActive(scene, text([grant.delegation]), nonce: 200))
        }
    }
}
