import Capabilities
import DumpIdentity
import IPLD
import PseudonymStore
import Sodium
import TestSupport
import Testing

@testable import AuthAPI

struct ReadRefusalTests {
    @Test func `the holder reads what was granted, in any order and number`() async throws {
        try await GrantScene.run { scene in
            let approval = try await scene.approved()
            let chain = [approval.grant.delegation]
            for (number, fields) in ([[.name], [.email], [.name, .email]] as [[ProfileField]]).enumerated() {
                let reply = try await scene.read(fields, under: chain, nonce: UInt8(20 + number))
                #expect(reply.status == 200)
                #expect(reply.map["fields"]?.mapValue?.count == fields.count)
            }
            // The longest lifetime, and the shortest nonce.
            let edge = try scene.reading([.name], under: chain, nonceLength: 12, lifetime: 600)
            #expect(try await scene.send(edge, chain).status == 200)
        }
    }

    @Test(arguments: WrongRead.allCases)
    func `a wrong read is refused, and nothing is stored`(wrong: WrongRead) async throws {
        try await GrantScene.run { scene in
            let approval = try await scene.approved()
            let (invocation, proofs) = try wrong.invocation(scene, approval.grant.delegation)
            let before = try await scene.node.footprint()
            let reply = try await scene.send(invocation, proofs)
            #expect(reply.status == 403)
            #expect(reply.text == ReadRefusalTests.refusal)
            #expect(try await scene.node.footprint() == before)
        }
    }

    /// The one text of all refusals.
    static let refusal =
        #"{"status":403,"title":"The capability was not accepted","type":"urn:dump:problem:refused"}"#

    @Test func `a component reads what was handed on to it`() async throws {
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant.delegation
            let chain = [grant, try scene.handOn([.name])]
            #expect(try await scene.read([.name], by: .component, under: chain).status == 200)
        }
    }

    @Test func `an owner who forbids handing on is heeded`() async throws {
        try await GrantScene.run { scene in
            let grant = try await scene.approved(handOn: false).grant.delegation
            let chain = [grant, try scene.handOn([.name])]
            #expect(try await scene.read([.name], by: .component, under: chain).text == ReadRefusalTests.refusal)
            #expect(try await scene.read([.name], under: [grant]).status == 200)
        }
    }

    @Test(arguments: [(Party.viewer, true), (.component, false), (.stranger, false)])
    func `what was handed on is dead once the one who did so revokes it`(revoker: Party, isDead: Bool) async throws {
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant.delegation
            let handedOn = try scene.handOn([.name])
            let place = try Grant(grant).place
            try await scene.node.node.pseudonyms.add(
                Revocation.sign(handedOn.cid, with: revoker.key()), under: place)
            let reply = try await scene.read([.name], by: .component, under: [grant, handedOn])
            #expect(reply.status == (isDead ? 403 : 200))
            if isDead { #expect(reply.text == ReadRefusalTests.refusal) }
            #expect(try await scene.read([.name], under: [grant], nonce: 10).status == 200)
        }
    }

    @Test func `a chain is dead once the owner revokes the grant`() async throws {
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant
            let chain = [grant.delegation, try scene.handOn([.name])]
            #expect(try await scene.owner.call("DELETE", "/v1/grants/\(grant.cid)").status == 204)
            #expect(try await scene.read([.name], by: .component, under: chain).text == ReadRefusalTests.refusal)
            #expect(try await scene.read([.name], under: [grant.delegation]).text == ReadRefusalTests.refusal)
            #expect(try await scene.footprint("disclosed_field") == 0)
            // Revoking again is no error.
            #expect(try await scene.owner.call("DELETE", "/v1/grants/\(grant.cid)").status == 204)
        }
    }

    @Test(arguments: [true, false])
    func `a grant of the same pseudonym that names another node is refused`(isOurs: Bool) async throws {
        try await GrantScene.run { scene in
            let node = scene.node.node
            let approved = try await scene.approved().grant
            let token = try Base64URL.decode(try #require(scene.owner.token))
            let root = try await AccountService(node: node).session(token: token).root
            let terms = Grant.Terms(
                fields: [.name], expiration: testTime + 60, disclosure: approved.disclosure, home: approved.home,
                node: isOurs ? node.principal : try Party.stranger.principal, status: approved.status,
                allowsHandingOn: true)
            let grant = try Grant.sign(
                terms, to: Party.viewer.principal, with: root.pseudonymKeys(module: ModuleID(TestNode.market), index: 0)
            )
            #expect(try await scene.read([.name], under: [grant.delegation]).status == (isOurs ? 200 : 403))
        }
    }

    @Test func `another pseudonym's grant does not open what this one disclosed`() async throws {
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant
            // The viewer knows the disclosure, and has a mailbox here itself: it grants itself what it was granted.
            try await scene.node.node.pseudonyms.openMailbox(Party.viewer.principal)
            let forged = try Delegation.sign(
                to: Party.viewer.principal, subject: Party.viewer.principal, command: .profileRead,
                policy: .fields(["name"]), meta: grant.delegation.meta, expiration: testTime + 400 * Day.seconds,
                with: Party.viewer.key())
            let invocation = try scene.reading([.name], under: [forged], subject: Party.viewer.principal)
            let reply = try await scene.send(invocation, [forged])
            #expect(reply.text == ReadRefusalTests.refusal)
        }
    }
}
