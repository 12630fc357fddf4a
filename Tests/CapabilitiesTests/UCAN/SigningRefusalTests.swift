import Capabilities
import DumpIdentity
import IPLD
import TestSupport
import Testing

/// What is not signed, because nobody could read it.
struct SigningRefusalTests {
    private func sign(meta: Map) throws -> Delegation {
        try Delegation.sign(
            to: Party.viewer.principal, subject: nil, command: .profileRead, policy: .empty, meta: meta,
            expiration: nil, with: Party.owner.key(), random: .fixed())
    }

    private func padding(_ count: Int) -> Map {
        var map = Map()
        map["x"] = .bytes([UInt8](repeating: 0, count: count))
        return map
    }

    @Test func `a delegation above the limit is not signed, and one of just that size is read again`() throws {
        let overhead = try sign(meta: padding(1_000)).envelope.bytes.count - 1_000
        let largest = try sign(meta: padding(Delegation.maximumLength - overhead))
        #expect(largest.envelope.bytes.count == Delegation.maximumLength)
        #expect(try Delegation(decoding: largest.envelope.bytes) == largest)
        #expect(throws: CapabilityError.limitExceeded) {
            try sign(meta: padding(Delegation.maximumLength - overhead + 1))
        }
    }

    @Test(arguments: [Value.float(.nan), .float(.infinity), .nested(100)])
    func `what DAG-CBOR does not allow is not signed`(value: Value) throws {
        var map = Map()
        map["x"] = value
        #expect(throws: CapabilityError.malformed) { try sign(meta: map) }
        #expect(throws: CapabilityError.malformed) {
            try Invocation.test(by: .owner, arguments: .map(map))
        }
    }

    @Test func `a revocation with a path that holds another thing than links is refused`() throws {
        let cid = try Delegation.chain(1)[0].cid
        for item in [.null, 1, "a", .bytes(cid.bytes), [.link(cid)]] as [Value] {
            let invocation = try Invocation.test(
                by: .owner, command: "/ucan/revoke", arguments: ["revoke": .link(cid), "path": [item, .link(cid)]],
                expiration: nil)
            #expect(throws: CapabilityError.malformed) { try Revocation(verifying: invocation) }
        }
    }

    @Test func `a revocation that acts for another is taken whomever it is addressed to`() throws {
        let right = try Delegation.test(from: .owner, to: .viewer, about: .owner, command: "/ucan/revoke")
        let cid = try Delegation.chain(1)[0].cid
        for audience in [nil, Party.stranger] {
            let invocation = try Invocation.test(
                by: .viewer, for: audience, command: "/ucan/revoke", arguments: ["revoke": .link(cid)],
                proofs: [right], expiration: nil)
            let revocation = try Revocation(verifying: invocation, witnesses: [right], at: testTime)
            #expect(try revocation.revoker == Party.owner.principal)
        }
    }
}

extension Value {
    /// Lists, each inside the next.
    fileprivate static func nested(_ depth: Int) -> Value { depth == 0 ? .null : .list([nested(depth - 1)]) }
}
