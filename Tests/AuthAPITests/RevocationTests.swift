import Capabilities
import DumpIdentity
import IPLD
import PseudonymStore
import Sodium
import TestSupport
import Testing

@testable import AuthAPI

/// Revocations that anyone in the path sends, without a session.
struct RevocationTests {
    private func revoke(
        _ scene: GrantScene, _ path: [Delegation], by party: Party, carrying: [Delegation]? = nil
    ) async throws -> Reply {
        let last = try #require(path.last)
        let revocation = try Revocation.sign(last.cid, path: path.map(\.cid), with: party.key())
        return try await scene.send(revocation.invocation, carrying ?? path)
    }

    @Test func `a viewer takes back what it handed on, and keeps its own right`() async throws {
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant.delegation
            let chain = [grant, try scene.handOn([.name])]
            let further = chain + [try scene.handOn(from: .component, to: .third, [.name])]
            #expect(try await scene.read([.name], by: .component, under: chain, nonce: 20).status == 200)
            #expect(try await scene.read([.name], by: .third, under: further, nonce: 21).status == 200)

            let reply = try await revoke(scene, chain, by: .viewer)
            #expect(reply.status == 200)
            #expect(reply.map.count == 0)
            for (party, path) in [(Party.component, chain), (.third, further)] {
                let refused = try await scene.read([.name], by: party, under: path, nonce: 22)
                #expect(refused.text == ReadRefusalTests.refusal)
            }
            #expect(try await scene.read([.name], under: [grant], nonce: 23).status == 200)
            // Another handing on is another delegation.
            let anew = [grant, try scene.handOn([.name])]
            #expect(try await scene.read([.name], by: .component, under: anew, nonce: 24).status == 200)

            // Repeated: the same answer, and nothing more.
            let before = try await scene.node.footprint()
            #expect(try await revoke(scene, chain, by: .viewer) == reply)
            #expect(try await scene.node.footprint() == before)
        }
    }

    @Test func `a component takes back what it handed on`() async throws {
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant.delegation
            let chain = [grant, try scene.handOn([.name])]
            let further = chain + [try scene.handOn(from: .component, to: .third, [.name])]
            #expect(try await revoke(scene, further, by: .component).status == 200)
            #expect(try await scene.read([.name], by: .third, under: further, nonce: 20).status == 403)
            #expect(try await scene.read([.name], by: .component, under: chain, nonce: 21).status == 200)
        }
    }

    @Test func `a revocation outlives a restart`() async throws {
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant.delegation
            let chain = [grant, try scene.handOn([.name])]
            #expect(try await revoke(scene, chain, by: .viewer).status == 200)
            let again = try await scene.node.restarted()
            let container = try Container(
                [scene.reading([.name], by: .component, under: chain).envelope.bytes] + chain.map(\.envelope.bytes))
            await #expect(throws: CapabilityError.revoked) {
                try await MailboxService(node: again.node).execute(container.encoded(), from: .unknown)
            }
        }
    }

    /// Revocations that must change nothing.
    enum Wrong: CaseIterable, Sendable {
        case byAStranger, byTheReceiver, grantByItsViewer, withoutDelegations, withoutTheRoot, withoutAPath
        case unknownGrant, otherNode, foreignStatus, strangersOwnGrant, unsigned, furtherArgument,
            handedOnWhereForbidden
    }

    @Test(arguments: Wrong.allCases)
    func `a revocation by who has no part in the path, or of what is not served here, changes nothing`(
        wrong: Wrong
    ) async throws {
        try await GrantScene.run { scene in
            let approved = try await scene.approved(handOn: wrong != .handedOnWhereForbidden).grant
            let grant = approved.delegation
            let chain = [grant, try scene.handOn([.name])]
            let path: [Value] = chain.map { .link($0.cid) }
            let further: Value = ["revoke": .link(chain[1].cid), "path": .list(path), "more": true]
            if wrong == .otherNode || wrong == .foreignStatus {
                try await scene.node.node.pseudonyms.openMailbox(Party.viewer.principal)
            }
            let before = try await scene.node.footprint()
            let reply =
                switch wrong {
                case .byAStranger: try await revoke(scene, chain, by: .stranger)
                case .byTheReceiver: try await revoke(scene, chain, by: .component)
                case .grantByItsViewer: try await revoke(scene, [grant], by: .viewer)
                case .withoutDelegations: try await revoke(scene, chain, by: .viewer, carrying: [])
                case .withoutTheRoot: try await revoke(scene, chain, by: .viewer, carrying: [chain[1]])
                case .withoutAPath:
                    try await scene.send(Revocation.sign(chain[1].cid, with: Party.viewer.key()).invocation, chain)
                case .unknownGrant: try await revoke(scene, [scene.handOn([.name])], by: .viewer)
                case .otherNode, .foreignStatus, .strangersOwnGrant:
                    try await revoke(
                        scene, [scene.grant(like: approved, wrong)],
                        by: wrong == .strangersOwnGrant ? .stranger : .viewer)
                case .unsigned:
                    try await scene.send(
                        Invocation(
                            decoding: Revocation.sign(chain[1].cid, path: chain.map(\.cid), with: Party.viewer.key())
                                .invocation.envelope.bytes.altered(at: 10)), chain)
                case .furtherArgument:
                    try await scene.send(
                        Invocation.sign(
                            .revoke, on: Party.viewer.principal,
                            arguments: further.mapValue ?? Map(), nonce: [], expiration: nil,
                            with: Party.viewer.key()), chain)
                case .handedOnWhereForbidden: try await revoke(scene, chain, by: .viewer)
                }
            #expect(reply.status == 403)
            #expect(reply.text == ReadRefusalTests.refusal)
            #expect(try await scene.node.footprint() == before)
        }
    }

    @Test func `the owner's agent elsewhere revokes a grant, and what it opened is destroyed`() async throws {
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant
            let revocation = try await scene.withOwnersKey { try Revocation.sign(grant.cid, with: $0) }
            #expect(try await scene.send(revocation.invocation, [grant.delegation]).status == 200)
            try await scene.expectRevoked(grant)
            // The owner sees it too, and may revoke once more.
            let listed = try await scene.owner.done("GET", "/v1/grants").maps("grants")
            #expect(listed.map { $0.text("state") } == ["revoked"])
            #expect(try await scene.owner.call("DELETE", "/v1/grants/\(grant.cid)").status == 204)
        }
    }

    @Test func `who was given the right to revoke a grant does so for the owner`() async throws {
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant
            let right = try await scene.withOwnersKey { key in
                try Delegation.sign(
                    to: Party.third.principal, subject: grant.owner, command: .revoke,
                    policy: Policy([["==", ".revoke", .link(grant.cid)]]), expiration: scene.node.clock.time + 60,
                    with: key)
            }
            let revocation = try Revocation.sign(
                grant.cid, for: grant.owner, proofs: [right.cid], with: Party.third.key())
            #expect(try await scene.send(revocation, [grant.delegation]).status == 403)
            #expect(try await scene.footprint("revocation") == 0)
            #expect(try await scene.send(revocation, [grant.delegation, right]).status == 200)
            try await scene.expectRevoked(grant)
        }
    }

    @Test func `the owner revokes what a viewer handed on, and the grant stays`() async throws {
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant.delegation
            let chain = [grant, try scene.handOn([.name])]
            let revocation = try await scene.withOwnersKey {
                try Revocation.sign(chain[1].cid, path: chain.map(\.cid), with: $0)
            }
            #expect(try await scene.send(revocation.invocation, chain).status == 200)
            #expect(try await scene.read([.name], by: .component, under: chain, nonce: 20).status == 403)
            #expect(try await scene.read([.name], under: [grant], nonce: 21).status == 200)
            #expect(try await scene.footprint("disclosed_field") == 2)
        }
    }
}

