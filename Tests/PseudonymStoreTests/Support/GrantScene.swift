import Capabilities
import DumpIdentity
import IPLD
import Sodium
import TestSupport

@testable import PseudonymStore

/// A database with an approved request: two disclosed fields, a status, and a chain of two delegations that opens them.
struct GrantScene {
    static let list = "1"
    static let claim = name(70)
    static let slots = [name(50), name(51)]
    static let sealed: [[UInt8]] = [[50, 50], [51, 51]]

    let database: PseudonymDatabase
    let index: Int
    let grant: Delegation
    let handedOn: Delegation

    init(_ database: PseudonymDatabase? = nil, sealed: [[UInt8]] = sealed) async throws {
        self.database = try database ?? PseudonymDatabase(inMemory: ())
        grant = try Delegation.sign(
            to: Party.viewer.principal, subject: Party.owner.principal, command: .profileRead, policy: .empty,
            expiration: testTime + 3_600, with: Party.owner.key())
        handedOn = try Delegation.sign(
            to: Party.component.principal, subject: Party.owner.principal, command: .profileRead, policy: .empty,
            expiration: testTime + 3_600, with: Party.viewer.key())
        try await self.database.openMailbox(Party.owner.principal)
        try await self.database.addTestRequest(.test(1))
        try await self.database.makeStatusList(GrantScene.list, count: 64, decoys: 0, random: .system)
        index = try await self.database.allocateStatus(in: GrantScene.list, claim: GrantScene.claim, random: .system)
        let fields = zip(GrantScene.slots, sealed).map { StoredItem(identifier: $0, sealed: $1) }
        try await self.database.decide(
            Decision(
                pseudonym: Party.owner.principal, request: RequestName.test(1).identifier, answer: [4],
                record: .test(90), fields: fields))
    }

    func read(
        slots: [[UInt8]] = slots, chain delegations: [Delegation]? = nil, of pseudonym: Party = .owner,
        nonce: UInt8 = 9, receipt: UInt8 = 60
    ) async throws -> [[UInt8]] {
        let chain = try DelegationChain(
            verifying: delegations ?? [grant, handedOn], at: testTime, revocations: KnownRevocations())
        let read = DisclosureRead(
            slots: slots, chain: chain, pseudonym: try pseudonym.principal, receiptIdentifier: name(receipt),
            receipt: [receipt], nonce: try .test(nonce))
        return try await database.read(read, now: testTime)
    }

    func change(
        claim: [UInt8] = claim, index: Int? = nil, list: String = list, slots: [[UInt8]] = slots,
        withRecord: Bool = true
    ) throws -> RevocationChange {
        RevocationChange(
            revocation: try Revocation.sign(grant.cid, with: Party.owner.key()), slots: slots,
            place: place(claim: claim, index: index, list: list),
            record: withRecord ? .test(90, sealed: [2]) : nil)
    }

    func place(claim: [UInt8] = claim, index: Int? = nil, list: String = list) -> StatusPlace {
        StatusPlace(list: list, index: index ?? self.index, claim: claim)
    }

    func isRevoked() async throws -> Bool? {
        try await database.statusList(GrantScene.list)?.isRevoked(index)
    }
}
