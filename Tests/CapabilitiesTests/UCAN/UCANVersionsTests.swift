import Capabilities
import DumpIdentity
import IPLD
import TestSupport
import Testing

struct UCANVersionsTests {
    private static let candidate = "-rc.1"

    private func delegation(_ suffix: String = candidate) throws -> [UInt8] {
        try Delegation.chain(1)[0].envelope.resigned(by: .owner, tag: Delegation.tag + suffix)
    }

    private func invocation(_ suffix: String = candidate, proofs: [Delegation] = []) throws -> [UInt8] {
        try Invocation.test(by: .viewer, proofs: proofs).envelope.resigned(by: .viewer, tag: Invocation.tag + suffix)
    }

    @Test func `an invocation of the candidate is read where that is asked for`() throws {
        let bytes = try invocation()
        let read = try Invocation(decoding: bytes, accepting: .finalAndCandidate)
        #expect(read.envelope.bytes == bytes && read.envelope.tag == "ucan/inv@1.0.0-rc.1")
        #expect(throws: CapabilityError.malformed) { try Invocation(decoding: bytes) }
        #expect(throws: CapabilityError.malformed) { try Invocation(decoding: bytes, accepting: .final) }
        #expect(throws: Never.self) { try Invocation(decoding: invocation(""), accepting: .finalAndCandidate) }
    }

    @Test(arguments: ["-rc.2", "-rc.10", "-rc.", "-rc.1 ", "-RC.1", ".1", "-rc.1-rc.1", " ", "\u{0}"])
    func `any other version is refused, whatever is asked for`(suffix: String) throws {
        let (delegation, invocation) = (try delegation(suffix), try invocation(suffix))
        for versions in [UCANVersions.final, .finalAndCandidate] {
            #expect(throws: CapabilityError.malformed) { try Delegation(decoding: delegation, accepting: versions) }
            #expect(throws: CapabilityError.malformed) { try Invocation(decoding: invocation, accepting: versions) }
            let container = Container([delegation, invocation])
            #expect(try container.delegations(accepting: versions) == [])
            #expect(throws: CapabilityError.malformed) { try container.invocation(accepting: versions) }
        }
    }

    @Test func `one kind does not pass for the other`() throws {
        #expect(throws: CapabilityError.malformed) {
            try Delegation(decoding: invocation(), accepting: .finalAndCandidate)
        }
        #expect(throws: CapabilityError.malformed) {
            try Invocation(decoding: delegation(), accepting: .finalAndCandidate)
        }
    }

    @Test func `a container gives the candidate's tokens where that is asked for`() throws {
        let (published, candidate) = (try delegation(""), try delegation())
        let container = Container([published, candidate, try invocation()])
        #expect(try container.delegations().map(\.envelope.bytes) == [published])
        #expect(
            try container.delegations(accepting: .finalAndCandidate).map(\.envelope.bytes) == [published, candidate])
        #expect(throws: CapabilityError.malformed) { try container.invocation() }
        #expect(try container.invocation(accepting: .finalAndCandidate).envelope.bytes == invocation())
    }

    @Test func `two invocations are too many, of whatever versions`() throws {
        let both = Container([try invocation(""), try invocation()])
        #expect(try both.invocation().envelope.tag == Invocation.tag)
        #expect(throws: CapabilityError.malformed) { try both.invocation(accepting: .finalAndCandidate) }
    }

    @Test func `a verifier takes what was published and nothing else`() throws {
        let verifier = try InvocationVerifier(
            executor: Party.owner.principal, maximumLifetime: nil, cache: DelegationCache())
        let proof = try Delegation.chain(1)[0]
        let candidate = try Delegation(decoding: delegation(), accepting: .finalAndCandidate)
        #expect(throws: CapabilityError.malformed) {
            try verifier.verify(Container([invocation(proofs: [proof]), proof.envelope.bytes]), at: testTime)
        }
        #expect(throws: CapabilityError.unavailableProof) {
            try verifier.verify(Container([invocation("", proofs: [candidate]), delegation()]), at: testTime)
        }
        #expect(throws: Never.self) {
            try verifier.verify(Container([invocation("", proofs: [proof]), proof.envelope.bytes]), at: testTime)
        }
    }
}
