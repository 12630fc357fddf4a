import Capabilities
import DumpIdentity
import GRDB
import IPLD
import TestSupport
import Testing

@testable import PseudonymStore

struct RevocationTests {
    @Test func `a revocation destroys the fields, sets the status, and keeps itself and the record`() async throws {
        let scene = try await GrantScene()
        #expect(try await scene.isRevoked() == false)
        try await scene.database.revoke(scene.change())
        #expect(try await scene.database.count("disclosed_field") == 0)
        #expect(try await scene.isRevoked() == true)
        let known = try await scene.database.revocations(of: [scene.grant.cid])
        #expect(known.count == 1)
        #expect(try known.contains(scene.grant.cid, by: Party.owner.principal))
        #expect(try await scene.database.records(on: name(200)) == [.test(90, sealed: [2])])
    }

    @Test func `nothing is read after a revocation`() async throws {
        let scene = try await GrantScene()
        try await scene.database.revoke(scene.change())
        #expect(try await refusal { try await scene.read() } == .revoked)
        #expect(try await scene.database.count("new_receipt") == 0)
    }

    @Test func `the fields of other grants stay`() async throws {
        let scene = try await GrantScene()
        try await scene.database.revoke(scene.change(slots: [GrantScene.slots[0], name(99)]))
        #expect(try await scene.database.count("disclosed_field") == 1)
    }

    @Test func `no other status is touched`() async throws {
        let scene = try await GrantScene()
        try await scene.database.revoke(scene.change())
        let list = try #require(await scene.database.statusList(GrantScene.list))
        let set = try (0..<list.count).filter { try list.isRevoked($0) }
        #expect(set == [scene.index])
    }

    @Test func `repeating a revocation changes nothing`() async throws {
        let scene = try await GrantScene()
        try await scene.database.revoke(scene.change())
        let before = try await scene.database.counts()
        let list = try await scene.database.statusList(GrantScene.list)
        #expect(try await refusal { try await scene.database.revoke(scene.change()) } == nil)
        #expect(try await scene.database.counts() == before)
        #expect(try await scene.database.statusList(GrantScene.list) == list)
    }

    @Test(arguments: ["claim", "index", "list"])
    func `an index that was not allocated with this claim undoes the revocation`(wrong: String) async throws {
        let scene = try await GrantScene()
        let change =
            switch wrong {
            case "claim": try scene.change(claim: name(71))
            case "index": try scene.change(index: (scene.index + 1) % 64)
            default: try scene.change(list: "2")
            }
        let before = try await scene.database.counts()
        #expect(try await refusal { try await scene.database.revoke(change) } == .notFound)
        #expect(try await scene.database.counts() == before)
        #expect(try await scene.isRevoked() == false)
        #expect(try await scene.database.records(on: name(200)) == [.test(90)])
    }

    @Test func `the signed bytes of a revocation are kept`() async throws {
        let scene = try await GrantScene()
        let change = try scene.change()
        try await scene.database.revoke(change)
        let kept = try await scene.database.writer.read { db in
            try PseudonymDatabase.revocation.all(scene.grant.cid.bytes, in: db).map(\.value)
        }
        #expect(kept == [change.revocation.invocation.envelope.bytes])
    }

    @Test func `revocations by several principals are all known`() async throws {
        let scene = try await GrantScene()
        for party in [Party.viewer, .stranger, .viewer] {
            try await scene.database.add(Revocation.sign(scene.grant.cid, with: party.key()), under: scene.place())
        }
        let known = try await scene.database.revocations(of: [scene.grant.cid, scene.handedOn.cid])
        #expect(known.count == 2)
        for party in [Party.viewer, .stranger] {
            #expect(try known.contains(scene.grant.cid, by: party.principal))
        }
    }

    @Test func `a revocation under a status that was not allocated is not kept`() async throws {
        let scene = try await GrantScene()
        let revocation = try Revocation.sign(scene.handedOn.cid, with: Party.viewer.key())
        for place in [scene.place(claim: name(71)), scene.place(index: (scene.index + 1) % 64), scene.place(list: "2")]
        {
            #expect(try await refusal { try await scene.database.add(revocation, under: place) } == .notFound)
        }
        #expect(try await scene.database.count("revocation") == 0)
    }

    @Test func `a revocation without the owner's key leaves the record, and does all else`() async throws {
        let scene = try await GrantScene()
        try await scene.database.revoke(scene.change(withRecord: false))
        #expect(try await scene.database.count("disclosed_field") == 0)
        #expect(try await scene.isRevoked() == true)
        #expect(try await scene.database.records(on: name(200)) == [.test(90)])
    }

    @Test func `a revocation outlives its process`() async throws {
        let folder = try TemporaryFolder()
        let scene = try await GrantScene(PseudonymDatabase(path: folder.file("p.sqlite")))
        let revocation = try Revocation.sign(scene.handedOn.cid, with: Party.viewer.key())
        try await scene.database.add(revocation, under: scene.place())
        let again = try PseudonymDatabase(path: folder.file("p.sqlite"))
        let known = try await again.revocations(of: [scene.grant.cid, scene.handedOn.cid])
        #expect(known.count == 1)
        #expect(try known.contains(scene.handedOn.cid, by: Party.viewer.principal))
    }
}
