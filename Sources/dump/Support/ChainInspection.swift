internal import Capabilities
internal import DumpIdentity
internal import IPLD

/// Tells whether tokens make a chain, and whether it holds. Revocations and status lists are not asked.
struct ChainInspection {
    /// The time to judge by, in Unix seconds.
    let time: Int64

    /// The chain of the one invocation among the tokens, or else of the delegations; `nil` where there are none.
    func value(of tokens: [TokenInspection]) -> Value? {
        var (delegations, invocations): ([Delegation], [Invocation]) = ([], [])
        for token in tokens {
            switch token.content {
            case .delegation(let delegation): delegations.append(delegation)
            case .invocation(let invocation): invocations.append(invocation)
            case .other: break
            }
        }
        if let invocation = invocations.first, invocations.count == 1 {
            return value(of: invocation, proofs: delegations)
        }
        if invocations.count > 1 {
            return refused("there is more than one invocation")
        }
        if delegations.isEmpty { return nil }
        guard let ordered = ChainInspection.ordered(delegations) else {
            return refused("the delegations do not make one chain")
        }
        return value(of: ordered)
    }

    /// Whether delegations, root first, are a chain.
    func value(of delegations: [Delegation]) -> Value {
        judged(delegations.map(\.cid)) { () throws(CapabilityError) in
            try DelegationChain(verifying: delegations, at: time, revocations: KnownRevocations())
        }
    }

    /// Whether an invocation may be executed by the one that it names, for whatever it is.
    private func value(of invocation: Invocation, proofs: [Delegation]) -> Value {
        let verifier = InvocationVerifier(
            executor: invocation.audience ?? invocation.subject, maximumLifetime: nil)
        return judged(invocation.proofs) { () throws(CapabilityError) in
            try verifier.verify(invocation, proofs: proofs, at: time).chain
        }
    }

    private func judged(_ order: [CID], _ verify: () throws(CapabilityError) -> DelegationChain?) -> Value {
        var shown = Map()
        shown["order"] = .list(order.map { .string($0.description) })
        shown["revocation"] = "not asked"
        do {
            let chain = try verify()
            shown["verified"] = true
            if let chain {
                shown["subject"] = .string(chain.subject.did)
                shown["holder"] = .string(chain.holder.did)
                shown["command"] = .string(chain.command.string)
            } else {
                shown["reason"] = "the issuer acts for itself"
            }
        } catch {
            shown["verified"] = false
            shown.refuse(error)
        }
        return .map(shown)
    }

    private func refused(_ reason: String) -> Value { ["verified": false, "reason": .string(reason)] }

    /// The delegations root first, each by whom the one before is for; `nil` where they are not one such row.
    static func ordered(_ delegations: [Delegation]) -> [Delegation]? {
        var rest: [Delegation] = []
        for delegation in delegations where !rest.contains(where: { $0.cid == delegation.cid }) {
            rest.append(delegation)
        }
        let audiences = Set(rest.map(\.audience))
        guard let root = rest.firstIndex(where: { !audiences.contains($0.issuer) }) else { return nil }
        var chain = [rest.remove(at: root)]
        while let last = chain.last, let next = rest.firstIndex(where: { $0.issuer == last.audience }) {
            chain.append(rest.remove(at: next))
        }
        return rest.isEmpty ? chain : nil
    }
}
