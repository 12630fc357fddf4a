internal import Capabilities
internal import DumpIdentity
internal import IPLD
internal import PseudonymStore

extension ViewerAgent {
    /// The most renewals of one request that are followed.
    private static let maximumRenewals = 1_000

    /// The requests that renewed one, in turn; the last may have no answer, or a denial.
    func renewals(of sent: SentRequest) async throws -> [SentRequest] {
        let keys = try keys(sent.pseudonym)
        var (chain, last): ([SentRequest], SentRequest) = ([], sent)
        // One that could not be sent, or was withdrawn, is not there any more.
        while chain.count < ViewerAgent.maximumRenewals, let id = last.renewedBy,
            let value = try await requests.record(of: id, keys)
        {
            last = try SentRequest(value)
            chain.append(last)
        }
        return chain
    }

    /// The grants of a request and of its renewals that have not ended, the newest first.
    private func approvals(_ sent: SentRequest) async throws -> [Answer.Approval] {
        let all = ([sent] + (try await renewals(of: sent))).reversed().compactMap(\.approval)
        let alive = all.filter { $0.grant.expiration >= node.clock() }
        return alive.isEmpty ? all : alive
    }

    /// The newest grant that opens all of some fields, or else the newest.
    private func approval(_ sent: SentRequest, for fields: [ProfileField]) async throws -> Answer.Approval {
        let approvals = try await approvals(sent)
        guard let newest = approvals.first else { throw APIError.conflict("nothing was granted") }
        let now = node.clock()
        return approvals.first { approval in
            fields.allSatisfy(approval.grant.open(approval.grant.fields, at: now).contains)
        } ?? newest
    }

    /// Reads granted fields at the owner's node. What is asked for is what is sent: the owner's node decides.
    func read(_ id: CID, fields: [ProfileField]) async throws -> [ProfileField: FieldValue?] {
        let sent = try await find(id)
        let approval = try await approval(sent, for: fields)
        let keys = try keys(sent.pseudonym)
        let ciphertexts = try await client.read(
            fields, chain: [approval.grant.delegation], grant: approval.grant, with: keys.signing)
        let disclosure = try Disclosure(key: approval.key)
        var values: [ProfileField: FieldValue?] = [:]
        for (field, ciphertext) in ciphertexts {
            values[field] = .some(try disclosure.fieldKey(field).open(ciphertext))
        }
        return values
    }

    // MARK: Handing on

    /// Hands some of the granted fields on to a component.
    func handOn(
        _ id: CID, fields: [ProfileField], to component: Principal, duration: Int64
    ) async throws -> Handover {
        let sent = try await find(id)
        let approval = try await approval(sent, for: fields)
        guard approval.grant.allowsHandingOn else { throw APIError.conflict("the owner does not allow handing on") }
        guard duration > 0 else { throw APIError.unacceptable("the time limit must be positive") }
        let expiration = min(node.clock() + min(duration, Grant.maximumDuration), approval.grant.expiration)
        do {
            return try Handover(
                of: approval, fields: fields, to: component, expiration: expiration,
                with: try keys(sent.pseudonym).signing, random: node.random)
        } catch {
            throw APIError.unacceptable("only granted fields can be handed on, and at least one")
        }
    }

    /// Takes back what was handed on to a component, and with it whatever the component handed on. May be repeated.
    func takeBack(_ id: CID, _ handedOn: Delegation) async throws {
        let sent = try await find(id)
        guard let approval = sent.approval else { throw APIError.conflict("nothing was granted") }
        let keys = try keys(sent.pseudonym)
        guard handedOn.issuer == keys.principal, handedOn.envelope.isSigned(by: keys.principal) else {
            throw APIError.unacceptable("only what was handed on under this request can be taken back")
        }
        try await client.revoke([approval.grant.delegation, handedOn], grant: approval.grant, with: keys.signing)
    }

    // MARK: Renewing and giving back

    /// Asks anew under a grant that has not ended: for as many fields where none are named, and for the same purpose where
    /// no other is.
    ///
    /// - Throws: ``APIError/conflict(_:)`` where there is no such grant; and as a request.
    func renew(
        _ id: CID, duration: Int64, fields: [ProfileField]?, purpose: String?, message: String?
    ) async throws -> (sent: SentRequest, isNew: Bool) {
        let sent = try await find(id)
        let newest = ([sent] + (try await renewals(of: sent))).last { $0.approval != nil }
        guard let newest, let grant = newest.approval?.grant, grant.expiration >= node.clock() else {
            throw APIError.conflict("there is no grant that could be renewed; ask anew")
        }
        let question = Question(
            fields: fields ?? grant.fields, purpose: purpose ?? sent.terms.purpose, duration: duration,
            message: message, renews: grant.cid)
        return try await send(
            try await terms(question, object: sent.terms.object), to: sent.counterpart, at: sent.mailbox,
            by: sent.pseudonym, renewing: newest.request.cid)
    }

    /// Gives a grant back, with those that renewed it: what they opened is destroyed at its home, and the keys are
    /// forgotten here. May be repeated.
    ///
    /// - Throws: ``APIError/conflict(_:)`` where nothing was granted; ``APIError/unreachable``, ``APIError/unanswered``,
    ///   ``APIError/refused``: then the grant stands, and its key is still known.
    func giveBack(_ id: CID) async throws {
        let sent = try await find(id)
        guard sent.approval != nil || sent.returned != nil else { throw APIError.conflict("nothing was granted") }
        let keys = try keys(sent.pseudonym)
        for held in [sent] + (try await renewals(of: sent)) {
            guard let grant = held.approval?.grant else { continue }
            try await client.giveBack(grant, with: keys.signing)
            try await node.turns.take(session.handle) { try await forget(grant, of: held) }
        }
    }

    /// Replaces the grant in a request's record by its name.
    private func forget(_ grant: Grant, of held: SentRequest) async throws {
        let keys = try keys(held.pseudonym)
        guard let value = try await requests.record(of: held.request.cid, keys) else { return }
        var sent = try SentRequest(value)
        sent.answer = nil
        sent.returned = grant.cid
        try await node.pseudonyms.put(try requests.seal(sent.sealedValue, request: sent.request.cid, keys: keys))
    }
}
