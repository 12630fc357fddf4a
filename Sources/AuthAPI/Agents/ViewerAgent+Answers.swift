internal import Capabilities
internal import DumpIdentity
internal import IPLD
internal import PseudonymStore
internal import Sodium

extension ViewerAgent {
    /// For how long after its end a request is still asked for, in seconds: the answer may have come at the last moment.
    private static let grace: Int64 = Day.seconds
    /// Where an owner's node does not hold a call, this one asks again at the end.
    private static let shortHold = Duration.seconds(1)

    /// A request with its answer, where there is one by now.
    func refreshed(_ known: SentRequest) async throws -> SentRequest { try await asked(known, wait: 0) }

    /// A request with its answer, for which it is waited at most so many seconds.
    func awaited(_ known: SentRequest, wait: Int64) async throws -> SentRequest {
        let name = RequestName(request: known.answerName, viewer: try keys(known.pseudonym).principal)
        guard known.isPending, node.clock() <= known.end + ViewerAgent.grace,
            let held = node.waiting.hold(name.held, for: .account(session.handle))
        else { return try await refreshed(known) }
        defer { held.release() }
        let clock = ContinuousClock()
        let end = clock.now + .seconds(wait)
        let sent = try await asked(known, wait: wait)
        let isHeld = clock.now + ViewerAgent.shortHold >= end
        if !sent.isPending || isHeld { return sent }
        // The owner's node answered at once: asked in a loop it would be asked without end.
        await held.wait(until: end)
        return try await refreshed(sent)
    }

    private func asked(_ known: SentRequest, wait: Int64) async throws -> SentRequest {
        guard known.isPending, node.clock() <= known.end + ViewerAgent.grace else { return known }
        let keys = try keys(known.pseudonym)
        let answer = try await client.act(
            .profileAnswer, on: known.answerName, owner: known.counterpart, at: known.mailbox, wait: wait,
            with: keys.signing)
        guard let sealed = answer["answer"]?.bytesValue else { return known }
        let opened = try Answer(opening: sealed, with: keys.signing)
        // An answer must be the owner's: a grant by anyone else is none.
        if case .approved(let approval) = opened {
            guard approval.grant.owner == known.counterpart,
                approval.grant.delegation.envelope.isSigned(by: known.counterpart)
            else { throw APIError.refused }
        }
        return try await node.turns.take(session.handle) { try await keep(opened, of: known) }
    }

    /// Stores an answer, and what follows from it, in one transaction; the account's turn it must be.
    private func keep(_ answer: Answer, of known: SentRequest) async throws -> SentRequest {
        let keys = try keys(known.pseudonym)
        guard let value = try await requests.record(of: known.request.cid, keys) else { throw APIError.notFound }
        var sent = try SentRequest(value)
        // Two calls may bring the same answer. What was promised is given once.
        guard sent.isPending else { return sent }
        sent.answer = answer
        var records = [try requests.seal(sent.sealedValue, request: sent.request.cid, keys: keys)]
        var grant: ReturnGrant?
        if let approval = sent.approval, let offer = sent.terms.inReturn.offer, sent.inReturnFor == nil {
            let (made, record) = try await make(offer, of: sent, for: approval.grant)
            records.append(record)
            grant = made
        }
        try await node.pseudonyms.store(records, with: grant)
        if let grant {
            node.waiting.wake(grant.name.held)
            // Its mailbox is open already; who follows events hears of it from now on.
            try await OwnerAgent(node: node, session: session).openMailbox(grant.pseudonym)
        }
        return sent
    }

    /// Makes the grant that was promised in return, as an owner approves: for the owner, by the pseudonym that asked.
    private func make(
        _ offer: InReturn.Offer, of sent: SentRequest, for other: Grant
    ) async throws -> (ReturnGrant, StoredRecord) {
        let keys = try keys(sent.pseudonym)
        let owner = OwnerAgent(node: node, session: session)
        let profile = try await vault.profile().profile
        let approval = try await owner.mint(
            to: sent.request.owner, .init(fields: offer.fields, duration: offer.duration, allowsHandingOn: false),
            keys: keys)
        let record = DecisionRecord(
            request: sent.request, terms: sent.terms, approval: approval, time: node.clock(), inReturnFor: other.cid)
        let grant = ReturnGrant(
            pseudonym: keys.principal, name: record.answerName,
            answer: try Answer.approved(approval).sealed(to: sent.request.owner),
            fields: try approval.sealedFields(of: profile, only: offer.fields, random: node.random))
        return (
            grant, try owner.decisions.seal(record.sealedValue, request: sent.request.cid, keys: keys)
        )
    }
}

extension OwnerAgent {
    /// What an owner keeps of a grant that was promised in return: it is fetched and read like what one has asked for.
    func promised(
        by item: InboxItem, for grant: Grant, _ keys: borrowing PseudonymKeys
    ) throws -> [StoredRecord] {
        guard let offer = item.terms.inReturn.offer else { return [] }
        let sent = SentRequest(
            request: item.request, terms: item.terms, pseudonym: item.pseudonym, mailbox: offer.home,
            inReturnFor: grant.cid)
        let shelf = Shelf(label: Shelf.requests, node: node)
        return [try shelf.seal(sent.sealedValue, request: item.request.cid, keys: keys)]
    }

    /// Marks the grants that their viewers gave back: their status is set here, and nobody has revoked them.
    func markReturned(_ records: inout [DecisionRecord]) async throws {
        guard let list = try await node.pseudonyms.statusList(Node.statusList) else { return }
        for index in records.indices where !records[index].isRevoked {
            guard let grant = records[index].approval?.grant, node.serves(grant) else { continue }
            records[index].isReturned = (try? list.isRevoked(grant.status.index)) ?? false
        }
    }
}
