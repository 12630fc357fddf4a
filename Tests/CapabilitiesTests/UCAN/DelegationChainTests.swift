import Capabilities
import IPLD
import TestSupport
import Testing

struct DelegationChainTests {
    private func verify(
        _ delegations: [Delegation], at time: Int64 = testTime
    ) throws(CapabilityError) -> DelegationChain {
        try DelegationChain(verifying: delegations, at: time, revocations: KnownRevocations())
    }

    @Test(arguments: 1...3)
    func `a chain from the subject to its holder verifies`(count: Int) throws {
        let delegations = try Delegation.chain(count)
        let chain = try verify(delegations)
        #expect(chain.delegations == delegations)
        #expect(try chain.subject == Party.owner.principal)
        #expect(chain.holder == delegations[count - 1].audience)
        #expect(chain.command == .profileRead)
    }

    @Test func `a chain of nothing is refused`() {
        #expect(throws: CapabilityError.invalidClaim) { try verify([]) }
    }

    @Test func `a chain of the greatest length verifies, and one longer is refused`() throws {
        var delegations = [try Delegation.test(from: .owner, to: .viewer, about: .owner)]
        for index in 1..<DelegationChain.maximumLength {
            let (from, to): (Party, Party) = index.isMultiple(of: 2) ? (.component, .viewer) : (.viewer, .component)
            delegations.append(try .test(from: from, to: to, about: .owner))
        }
        #expect(try verify(delegations).delegations.count == 8)
        delegations.append(try .test(from: .component, to: .viewer, about: .owner))
        #expect(throws: CapabilityError.limitExceeded) { try verify(delegations) }
    }

    @Test(arguments: 0..<3)
    func `a chain with a signature of another is refused`(index: Int) throws {
        var delegations = try Delegation.chain(3)
        delegations[index] = try Delegation(decoding: delegations[index].envelope.resigned(by: .stranger))
        #expect(throws: CapabilityError.invalidSignature) { try verify(delegations) }
    }

    @Test(arguments: [Party.viewer, .stranger])
    func `a root about another than its issuer is refused`(subject: Party) throws {
        let root = try Delegation.test(from: .owner, to: .viewer, about: subject)
        #expect(throws: CapabilityError.invalidClaim) { try verify([root]) }
    }

    @Test func `a powerline at the root is refused`() throws {
        let root = try Delegation.test(from: .owner, to: .viewer, about: nil)
        let next = try Delegation.test(from: .viewer, to: .component, about: .owner)
        #expect(throws: CapabilityError.invalidClaim) { try verify([root]) }
        #expect(throws: CapabilityError.invalidClaim) { try verify([root, next]) }
    }

    @Test(arguments: 1..<3)
    func `a powerline inside passes the subject on`(index: Int) throws {
        var delegations = try Delegation.chain(3)
        let parties: [Party] = [.owner, .viewer, .component, .executor]
        delegations[index] = try .test(from: parties[index], to: parties[index + 1], about: nil)
        #expect(try verify(delegations).subject == Party.owner.principal)
    }

    @Test(arguments: 1..<3, [Party.viewer, .component, .stranger])
    func `a switch of the subject inside is refused`(index: Int, subject: Party) throws {
        var delegations = try Delegation.chain(3)
        let parties: [Party] = [.owner, .viewer, .component, .executor]
        delegations[index] = try .test(from: parties[index], to: parties[index + 1], about: subject)
        #expect(throws: CapabilityError.invalidSubject) { try verify(delegations) }
    }

    @Test func `a gap between audience and issuer is refused`() throws {
        let chain = try Delegation.chain(3)
        #expect(throws: CapabilityError.invalidAudience) { try verify([chain[0], chain[2]]) }
    }

    @Test(arguments: [[1, 0, 2], [0, 2, 1], [2, 1, 0], [1, 2, 0], [2, 0, 1]])
    func `a reordered chain is refused`(order: [Int]) throws {
        let chain = try Delegation.chain(3)
        #expect(throws: CapabilityError.self) { try verify(order.map { chain[$0] }) }
    }

