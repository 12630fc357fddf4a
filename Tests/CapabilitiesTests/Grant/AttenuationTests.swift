import Capabilities
import DumpIdentity
import IPLD
import TestSupport
import Testing

/// Properties over random chains, each from a seed of its own so that a failure comes again.
struct AttenuationTests {
    private static let seeds = Array(UInt64(0)..<60)

    /// A grant that was handed on up to three times under any policies, and the fields that all of them name.
    private struct Chain {
        let fixture: GrantFixture
        var delegations: [Delegation]
        var common: Set<ProfileField>
        var end = GrantFixture.end
        var holder = Party.viewer

        init(_ generator: inout SeededGenerator) throws {
            let granted = generator.fields(atLeast: 1)
            fixture = try GrantFixture(fields: granted)
            delegations = [fixture.grant.delegation]
            common = Set(granted)
            for _ in 0..<Int.random(in: 0...3, using: &generator) { try handOn(&generator) }
        }

        private mutating func handOn(_ generator: inout SeededGenerator) throws {
            let next = [Party.component, .executor, .stranger].randomElement(using: &generator) ?? .component
            let named = Bool.random(using: &generator) ? generator.fields() : nil
            let end = GrantFixture.end + Int64.random(in: -1_000...1_000, using: &generator)
            let subject = Bool.random(using: &generator) ? fixture.grant.owner : nil
            delegations.append(
                try Delegation.sign(
                    to: next.principal, subject: subject, command: .profileRead,
                    policy: named.map { .fields($0.map(\.rawValue)) } ?? .empty, expiration: end, with: holder.key()))
            if let named { common.formIntersection(named) }
            self.end = min(self.end, end)
            holder = next
        }
    }

    @Test(arguments: seeds)
    func `a chain opens exactly what all of its parts name, until the first of them ends`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let chain = try Chain(&generator)
        let verified = try verifyGrant(
            chain.delegations, for: chain.fixture.grant.owner, statusList: statusListToken(), at: testTime)
        #expect(Set(verified.fields) == chain.common)
        #expect(Set(verified.fields).isSubset(of: chain.fixture.grant.fields))
        #expect(verified.expiration == chain.end)
    }

    @Test(arguments: seeds)
    func `a reading is allowed exactly where every field is`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed &+ 1_000)
        let chain = try Chain(&generator)
        let verifier = try InvocationVerifier(executor: Party.node.principal, maximumLifetime: 60)
        for _ in 0..<5 {
            let asked = generator.fields(atLeast: 1)
            let reading = try chain.fixture.reading(asked, by: chain.holder, proofs: chain.delegations, for: .node)
            let isAllowed = chain.common.isSuperset(of: asked)
            let refused = try refusal { try verifier.verify(reading, proofs: chain.delegations, at: testTime) }
            #expect(refused == (isAllowed ? nil : .matchError), "\(asked)")
        }
    }

    @Test(arguments: seeds)
    func `handing on never opens a field that was not open before`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed &+ 2_000)
        let chain = try Chain(&generator)
        var open = Set(ProfileField.allCases)
        for length in 1...chain.delegations.count {
            let verified = try verifyGrant(
                Array(chain.delegations.prefix(length)), for: chain.fixture.grant.owner,
                statusList: statusListToken(), at: testTime)
            #expect(open.isSuperset(of: verified.fields))
            open = Set(verified.fields)
        }
    }
}

extension SeededGenerator {
    /// Some of the six fields; at least `least` of them.
    fileprivate mutating func fields(atLeast least: Int = 0) -> [ProfileField] {
        let count = Int.random(in: least...ProfileField.allCases.count, using: &self)
        let chosen = Set(ProfileField.allCases.shuffled(using: &self).prefix(count))
        return ProfileField.allCases.filter(chosen.contains)
    }
}
