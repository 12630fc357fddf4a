import Capabilities
import DumpIdentity
import IPLD
import TestSupport
import Testing

struct InvocationVerifierTests {
    private func verify(
        _ invocation: Invocation, proofs: [Delegation] = [], at time: Int64 = testTime, executor: Party = .owner,
        maximumLifetime: Int64? = nil, revocations: KnownRevocations = KnownRevocations()
    ) throws -> VerifiedInvocation {
        try InvocationVerifier(executor: executor.principal, maximumLifetime: maximumLifetime)
            .verify(invocation, proofs: proofs, at: time, revocations: revocations)
    }

    @Test func `a principal may act for itself`() throws {
        let verified = try verify(.test(by: .owner))
        #expect(verified.chain == nil)
        #expect(try verified.invocation == .test(by: .owner))
    }

    @Test func `acting for another without proofs is refused`() throws {
        #expect(throws: CapabilityError.invalidClaim) { try verify(.test(by: .viewer)) }
    }

    @Test(arguments: 1...3)
    func `the holder of a chain may act`(count: Int) throws {
        let chain = try Delegation.chain(count)
        let holder = [Party.viewer, .component, .executor][count - 1]
        let verified = try verify(.test(by: holder, proofs: chain), proofs: chain)
        #expect(verified.chain?.delegations == chain)
    }

    @Test func `proofs may be at hand in any order, among others`() throws {
        let chain = try Delegation.chain(2)
        let other = try Delegation.test(from: .stranger, to: .viewer, about: .stranger)
        let invocation = try Invocation.test(by: .component, proofs: chain)
        #expect(throws: Never.self) { try verify(invocation, proofs: [other] + chain.reversed()) }
    }

    @Test func `a broken delegation that the invocation does not name is ignored`() throws {
        let chain = try Delegation.chain(1)
        let broken = try Delegation(decoding: chain[0].envelope.resigned(by: .stranger))
        let invocation = try Invocation.test(by: .viewer, proofs: chain)
        #expect(throws: Never.self) { try verify(invocation, proofs: [broken] + chain) }
    }

    @Test func `proofs named in the wrong order are refused`() throws {
        let chain = try Delegation.chain(2)
        let invocation = try Invocation.test(by: .component, proofs: chain.reversed())
        #expect(throws: CapabilityError.invalidClaim) { try verify(invocation, proofs: chain) }
    }

    @Test(arguments: 0..<2)
    func `a named proof that is not at hand is refused`(missing: Int) throws {
        let chain = try Delegation.chain(2)
        let invocation = try Invocation.test(by: .component, proofs: chain)
        #expect(throws: CapabilityError.unavailableProof) { try verify(invocation, proofs: [chain[1 - missing]]) }
    }

    @Test func `more proofs than a chain may have are refused before they are looked for`() throws {
        let one = try Delegation.chain(1)[0]
        let invocation = try Invocation.test(by: .viewer, proofs: [Delegation](repeating: one, count: 9))
        #expect(throws: CapabilityError.limitExceeded) { try verify(invocation) }
    }

    @Test func `another than the holder is refused`() throws {
        let chain = try Delegation.chain(1)
        for party in [Party.component, .stranger] {
            let invocation = try Invocation.test(by: party, proofs: chain)
            #expect(throws: CapabilityError.invalidAudience) { try verify(invocation, proofs: chain) }
        }
    }

    @Test func `a chain about another subject is refused`() throws {
        let chain = try Delegation.chain(1)
        let invocation = try Invocation.test(by: .viewer, on: .stranger, proofs: chain)
        #expect(throws: CapabilityError.invalidSubject) { try verify(invocation, proofs: chain, executor: .stranger) }
    }

    @Test(arguments: ["/", "/profile", "/profile/reading", "/profile/request"])
    func `a command that the chain does not cover is refused`(command: String) throws {
        let chain = try Delegation.chain(1)
        let invocation = try Invocation.test(by: .viewer, command: command, proofs: chain)
        #expect(throws: CapabilityError.invalidClaim) { try verify(invocation, proofs: chain) }
    }