    @Test(arguments: [
        ("/", "/profile"), ("/profile", "/profile/read"), ("/profile/read", "/profile/read"),
        ("/profile/read", "/profile/read/name"),
    ])
    func `a command may become narrower`(wide: String, narrow: String) throws {
        let delegations = [
            try Delegation.test(from: .owner, to: .viewer, about: .owner, command: wide),
            try Delegation.test(from: .viewer, to: .component, about: .owner, command: narrow),
        ]
        #expect(try verify(delegations).command == Command(narrow))
    }

    @Test(arguments: [
        ("/profile/read", "/"), ("/profile/read", "/profile"), ("/profile", "/profiles"), ("/profile/read", "/other"),
        ("/profile/read", "/profile/reading"),
    ])
    func `a command that the one before does not cover is refused`(first: String, second: String) throws {
        let delegations = [
            try Delegation.test(from: .owner, to: .viewer, about: .owner, command: first),
            try Delegation.test(from: .viewer, to: .component, about: .owner, command: second),
        ]
        #expect(throws: CapabilityError.invalidClaim) { try verify(delegations) }
    }

    @Test func `a command that became narrower does not become wider again`() throws {
        let delegations = [
            try Delegation.test(from: .owner, to: .viewer, about: .owner, command: "/"),
            try Delegation.test(from: .viewer, to: .component, about: .owner, command: "/profile/read"),
            try Delegation.test(from: .component, to: .executor, about: .owner, command: "/profile"),
        ]
        #expect(throws: CapabilityError.invalidClaim) { try verify(delegations) }
    }

    @Test(arguments: 0..<2)
    func `both bounds of time are valid, and one second beyond is not`(index: Int) throws {
        var delegations = try Delegation.chain(2)
        let parties: [Party] = [.owner, .viewer, .component]
        delegations[index] = try .test(
            from: parties[index], to: parties[index + 1], about: .owner, notBefore: testTime - 10,
            expiration: testTime + 10)
        for time in [testTime - 10, testTime, testTime + 10] {
            #expect(throws: Never.self) { try verify(delegations, at: time) }
        }
        #expect(throws: CapabilityError.tooEarly) { try verify(delegations, at: testTime - 11) }
        #expect(throws: CapabilityError.expired) { try verify(delegations, at: testTime + 11) }
    }

    @Test(arguments: [0, testTime, (1 << 53) - 1] as [Int64])
    func `a chain without bounds of time is always valid`(time: Int64) throws {
        let delegation = try Delegation.test(from: .owner, to: .viewer, about: .owner, expiration: nil)
        #expect(throws: Never.self) { try verify([delegation], at: time) }
    }

    @Test func `every policy of a chain must allow the arguments`() throws {
        let chain = try verify([
            .test(from: .owner, to: .viewer, about: .owner, policy: .fields(["name", "email"])),
            .test(from: .viewer, to: .component, about: .owner, policy: .fields(["email", "address"])),
        ])
        for (names, isAllowed) in [(["email"], true), (["name"], false), (["address"], false), (["phone"], false)] {
            var arguments = Map()
            arguments["fields"] = .list(names.map { .string($0) })
            #expect(try chain.allows(arguments) == isAllowed, "\(names)")
        }
    }

    @Test func `arguments that cost too much to decide are refused`() throws {
        let comparisons: [Value] = (0..<300).map { _ in ["==", ".", 1] }
        let policy = try Policy([["all", ".fields", ["and", .list(comparisons)]]])
        let chain = try verify([.test(from: .owner, to: .viewer, about: .owner, policy: policy)])
        var arguments = Map()
        arguments["fields"] = .list([Value](repeating: 1, count: 400))
        #expect(throws: CapabilityError.limitExceeded) { try chain.allows(arguments) }
    }
}
