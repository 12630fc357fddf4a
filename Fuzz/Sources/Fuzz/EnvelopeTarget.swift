internal import Capabilities
internal import DumpIdentity
internal import IPLD

/// Envelopes, delegations, invocations and statements of feeds: what was read is all that was there, and nothing altered is signed.
enum EnvelopeTarget {
    static func check(_ input: [UInt8]) {
        guard let envelope = try? Envelope(decoding: input) else {
            require((try? Delegation(decoding: input)) == nil, "a delegation is an envelope")
            require((try? Invocation(decoding: input)) == nil, "an invocation is an envelope")
            return
        }
        require(envelope.bytes == input, "the received bytes are kept")
        require(
            try DagCBOR.encode([
                .bytes(Array(envelope.signature)),
                ["h": .bytes(Envelope.varsigHeader), envelope.tag: .map(envelope.payload)],
            ]) == input, "signature, tag and payload are all that an envelope holds")
        checkSignature(envelope)
        let delegation = try? Delegation(decoding: input)
        let invocation = try? Invocation(decoding: input)
        require(delegation == nil || invocation == nil, "a thing is of one kind")
        for party in Party.allCases {
            guard let statement = try? RevocationStatement(verifying: input, by: [party.principal]) else { continue }
            require(
                try RevocationStatement.sign(statement.content, at: statement.position, with: party.key()).bytes
                    == input,
                "a statement of a feed has one form")
        }
        if let delegation { check(delegation, input) }
        if let invocation { check(invocation, input) }
    }

    /// Ed25519 has one signature for a message and a key of ours: whatever else is accepted was altered.
    private static func checkSignature(_ envelope: Envelope) {
        for party in Party.allCases where envelope.isSigned(by: party.principal) {
            require(
                try Envelope.sign(envelope.payload, tag: envelope.tag, with: party.key()).bytes == envelope.bytes,
                "what is accepted as signed is what the signer signs")
        }
    }

    private static func check(_ delegation: Delegation, _ input: [UInt8]) {
        require(delegation.envelope.bytes == input, "a delegation keeps the received bytes")
        require(delegation.cid == CID.of(dagCBOR: input), "a delegation is named by its bytes")
        var payload = Map()
        payload["iss"] = .string(delegation.issuer.did)
        payload["aud"] = .string(delegation.audience.did)
        payload["sub"] = delegation.subject.map { .string($0.did) } ?? .null
        payload["cmd"] = .string(delegation.command.string)
        payload["pol"] = delegation.policy.value
        payload["nonce"] = .bytes(delegation.nonce)
        payload["meta"] = delegation.meta.map { .map($0) }
        payload["nbf"] = delegation.notBefore.map { .int($0) }
        payload["exp"] = delegation.expiration.map { .int($0) } ?? .null
        require(payload == delegation.envelope.payload, "a delegation is read whole, and can be written again")
        let chain = try? DelegationChain(verifying: [delegation], at: Party.time, revocations: KnownRevocations())
        guard let chain else { return }
        require(delegation.envelope.isSigned(by: delegation.issuer), "a chain is signed")
        require(chain.subject == delegation.issuer, "a chain begins with its subject")
        require(chain.holder == delegation.audience, "a chain is its last audience's")
    }

    private static func check(_ invocation: Invocation, _ input: [UInt8]) {
        require(invocation.envelope.bytes == input, "an invocation keeps the received bytes")
        require(invocation.cid == CID.of(dagCBOR: input), "an invocation is named by its bytes")
        var payload = Map()
        payload["iss"] = .string(invocation.issuer.did)
        payload["sub"] = .string(invocation.subject.did)
        payload["aud"] = invocation.audience.map { .string($0.did) }
        payload["cmd"] = .string(invocation.command.string)
        payload["args"] = .map(invocation.arguments)
        payload["prf"] = .list(invocation.proofs.map { .link($0) })
        payload["nonce"] = .bytes(invocation.nonce)
        payload["exp"] = invocation.expiration.map { .int($0) } ?? .null
        payload["iat"] = invocation.issuedAt.map { .int($0) }
        for key in ["meta", "cause"] { payload[key] = invocation.envelope.payload[key] }
        require(payload == invocation.envelope.payload, "an invocation is read whole, and can be written again")
        if let revocation = try? Revocation(verifying: invocation) {
            require(invocation.envelope.isSigned(by: revocation.revoker), "a revocation is signed")
        }
    }
}
