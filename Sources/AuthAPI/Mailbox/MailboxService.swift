internal import Capabilities
internal import DumpIdentity
internal import IPLD
internal import PseudonymStore
internal import Sodium

/// Executes the invocations that other principals send to the pseudonyms of this node.
struct MailboxService: Sendable {
    /// How far in the future an invocation may expire, in seconds.
    static let maximumLifetime: Int64 = 600

    let node: Node

    /// Executes the one invocation of a container.
    ///
    /// - Throws: ``APIError/malformed(_:)`` for what is no container with one invocation; ``APIError/refused`` for
    ///   everything that does not verify, whatever the reason.
    func execute(_ bytes: [UInt8], from source: RequestSource) async throws -> Value {
        // Reading takes a turn, too: a container may be large, and nobody has shown yet who sent it.
        let (invocation, proofs) = try await node.queue.run(source) { try MailboxService.read(bytes) }
        // Before anything that costs more: whoever sends too much is read, and no more is done for it.
        if invocation.command == .profileRequest { try node.quotas.take(from: source) }
        switch invocation.command {
        case .revoke:
            // Its own rules: it does not end, may be repeated, and may come from anyone in the path.
            return try await node.queue.run(source) {
                try await RevocationService(node: node).execute(invocation, delegations: proofs)
            }
        case .modulePull:
            return try await node.queue.run(source) {
                try await ModulePage.execute(invocation, proofs: proofs, at: node)
            }
        case .profileRead:
            return try await node.queue.run(source) {
                try await executeVerified(invocation, proofs: proofs, from: source)
            }
        case .profileAnswer:
            return try await EvenTime.run { try await answer(invocation, proofs: proofs, from: source) }
        default:
            // What is answered alike is answered at the same time; the time in the queue counts in.
            return try await EvenTime.run {
                try await node.queue.run(source) {
                    try await executeVerified(invocation, proofs: proofs, from: source)
                }
            }
        }
    }

    /// The one invocation of a container, and its delegations.
    private static func read(_ bytes: [UInt8]) throws(APIError) -> (Invocation, [Delegation]) {
        do {
            let container = try Container(decoding: bytes)
            return (try container.invocation(), try container.delegations())
        } catch { throw .malformed("the body is no container with one invocation") }
    }

    private func executeVerified(
        _ invocation: Invocation, proofs: [Delegation], from source: RequestSource
    ) async throws -> Value {
        let verified = try await verify(invocation, proofs: proofs)
        let nonce = try nonce(of: invocation)
        switch invocation.command {
        case .profileRequest: return try await request(verified, nonce: nonce, from: source)
        case .profileReturn: return try await ReturnService(node: node).execute(verified, proofs, nonce: nonce)
        case .profileWithdraw: return try await withdraw(verified, nonce: nonce)
        case .profileRead: return try await read(verified, nonce: nonce)
        default: throw APIError.refused
        }
    }

    func verify(_ invocation: Invocation, proofs: [Delegation]) async throws -> VerifiedInvocation {
        // What is addressed to a pseudonym as audience is taken whether or not its mailbox is here: the answer must not
        // tell. A read is executed only for its own subject, where its mailbox is.
        let addressee = invocation.audience ?? invocation.subject
        let isRead = invocation.command == .profileRead
        let isKept = try await node.pseudonyms.hasMailbox(addressee)
        let actsForAddressee = isRead ? isKept && addressee == invocation.subject : invocation.audience != nil
        let verifier = InvocationVerifier(
            executor: node.principal, maximumLifetime: MailboxService.maximumLifetime,
            actsFor: { $0 == addressee && (actsForAddressee || node.isSelf($0)) })
        let revocations = try await node.pseudonyms.revocations(of: invocation.proofs)
        return try verifier.verify(invocation, proofs: proofs, at: node.clock(), revocations: revocations)
    }

    func nonce(of invocation: Invocation) throws -> UsedNonce {
        guard invocation.nonce.count >= 12, let expiration = invocation.expiration else { throw APIError.refused }
        return UsedNonce(invocation, expiration: expiration)
    }

    // MARK: Commands

    private func request(
        _ verified: VerifiedInvocation, nonce: UsedNonce, from source: RequestSource
    ) async throws -> Value {
        let request = try ProfileRequest(verified.invocation)
        try node.quotas.take(of: request.viewer)
        let isWithinQuota = node.quotas.mailboxTakes(request.owner, from: source)
        let origin = try node.origin(of: source)
        let sealed: [UInt8]
        do {
            sealed = try InboxItem.sealed(request, origin: origin)
        } catch { throw APIError.refused }
        let isTaken = try await node.pseudonyms.addRequest(
            RequestName(request: request.cid, viewer: request.viewer), to: request.owner, sealed: sealed,
            from: origin.bytes, isWithinQuota: isWithinQuota, nonce: nonce, now: node.clock())
        if isTaken {
            node.events.tell(.request(request.cid, viewer: request.viewer, origin: origin), to: request.owner)
            node.notices.arrived(for: request.owner)
        }
        return .map(Map())
    }

    private func withdraw(_ verified: VerifiedInvocation, nonce: UsedNonce) async throws -> Value {
        var reader = MapReader(verified.invocation.arguments)
        let name = try requestName(verified, &reader)
        try reader.finish()
        try await node.pseudonyms.withdrawRequest(
            name, from: verified.invocation.audience ?? verified.invocation.subject, nonce: nonce,
            now: node.clock())
        return .map(Map())
    }

    /// The request that an invocation is about, as its own issuer's.
    func requestName(_ verified: VerifiedInvocation, _ reader: inout MapReader) throws -> RequestName {
        guard verified.chain == nil else { throw APIError.refused }
        return RequestName(request: try reader.link("request"), viewer: verified.invocation.issuer)
    }

    private func read(_ verified: VerifiedInvocation, nonce: UsedNonce) async throws -> Value {
        // The owner reads its own profile elsewhere: here a chain is needed, and it must begin with a grant of this node.
        guard let chain = verified.chain else { throw APIError.refused }
        let arguments = try ReadArguments(verified.invocation.arguments)
        let grant = try Grant(chain.delegations[0])
        guard node.isSelf(grant.node), chain.delegations.count == 1 || grant.allowsHandingOn else {
            throw APIError.refused
        }
        let now = node.clock()
        guard grant.open(arguments.fields, at: now) == arguments.fields else { throw APIError.refused }
        let slots = try arguments.fields.map { try Disclosure.slot(of: $0, in: grant.disclosure, owner: grant.owner) }
        let receipt = Receipt(invocation: verified.invocation, time: now)
        let read = DisclosureRead(
            slots: slots, chain: chain, pseudonym: grant.owner, receiptIdentifier: node.random.bytes(32),
            receipt: try receipt.sealed(), nonce: nonce)
        let ciphertexts = try await ciphertexts(of: read, now: now)
        node.events.tell(.read(grant.cid), to: grant.owner)
        var fields = Map()
        for (field, ciphertext) in zip(arguments.fields, ciphertexts) {
            fields[field.rawValue] = .bytes(ciphertext)
        }
        return ["fields": .map(fields)]
    }

    /// A grant whose fields are gone is refused like any other that does not count any more.
    private func ciphertexts(of read: DisclosureRead, now: Int64) async throws(APIError) -> [[UInt8]] {
        do {
            return try await node.pseudonyms.read(read, now: now)
        } catch { throw error == .notFound ? .refused : APIError(error) }
    }
}
