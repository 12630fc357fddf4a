import DumpIdentity
import IPLD
import TestSupport
import Testing

@testable import Capabilities

struct AnswerTests {
    /// A value sealed to the viewer as an answer, and opened.
    private func opened(_ value: Value) throws -> Answer {
        let sealed = try SealedValue.seal(value, kind: Answer.kind, to: Party.viewer.principal)
        return try Answer(opening: sealed, with: Party.viewer.key())
    }

    private func approval(_ change: (inout Map) -> Void) throws -> Answer {
        var map = try #require(GrantFixture().approval().value.mapValue)
        change(&map)
        return try opened(["decision": "approved", "approval": .map(map)])
    }

    @Test func `the viewer reads an approval`() throws {
        let approval = try GrantFixture().approval()
        let sealed = try Answer.approved(approval).sealed(to: Party.viewer.principal)
        #expect(try Answer(opening: sealed, with: Party.viewer.key()) == .approved(approval))
    }

    @Test func `the viewer reads a refusal`() throws {
        let sealed = try Answer.denied.sealed(to: Party.viewer.principal)
        #expect(try Answer(opening: sealed, with: Party.viewer.key()) == .denied)
    }

    @Test func `a grant to another viewer is refused`() throws {
        let others = try GrantFixture(to: .stranger).approval()
        let sealed = try Answer.approved(others).sealed(to: Party.viewer.principal)
        #expect(throws: CapabilityError.invalidAudience) { try Answer(opening: sealed, with: Party.viewer.key()) }
    }

    @Test func `a refusal is as long as any approval`() throws {
        let viewer = try Party.viewer.principal
        var lengths = [try Answer.denied.sealed(to: viewer).count]
        for fields in [[.name], ProfileField.allCases] {
            lengths.append(try Answer.approved(GrantFixture(fields: fields).approval()).sealed(to: viewer).count)
        }
        #expect(Set(lengths).count == 1)
    }

    @Test(arguments: [Party.owner, .stranger, .node])
    func `nobody but the viewer reads an answer`(party: Party) throws {
        for answer in [Answer.denied, .approved(try GrantFixture().approval())] {
            let sealed = try answer.sealed(to: Party.viewer.principal)
            #expect(throws: CapabilityError.malformed) { try Answer(opening: sealed, with: party.key()) }
        }
    }

    @Test func `an altered answer is refused`() throws {
        let sealed = try Answer.denied.sealed(to: Party.viewer.principal)
        let key = try Party.viewer.key()
        for index in stride(from: 0, to: sealed.count, by: 41) {
            #expect(throws: CapabilityError.malformed) { try Answer(opening: sealed.altered(at: index), with: key) }
        }
    }

    @Test func `nothing is sealed to a key that cannot be sealed to`() throws {
        let unusable = try Principal(publicKey: [UInt8](repeating: 0, count: 32))
        #expect(throws: CapabilityError.malformed) { try Answer.denied.sealed(to: unusable) }
    }

    @Test(
        arguments: [
            [], .null, [:], ["decision": "Denied"], ["decision": .null], ["decision": "denied", "approval": .null],
            ["decision": "approved"], ["decision": "approved", "approval": .null], ["approval": [:]],
            ["decision": "approved", "x": 1],
        ] as [Value])
    func `another shape is refused`(value: Value) {
        #expect(throws: CapabilityError.malformed) { try opened(value) }
    }

    @Test func `an approval beside a third thing is refused`() throws {
        let approval = try GrantFixture().approval().value
        #expect(throws: CapabilityError.malformed) {
            try opened(["decision": "approved", "approval": approval, "x": 1])
        }
    }

    @Test(arguments: ["grant", "key", "link"], [nil, .null, true, .bytes([])] as [Value?])
    func `a part of an approval that is absent or of another kind is refused`(part: String, value: Value?) {
        #expect(throws: CapabilityError.malformed) { try approval { $0[part] = value } }
    }

    @Test func `an unknown part of an approval is refused`() {
        #expect(throws: CapabilityError.malformed) { try approval { $0["x"] = 1 } }
    }

    @Test(arguments: [31, 33])
    func `a grant key of another length is refused`(length: Int) {
        let key = [UInt8](repeating: 1, count: length)
        #expect(throws: CapabilityError.malformed) { try approval { $0["key"] = .bytes(key) } }
    }

    @Test func `a link statement with anything beside its two halves is refused`() throws {
        let halves = try GrantFixture().link().envelopes.map { Value.bytes($0) }
        for list in [halves + [.null], [.string("x")] + halves, Array(halves.prefix(1))] {
            #expect(throws: CapabilityError.malformed) { try approval { $0["link"] = .list(list) } }
        }
    }

    @Test func `the link statement of another grant is refused`() throws {
        let other = try GrantFixture(fields: [.name]).link().envelopes.map { Value.bytes($0) }
        #expect(throws: CapabilityError.invalidClaim) { try approval { $0["link"] = .list(other) } }
    }

    @Test func `a grant that the pseudonym did not sign is refused`() throws {
        let forged = try GrantFixture().grant.delegation.envelope.resigned(by: .stranger)
        #expect(throws: CapabilityError.invalidClaim) { try approval { $0["grant"] = .bytes(forged) } }
    }

    @Test func `a delegation that is no grant is refused`() throws {
        let other = try Delegation.chain(1)[0].envelope.bytes
        #expect(throws: CapabilityError.invalidClaim) { try approval { $0["grant"] = .bytes(other) } }
    }
}