    @Test func `arguments outside a policy of the chain are refused`() throws {
        let chain = [
            try Delegation.test(from: .owner, to: .viewer, about: .owner, policy: .fields(["name"])),
            try Delegation.test(from: .viewer, to: .component, about: .owner),
        ]
        let good = try Invocation.test(by: .component, proofs: chain)
        let bad = try Invocation.test(by: .component, arguments: ["fields": ["name", "email"]], proofs: chain)
        #expect(throws: Never.self) { try verify(good, proofs: chain) }
        #expect(throws: CapabilityError.matchError) { try verify(bad, proofs: chain) }
    }

    @Test func `an invocation that its issuer did not sign is refused`() throws {
        let chain = try Delegation.chain(1)
        let bytes = try Invocation.test(by: .viewer, proofs: chain).envelope.resigned(by: .stranger)
        #expect(throws: CapabilityError.invalidSignature) {
            try verify(Invocation(decoding: bytes), proofs: chain)
        }
    }

    @Test func `a self-issued invocation with proofs is checked all the same`() throws {
        let other = try Delegation.chain(1)
        let expired = [try Delegation.test(from: .owner, to: .owner, about: .owner, expiration: testTime - 1)]
        let narrow = [try Delegation.test(from: .owner, to: .owner, about: .owner, policy: .fields(["email"]))]
        #expect(throws: CapabilityError.unavailableProof) { try verify(.test(by: .owner, proofs: other)) }
        #expect(throws: CapabilityError.invalidAudience) {
            try verify(.test(by: .owner, proofs: other), proofs: other)
        }
        #expect(throws: CapabilityError.expired) { try verify(.test(by: .owner, proofs: expired), proofs: expired) }
        #expect(throws: CapabilityError.matchError) { try verify(.test(by: .owner, proofs: narrow), proofs: narrow) }
    }

    @Test func `a revoked chain is refused`() throws {
        let chain = try Delegation.chain(2)
        let revocations = try KnownRevocations([chain[0].cid: [Party.owner.principal]])
        let invocation = try Invocation.test(by: .component, proofs: chain)
        #expect(throws: CapabilityError.revoked) { try verify(invocation, proofs: chain, revocations: revocations) }
    }

    @Test(arguments: [(0, nil), (60, nil), (61, CapabilityError.expired)] as [(Int64, CapabilityError?)])
    func `the second of expiry is the last valid one`(later: Int64, expected: CapabilityError?) throws {
        let refused = try refusal { try verify(.test(by: .owner), at: testTime + later) }
        #expect(refused == expected)
    }

    @Test(
        arguments: [
            (60, 60, nil), (61, 60, .invalidClaim), (0, 60, nil), (nil, 60, .invalidClaim), (nil, nil, nil),
            (1 << 40, nil, nil), (-1, 60, .expired), (0, 0, nil), (1, 0, .invalidClaim),
        ] as [(Int64?, Int64?, CapabilityError?)])
    func `an invocation may not live longer than the verifier takes`(
        lifetime: Int64?, maximum: Int64?, expected: CapabilityError?
    ) throws {
        let invocation = try Invocation.test(by: .owner, expiration: lifetime.map { testTime + $0 })
        let refused = try refusal { try verify(invocation, maximumLifetime: maximum) }
        #expect(refused == expected)
    }

    @Test(arguments: [Party.viewer, .stranger, .node])
    func `another executor than the subject is refused`(executor: Party) throws {
        #expect(throws: CapabilityError.invalidAudience) { try verify(.test(by: .owner), executor: executor) }
    }

    @Test func `the audience of an invocation executes it, and the subject then does not`() throws {
        let invocation = try Invocation.test(by: .owner, for: .node)
        #expect(throws: Never.self) { try verify(invocation, executor: .node) }
        #expect(throws: CapabilityError.invalidAudience) { try verify(invocation, executor: .owner) }
    }

    @Test(arguments: [(nil, .owner), (.component, .component)] as [(Party?, Party)])
    func `an executor may act for those that it says it acts for, and no others`(
        audience: Party?, addressee: Party
    ) throws {
        let addressee = try addressee.principal
        let invocation = try Invocation.test(by: .owner, for: audience)
        let acting = try InvocationVerifier(
            executor: Party.node.principal, maximumLifetime: nil, actsFor: { $0 == addressee })
        let other = try InvocationVerifier(
            executor: Party.node.principal, maximumLifetime: nil, actsFor: { $0 != addressee })
        #expect(throws: Never.self) { try acting.verify(invocation, proofs: [], at: testTime) }
        #expect(throws: CapabilityError.invalidAudience) { try other.verify(invocation, proofs: [], at: testTime) }
    }
}
