import Capabilities
import DumpIdentity
import IPLD
import TestSupport
import Testing

@testable import PseudonymStore

/// What a viewer gives back, and what it gives in return.
struct GivingBackTests {
    private var end: RevocationName { get throws { try RevocationName(bytes: name(72)) } }

    private func change(_ scene: GrantScene, claim: [UInt8] = GrantScene.claim, nonce: UInt8 = 30) throws -> GivingBack
    {
        GivingBack(
            pseudonym: try Party.owner.principal, name: try end, slots: GrantScene.slots,
            place: scene.place(claim: claim),
            noticeIdentifier: name(61), notice: [61], nonce: try .test(nonce))
    }

    @Test func `giving back destroys the fields, sets the status and leaves a notice, and no revocation`() async throws
    {
        let scene = try await GrantScene()
        try await scene.database.giveBack(change(scene), now: testTime)
        #expect(try await scene.database.count("disclosed_field") == 0)
        #expect(try await scene.isRevoked() == true)
        #expect(try await scene.database.newReceipts(of: Party.owner.principal)?.map(\.sealed) == [[61]])
        #expect(try await scene.database.count("revocation") == 0)
        #expect(try await scene.database.revocationNames() == [end])
        #expect(try await refusal { try await scene.read() } == .notFound)
    }

    @Test func `giving back again, or after a revocation, leaves no further notice`() async throws {
        let scene = try await GrantScene()
        for nonce in 30...31 as ClosedRange<UInt8> {
            try await scene.database.giveBack(change(scene, nonce: nonce), now: testTime)
        }
        #expect(try await scene.database.count("new_receipt") == 1)
        #expect(try await scene.database.revocationNames() == [end])
        let revoked = try await GrantScene()
        try await revoked.database.revoke(revoked.change())
        try await revoked.database.giveBack(change(revoked), now: testTime)
        #expect(try await revoked.database.count("new_receipt") == 0)
    }

    @Test func `a used nonce, a foreign claim or a missing mailbox gives nothing back`() async throws {
        let scene = try await GrantScene()
        _ = try await scene.read(nonce: 30)
        #expect(try await refusal { try await scene.database.giveBack(change(scene), now: testTime) } == .replayed)
        let foreign = try change(scene, claim: name(71), nonce: 31)
        #expect(try await refusal { try await scene.database.giveBack(foreign, now: testTime) } == .notFound)
        let other = GivingBack(
            pseudonym: try Party.stranger.principal, name: try end, slots: GrantScene.slots, place: scene.place(),
            noticeIdentifier: name(61), notice: [61], nonce: try .test(32))
        #expect(try await refusal { try await scene.database.giveBack(other, now: testTime) } == .notFound)
        #expect(try await scene.database.count("disclosed_field") == 2)
        #expect(try await scene.isRevoked() == false)
        #expect(try await scene.database.revocationNames().isEmpty)
        // What was refused used nothing up.
        try await scene.database.giveBack(change(scene, nonce: 31), now: testTime)
    }

    private func inReturn(slots: [UInt8] = [52]) throws -> ReturnGrant {
        ReturnGrant(
            pseudonym: try Party.viewer.principal, name: try .test(7), answer: [7],
            fields: slots.map { StoredItem(identifier: name($0), sealed: [$0]) })
    }

    @Test func `a grant in return comes with its records, and opens a mailbox`() async throws {
        let database = try PseudonymDatabase(inMemory: ())
        try await database.store([.test(90), .test(91)], with: inReturn())
        #expect(try await database.records(on: name(200)).count == 2)
        #expect(try await database.answer(to: .test(7)) == [7])
        #expect(try await database.hasMailbox(Party.viewer.principal))
        #expect(try await database.count("disclosed_field") == 1)
        // A mailbox that is there stays.
        try await database.store([.test(90)], with: inReturn(slots: [53]))
        #expect(try await database.count("mailbox") == 1)
    }

    @Test func `a slot that is taken undoes a grant in return`() async throws {
        let scene = try await GrantScene()
        let before = try await scene.database.counts()
        let error = try await refusal { try await scene.database.store([.test(91)], with: inReturn(slots: [52, 50])) }
        #expect(error == .alreadyExists)
        #expect(try await scene.database.counts() == before)
    }
}
