import DumpIdentity
import IPLD
import TestSupport
import Testing

@testable import Capabilities

struct ReceiptTests {
    private func receipt(fields: [ProfileField] = [.name]) throws -> (fixture: GrantFixture, receipt: Receipt) {
        let fixture = try GrantFixture()
        let reading = try fixture.reading(fields, by: .viewer, proofs: [fixture.grant.delegation])
        return (fixture, Receipt(invocation: reading, time: testTime + 5))
    }

    private func opened(_ value: Value) throws -> Receipt {
        let fixture = try GrantFixture()
        let sealed = try SealedValue.seal(value, kind: Receipt.kind, to: fixture.grant.owner)
        return try Receipt(opening: sealed, with: fixture.pseudonym().signing)
    }

    @Test func `the owner reads who read what, and when`() throws {
        let (fixture, receipt) = try receipt(fields: [.name, .email])
        let opened = try Receipt(opening: receipt.sealed(), with: fixture.pseudonym().signing)
        #expect(opened == receipt)
        #expect(try opened.reader == Party.viewer.principal)
        #expect(opened.grant == fixture.grant.cid)
        #expect(opened.time == testTime + 5)
        #expect(try opened.fields() == [.name, .email])
    }

    @Test(arguments: [Party.viewer, .stranger, .node])
    func `nobody but the owner reads a receipt`(party: Party) throws {
        let sealed = try receipt().receipt.sealed()
        #expect(throws: CapabilityError.malformed) { try Receipt(opening: sealed, with: party.key()) }
    }

    @Test func `receipts for one field and for all have one length`() throws {
        let one = try receipt().receipt.sealed().count
        let all = try receipt(fields: ProfileField.allCases).receipt.sealed().count
        #expect(one == all)
    }

    @Test func `the owner reads that a grant was given back, and nobody else does`() throws {
        let fixture = try GrantFixture()
        var arguments = Map()
        arguments["grant"] = .link(fixture.grant.cid)
        let returning = try Invocation.sign(
            .profileReturn, on: Party.viewer.principal, audience: fixture.grant.owner, arguments: arguments,
            nonce: [UInt8](repeating: 1, count: 16), expiration: testTime + 60, with: Party.viewer.key())
        let receipt = Receipt(invocation: returning, time: testTime)
        let sealed = try receipt.sealed()
        #expect(try sealed.count == self.receipt().receipt.sealed().count)
        let opened = try Receipt(opening: sealed, with: fixture.pseudonym().signing)
        #expect(opened.isReturn && opened.grant == fixture.grant.cid)
        #expect(try opened.fields().isEmpty && opened.reader == Party.viewer.principal)
        #expect(throws: CapabilityError.malformed) { try Receipt(opening: sealed, with: Party.viewer.key()) }
    }

    @Test func `a reading that the reader did not sign is refused`() throws {
        let forged = try receipt().receipt.invocation.envelope.resigned(by: .stranger)
        #expect(throws: CapabilityError.invalidSignature) { try opened(["invocation": .bytes(forged), "time": 1]) }
    }

    @Test func `another shape is refused`() throws {
        let invocation = Value.bytes(try receipt().receipt.invocation.envelope.bytes)
        let delegation = Value.bytes(try Delegation.chain(1)[0].envelope.bytes)
        let values: [Value] = [
            [], [:], ["invocation": invocation], ["time": 1], ["invocation": invocation, "time": "1"],
            ["invocation": .null, "time": 1], ["invocation": invocation, "time": 1, "x": 1],
            ["invocation": delegation, "time": 1],
        ]
        for value in values { #expect(throws: CapabilityError.malformed) { try opened(value) } }
    }

    @Test func `a reading too large for the largest class is refused`() throws {
        let large = try Invocation.test(
            by: .owner, arguments: ["fields": ["name"], "x": .bytes([UInt8](repeating: 0, count: 4_096))])
        #expect(throws: CapabilityError.malformed) { try Receipt(invocation: large, time: testTime).sealed() }
    }

    @Test func `a receipt for an owner's own act names no grant`() throws {
        #expect(try Receipt(invocation: .test(by: .owner), time: testTime).grant == nil)
    }

    @Test func `fields are read in the order of the profile's`() throws {
        let map = try #require((["fields": ["website", "name"]] as Value).mapValue)
        #expect(try ReadArguments(map).fields == [.name, .website])
        #expect(try ReadArguments(ReadArguments(ProfileField.allCases).map).fields == ProfileField.allCases)
    }

    @Test func `fields are written in the order of the profile's, and none twice`() throws {
        let arguments = ReadArguments([.website, .name, .website])
        #expect(arguments.fields == [.name, .website])
        #expect(arguments.map["fields"] == ["name", "website"])
        #expect(try ReadArguments(arguments.map) == arguments)
    }

    @Test(
        arguments: [
            [:], ["fields": []], ["fields": .null], ["fields": "name"], ["fields": ["name", "name"]],
            ["fields": ["Name"]],
            ["fields": ["name", 1]], ["fields": [.null]], ["fields": ["name"], "x": 1], ["field": ["name"]],
            ["fields": ["phoneNumber"]], ["fields": ["na\u{6d}e", "n\u{e0}me"]],
        ] as [Value])
    func `arguments of another shape are refused`(arguments: Value) throws {
        let map = try #require(arguments.mapValue)
        #expect(throws: CapabilityError.malformed) { try ReadArguments(map) }
        let reading = try Invocation.test(by: .owner, arguments: arguments)
        #expect(throws: CapabilityError.malformed) { try Receipt(invocation: reading, time: testTime).fields() }
    }
}