extension GrantScene {
    /// Runs with the key of the owner's pseudonym.
    func withOwnersKey<Result>(_ body: (borrowing SigningKey) throws -> Result) async throws -> Result {
        let token = try Base64URL.decode(try #require(owner.token))
        let root = try await AccountService(node: node.node).session(token: token).root
        return try body(root.pseudonymKeys(module: ModuleID(TestNode.market), index: 0).signing)
    }

    /// A self-made grant by the viewer or a stranger, with something of another one.
    fileprivate func grant(like grant: Grant, _ wrong: RevocationTests.Wrong) throws -> Delegation {
        let party: Party = wrong == .strangersOwnGrant ? .stranger : .viewer
        var meta = grant.delegation.meta ?? Map()
        if wrong == .otherNode { meta["node"] = .string(try Party.stranger.principal.did) }
        return try Delegation.sign(
            to: Party.component.principal, subject: party.principal, command: .profileRead, policy: .fields(["name"]),
            meta: meta, expiration: grant.expiration, with: party.key())
    }

    /// Nobody reads any more, the ciphertext is gone, and the status list says so.
    fileprivate func expectRevoked(_ grant: Grant) async throws {
        #expect(try await read([.name], under: [grant.delegation]).text == ReadRefusalTests.refusal)
        #expect(try await footprint("disclosed_field") == 0)
        #expect(try await footprint("revocation") == 1)
        let list = try #require(await node.node.pseudonyms.statusList(Node.statusList))
        #expect(try list.isRevoked(grant.status.index))
    }
}
