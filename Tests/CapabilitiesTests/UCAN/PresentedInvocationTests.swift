import Capabilities
import DumpIdentity
import IPLD
import TestSupport
import Testing

/// Verifying what a container presents: with every cache the answer is that for the invocation and its proofs.
struct PresentedInvocationTests {
    /// What is presented, and the one right answer.
    private struct Case: Sendable {
        let name: String
        let invocation: Invocation
        let proofs: [Delegation]
        let refusal: CapabilityError?
        var time = testTime
        var revocations = KnownRevocations()
    }

    private static let cases = Result { () throws -> [Case] in
        let chain = try Delegation.chain(2)
        let forged = try Delegation(decoding: chain[0].envelope.resigned(by: .stranger))
        let narrow = try Delegation.test(from: .owner, to: .viewer, about: .owner, policy: .fields(["email"]))
        let short = try Delegation.test(from: .owner, to: .viewer, about: .owner, expiration: testTime - 1)
        let good = try Invocation.test(by: .component, proofs: chain)
        let unsigned = try Invocation(decoding: good.envelope.resigned(by: .stranger))
        func row(
            _ name: String, _ refusal: CapabilityError?, by party: Party = .viewer, naming named: [Delegation],
            shown: [Delegation]? = nil
        ) throws -> Case {
            Case(
                name: name, invocation: try .test(by: party, proofs: named), proofs: shown ?? named, refusal: refusal)
        }
        return try [
            row("good", nil, by: .component, naming: chain),
            row("in any order", nil, by: .component, naming: chain, shown: [narrow] + chain.reversed()),
            row("for itself", nil, by: .owner, naming: []),
            row("for another", .invalidClaim, naming: []),
            row("no root", .unavailableProof, by: .component, naming: chain, shown: [chain[1]]),
            row("no leaf", .unavailableProof, by: .component, naming: chain, shown: [chain[0]]),
            row("no proof", .unavailableProof, by: .component, naming: chain, shown: []),
            row("wrong order", .invalidClaim, by: .component, naming: chain.reversed()),
            row("one twice", .invalidAudience, naming: [chain[0], chain[0]]),
            row("forged", .invalidSignature, by: .component, naming: [forged, chain[1]]),
            row("forged, and no leaf", .unavailableProof, by: .component, naming: [forged, chain[1]], shown: [forged]),
            row("another holder", .invalidAudience, by: .stranger, naming: chain),
            row("outside the policy", .matchError, naming: [narrow]),
            row("expired", .expired, naming: [short]),
            row("too many", .limitExceeded, naming: Array(repeating: chain[0], count: 9), shown: [chain[0]]),
            Case(name: "unsigned", invocation: unsigned, proofs: chain, refusal: .invalidSignature),
            Case(name: "late", invocation: good, proofs: chain, refusal: .expired, time: testTime + 61),
            Case(
                name: "revoked", invocation: good, proofs: chain, refusal: .revoked,
                revocations: KnownRevocations([chain[1].cid: [Party.owner.principal]])),
            Case(
                name: "revoked by its issuer", invocation: good, proofs: chain, refusal: .revoked,
                revocations: KnownRevocations([chain[0].cid: [Party.owner.principal]])),
            Case(
                name: "revoked by another", invocation: good, proofs: chain, refusal: nil,
                revocations: KnownRevocations([chain[0].cid: [Party.viewer.principal]])),
        ]
    }

    private func answer(_ one: Case, _ cache: DelegationCache?) throws -> (VerifiedInvocation?, CapabilityError?) {
        let verifier = try InvocationVerifier(executor: Party.owner.principal, maximumLifetime: 60, cache: cache)
        let tokens = ([one.invocation.envelope] + one.proofs.map(\.envelope)).map(\.bytes)
        do throws(CapabilityError) {
            return (try verifier.verify(Container(tokens), at: one.time, revocations: one.revocations), nil)
        } catch { return (nil, error) }
    }

    @Test func `the answer is that for the invocation and its proofs, whatever is kept`() throws {
        let cases = try Self.cases.get()
        let caches = [nil, 0, 1, 2, 100].map { $0.map { DelegationCache(capacity: $0) } }
        for _ in 0..<3 {
            for one in cases {
                let verifier = try InvocationVerifier(executor: Party.owner.principal, maximumLifetime: 60)
                let expected = try refusal {
                    try verifier.verify(
                        one.invocation, proofs: one.proofs, at: one.time, revocations: one.revocations)
                }
                #expect(expected == one.refusal, "\(one.name)")
                for cache in caches {
                    // What is missing here was seen elsewhere: it may be kept.
                    if one.refusal == .unavailableProof, cache != nil { continue }
                    let (verified, error) = try answer(one, cache)
                    #expect(error == one.refusal, "\(one.name)")
                    #expect(verified.map(\.invocation) == (error == nil ? one.invocation : nil))
                }
            }
        }
    }

    @Test func `a proof that is neither shown nor kept is missing`() throws {
        for one in try Self.cases.get() where one.refusal == .unavailableProof {
            #expect(try answer(one, DelegationCache()).1 == .unavailableProof, "\(one.name)")
        }
    }

    @Test func `what is kept need not be shown, in part or at all`() throws {
        let (cache, chain) = (DelegationCache(), try Delegation.chain(2))
        let good = try Invocation.test(by: .component, proofs: chain)
        _ = try answer(
            Case(name: "root", invocation: .test(by: .viewer, proofs: [chain[0]]), proofs: [chain[0]], refusal: nil),
            cache)
        let halves = [[chain[1]], []]
        for proofs in halves {
            let (verified, _) = try answer(Case(name: "half", invocation: good, proofs: proofs, refusal: nil), cache)
            #expect(verified?.chain?.delegations == chain)
        }
        #expect(cache.count == 2)
    }
}
