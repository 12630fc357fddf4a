import Capabilities
import DumpIdentity
import IPLD
import TestSupport
import Testing

/// What a node takes as a grant's being given back.
struct GivingBackTests {
    private func isRevoked(_ scene: GrantScene, _ grant: Grant) async throws -> Bool {
        let text = try await scene.node.anyone.send("GET", "/v1/status-lists/1").text
        let token = try StatusListToken(
            verifying: text, issuer: grant.node, uri: grant.status.uri, at: scene.node.clock.time)
        return try token.list.isRevoked(grant.status.index)
    }

    @Test func `the viewer gives a grant back, and what was handed on ends with it`() async throws {
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant
            let chain = [grant.delegation, try scene.handOn([.name])]
            #expect(try await scene.read([.name], by: .component, under: chain, nonce: 1).status == 200)
            #expect(try await !isRevoked(scene, grant))
            let reply = try await scene.send(scene.returning(grant), [grant.delegation])
            #expect(reply.status == 200 && reply.map.isEmpty)
            #expect(try await isRevoked(scene, grant))
            #expect(try await scene.read([.name], by: .component, under: chain, nonce: 2).problem == "refused")
            #expect(try await scene.read([.name], under: [grant.delegation], nonce: 3).problem == "refused")
            // No revocation is signed: the owner has revoked nothing.
            #expect(try await scene.footprint("revocation") == 0)
            #expect(try await scene.owner.grants.map { $0.text("state") } == ["returned"])
        }
    }

    @Test func `nobody but the viewer gives a grant back`() async throws {
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant
            let handedOn = try scene.handOn([.name])
            let stranger = try Party.stranger.principal
            let wrong: [(Invocation, [Delegation])] = [
                (try scene.returning(grant, by: .stranger, nonce: 1), [grant.delegation]),
                (try scene.returning(grant, by: .component, nonce: 2), [grant.delegation, handedOn]),
                (try scene.returning(grant, by: .component, naming: handedOn.cid, nonce: 3), [handedOn]),
                (try scene.returning(grant, to: stranger, nonce: 4), [grant.delegation]),
                (try scene.returning(grant, nonce: 5), []),
                (try scene.returning(grant, naming: handedOn.cid, nonce: 6), [grant.delegation]),
            ]
            for (invocation, proofs) in wrong {
                #expect(try await scene.send(invocation, proofs).problem == "refused")
            }
            #expect(try await !isRevoked(scene, grant))
            #expect(try await scene.footprint("disclosed_field") == 2)
            #expect(try await scene.footprint("new_receipt") == 0)
        }
    }

    @Test func `a grant of another home, or one that was made up, is not given back`() async throws {
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant
            let bytes = grant.delegation.envelope.bytes.altered(at: 10)
            let forged = try Grant(Delegation(decoding: bytes))
            let reply = try await scene.send(scene.returning(forged), [forged.delegation])
            #expect(reply.problem == "refused")
            #expect(try await !isRevoked(scene, grant))
        }
    }

    @Test func `giving back is told once, again or after a revocation`() async throws {
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant
            for nonce in 21...22 as ClosedRange<UInt8> {
                let invocation = try scene.returning(grant, nonce: nonce)
                #expect(try await scene.send(invocation, [grant.delegation]).status == 200)
            }
            #expect(try await scene.footprint("new_receipt") == 1)
            // A used invocation is used.
            let again = try scene.returning(grant, nonce: 22)
            #expect(try await scene.send(again, [grant.delegation]).problem == "refused")
        }
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant
            _ = try await scene.owner.done("DELETE", "/v1/grants/\(grant.cid)")
            #expect(try await scene.send(scene.returning(grant), [grant.delegation]).status == 200)
            #expect(try await scene.footprint("new_receipt") == 0)
            #expect(try await scene.owner.grants.map { $0.text("state") } == ["revoked"])
        }
    }

    @Test func `what was given back is listed and recorded as such, and not revoked with the rest`() async throws {
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant
            _ = try await scene.giveBack(grant)
            let listed = try await scene.owner.done("GET", "/v1/grants?state=returned").maps("grants")
            #expect(listed.map { $0.text("id") } == [grant.cid.description])
            #expect(try await scene.owner.done("GET", "/v1/grants?state=active").maps("grants").isEmpty)
            let consent = try await scene.owner.call("GET", "/v1/grants/\(grant.cid)/consent").text
            #expect(consent.contains("dpv:ConsentRevoked") && !consent.contains("dpv:ConsentWithdrawn"))
            let revoked = try await scene.owner.done("POST", "/v1/grants/revoke", ["all": true])
            #expect(revoked["revoked"] == 0)
            #expect(try await scene.owner.grants.map { $0.text("state") } == ["returned"])
        }
    }

    @Test func `a profile edit brings nothing back`() async throws {
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant
            _ = try await scene.send(scene.returning(grant), [grant.delegation])
            try await scene.owner.setProfile(["name": "Another"])
            #expect(try await scene.footprint("disclosed_field") == 0)
        }
    }
}

extension GrantScene {
    /// The invocation by which a grant is given back.
    func returning(
        _ grant: Grant, by party: Party = .viewer, to audience: Principal? = nil,
        naming name: CID? = nil, nonce: UInt8 = 7
    ) throws -> Invocation {
        var arguments = Map()
        arguments["grant"] = .link(name ?? grant.cid)
        return try Invocation.sign(
            .profileReturn, on: party.principal, audience: audience ?? pseudonym, arguments: arguments,
            nonce: [UInt8](repeating: nonce, count: 16), expiration: node.clock.time + 300, with: party.key())
    }

    /// Gives a grant back, as its viewer.
    func giveBack(_ grant: Grant) async throws -> Reply {
        try await send(returning(grant), [grant.delegation])
    }
}
