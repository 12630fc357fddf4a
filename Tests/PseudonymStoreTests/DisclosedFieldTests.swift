import Capabilities
import TestSupport
import Testing

@testable import PseudonymStore

struct DisclosedFieldTests {
    @Test func `fields are read in the order in which they are asked for`() async throws {
        let scene = try await GrantScene()
        #expect(try await scene.read() == GrantScene.sealed)
        let reversed = try await scene.read(slots: GrantScene.slots.reversed(), nonce: 10, receipt: 61)
        #expect(reversed == GrantScene.sealed.reversed())
    }

    @Test func `a read stores its receipt`() async throws {
        let scene = try await GrantScene()
        _ = try await scene.read()
        let receipts = try await scene.database.newReceipts(of: Party.owner.principal)
        #expect(receipts == [StoredItem(identifier: name(60), sealed: [60])])
        #expect(try await scene.database.newReceipts(of: Party.stranger.principal) == [])
    }

    @Test func `a replayed read is refused and leaves one receipt`() async throws {
        let scene = try await GrantScene()
        _ = try await scene.read()
        #expect(try await refusal { try await scene.read(receipt: 61) } == .replayed)
        #expect(try await scene.database.count("new_receipt") == 1)
    }

    @Test func `a missing slot gives nothing and stores nothing`() async throws {
        let scene = try await GrantScene()
        let before = try await scene.database.counts()
        let error = try await refusal { try await scene.read(slots: GrantScene.slots + [name(52)]) }
        #expect(error == .notFound)
        #expect(try await scene.database.counts() == before)
        // Nothing was read, so the same invocation may be tried again.
        #expect(try await scene.read() == GrantScene.sealed)
    }

    @Test func `a pseudonym without a mailbox gives nothing and stores nothing`() async throws {
        let scene = try await GrantScene()
        let before = try await scene.database.counts()
        #expect(try await refusal { try await scene.read(of: .stranger) } == .notFound)
        #expect(try await scene.database.counts() == before)
    }

    @Test(arguments: [(Party.owner, true), (.viewer, false), (.stranger, false)])
    func `a revocation that came after the chain was verified refuses the read`(
        revoker: Party, counts: Bool
    ) async throws {
        let scene = try await GrantScene()
        try await scene.database.add(
            Revocation.sign(scene.grant.cid, with: revoker.key()), under: scene.place())
        let error = try await refusal { try await scene.read() }
        #expect(error == (counts ? .revoked : nil))
        #expect(try await scene.database.count("new_receipt") == (counts ? 0 : 1))
    }

    @Test(arguments: [(Party.owner, true), (.viewer, true), (.component, false), (.stranger, false)])
    func `whoever stands in the chain before may revoke what was handed on`(
        revoker: Party, counts: Bool
    ) async throws {
        let scene = try await GrantScene()
        try await scene.database.add(
            Revocation.sign(scene.handedOn.cid, with: revoker.key()), under: scene.place())
        #expect(try await refusal { try await scene.read() } == (counts ? .revoked : nil))
        #expect(try await refusal { try await scene.read(chain: [scene.grant], nonce: 10, receipt: 61) } == nil)
    }

    @Test func `fields that are there are replaced`() async throws {
        let scene = try await GrantScene()
        try await scene.database.replaceFields([StoredItem(identifier: GrantScene.slots[0], sealed: [9])])
        #expect(try await scene.read() == [[9], GrantScene.sealed[1]])
    }

    @Test func `fields that were destroyed stay destroyed`() async throws {
        let scene = try await GrantScene()
        try await scene.database.revoke(scene.change())
        try await scene.database.replaceFields(
            GrantScene.slots.map { StoredItem(identifier: $0, sealed: [9]) })
        #expect(try await scene.database.count("disclosed_field") == 0)
    }
}
