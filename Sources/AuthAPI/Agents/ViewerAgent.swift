internal import Capabilities
internal import DumpIdentity
internal import IPLD
internal import PseudonymStore
internal import Sodium

/// Acts for a viewer while a request of the viewer's own is served: asks, looks for answers, withdraws.
struct ViewerAgent {
    let node: Node
    let session: Session

    var vault: Vault { Vault(node: node, session: session) }
    var requests: Shelf { Shelf(label: Shelf.requests, node: node) }
    var client: InvocationClient { InvocationClient(client: node.client, random: node.random, clock: node.clock) }

    func keys(_ pseudonym: AccountState.Pseudonym) throws -> PseudonymKeys {
        try session.root.pseudonymKeys(module: pseudonym.module, index: pseudonym.index)
    }

    /// What a viewer asks for, beside whom.
    struct Question {
        var fields: [ProfileField]
        var purpose: String
        var duration: Int64
        var message: String?
        /// What the viewer shows of itself; a grant without its home, which is this node.
        var inReturn = Shown.nothing
        var wait = RequestTerms.defaultWait
        /// The grant that is to be renewed.
        var renews: CID?

        enum Shown {
            case nothing
            case history
            case grant(fields: [ProfileField], duration: Int64)
        }
    }

    // MARK: Asking

    /// Asks the publisher of an object for profile fields. While a request of the same pseudonym to the same publisher has
    /// no answer, nothing is sent, and that one is given.
    ///
    /// - Throws: ``APIError/notFound``; ``APIError/unacceptable(_:)``; and what sending throws.
    func request(
        object id: CID, module: ModuleID, _ question: Question
    ) async throws -> (sent: SentRequest, isNew: Bool) {
        guard let bytes = try await node.objects.object(id, module: module) else { throw APIError.notFound }
        let object = try ModuleObject(verifying: bytes)
        let terms = try await terms(question, object: id)
        let owner = OwnerAgent(node: node, session: session)
        let pseudonym = try await owner.pseudonym(for: module)
        for own in try await vault.state().pseudonyms where own.module == module {
            guard try self.keys(own).principal != object.issuer else {
                throw APIError.unacceptable("the object is your own")
            }
        }
        return try await send(terms, to: object.issuer, at: object.mailboxes[0], by: pseudonym)
    }

    /// The terms of a question, which are checked.
    func terms(_ question: Question, object: CID) async throws -> RequestTerms {
        if case .grant(let fields, _) = question.inReturn {
            let profile = try await vault.profile().profile
            for field in fields where profile[field] == nil {
                throw APIError.unacceptable("your profile has no \(field.rawValue); set it first")
            }
        }
        do {
            let inReturn: InReturn =
                switch question.inReturn {
                case .nothing: .nothing
                case .history: .history
                case .grant(let fields, let duration):
                    .grant(
                        try InReturn.Offer(
                            fields: fields, duration: duration, home: node.configuration.publicAddress))
                }
            return try RequestTerms(
                fields: question.fields, purpose: question.purpose, duration: question.duration, object: object,
                message: question.message, inReturn: inReturn, wait: question.wait, renews: question.renews)
        } catch {
            throw APIError.unacceptable(
                "a request has at least one field, a purpose of 1 to \(RequestTerms.maximumPurposeLength) bytes, a message "
                    + "of at most \(RequestTerms.maximumMessageLength), a duration of 1 second to 400 days, and waits for 1 "
                    + "second to 90 days; so has a grant in return fields and a duration")
        }
    }

    /// Sends a request, or gives the one to the same owner that has no answer yet. The record of a request that it renews
    /// names it from then on.
    func send(
        _ terms: RequestTerms, to owner: Principal, at mailbox: NodeAddress, by pseudonym: AccountState.Pseudonym,
        renewing former: CID? = nil
    ) async throws -> (sent: SentRequest, isNew: Bool) {
        let keys = try keys(pseudonym)
        // What was answered since is no longer pending. Asked before the account's turn, which must not wait for others.
        for known in try await pending(at: owner, by: pseudonym) { _ = try? await refreshed(known) }
        let request = try ProfileRequest.sign(
            terms, to: owner, expiration: client.expiration, with: keys.signing, random: node.random)
        let sent = SentRequest(request: request, terms: terms, pseudonym: pseudonym, mailbox: mailbox)
        let record = try requests.seal(sent.sealedValue, request: request.cid, keys: keys)
        let first = try await node.turns.take(session.handle) { () async throws -> SentRequest? in
            if let first = try await pending(at: owner, by: pseudonym).first { return first }
            // Kept before it is sent: an answer must never come to a request that its viewer does not know.
            var records = [record]
            if let former, let value = try await requests.record(of: former, self.keys(pseudonym)) {
                var renewed = try SentRequest(value)
                renewed.renewedBy = request.cid
                records.append(
                    try requests.seal(renewed.sealedValue, request: former, keys: try self.keys(pseudonym)))
            }
            try await node.pseudonyms.store(records, with: nil)
            return nil
        }
        if let first { return (first, false) }
        do {
            _ = try await client.send(request.invocation, proofs: [], to: mailbox)
        } catch .unanswered {
            // It may have arrived, and an answer may come to it.
            throw APIError.unanswered
        } catch {
            try await node.pseudonyms.remove(record)
            throw error
        }
        return (sent, true)
    }

    /// The requests of a pseudonym to an owner that wait for an answer, the one of the lowest name first.
    private func pending(at owner: Principal, by pseudonym: AccountState.Pseudonym) async throws -> [SentRequest] {
        let now = node.clock()
        return try await requests.all(keys(pseudonym)).map { try SentRequest($0) }
            .filter { $0.inReturnFor == nil && $0.request.owner == owner && $0.isPending && now <= $0.end }
            .sorted { $0.request.cid.bytes.lexicographicallyPrecedes($1.request.cid.bytes) }
    }

    // MARK: What was asked

    /// A part of the viewer's requests, in the order of their names; of those of it that have no answer it is asked whether
    /// there is one by now.
    func list(_ page: Page) async throws -> (requests: [SentRequest], next: Value) {
        var all: [SentRequest] = []
        for pseudonym in try await vault.state().pseudonyms {
            for value in try await requests.all(try keys(pseudonym)) { all.append(try SentRequest(value)) }
        }
        let (known, next) = try page.cut(all) { PagePlace(number: 0, name: $0.request.cid.digest) }
        var refreshed: [SentRequest] = []
        for sent in known {
            // A node that cannot be reached leaves its requests as they are.
            refreshed.append((try? await self.refreshed(sent)) ?? sent)
        }
        return (refreshed, next)
    }

    /// One request with its answer, for which it is waited at most so many seconds.
    ///
    /// - Throws: ``APIError/notFound``, and what asking throws.
    func find(_ id: CID, wait: Int64 = 0) async throws -> SentRequest {
        guard let known = try await known(id) else { throw APIError.notFound }
        return wait > 0 ? try await awaited(known, wait: wait) : try await refreshed(known)
    }

    /// A request as it is kept here.
    func known(_ id: CID) async throws -> SentRequest? {
        for pseudonym in try await vault.state().pseudonyms {
            if let value = try await requests.record(of: id, keys(pseudonym)) { return try SentRequest(value) }
        }
        return nil
    }

    /// A request as it is shown, with how its renewal stands where there is one.
    func shown(_ sent: SentRequest) async throws -> Value {
        let now = node.clock()
        var map = try sent.value(at: now, withGrant: true).mapValue ?? Map()
        if let newest = try await renewals(of: sent).last {
            var renewal = Map()
            renewal["id"] = .string(newest.request.cid.description)
            renewal["state"] = .string(newest.state(at: now))
            renewal["grant"] = newest.approval.map { .string($0.grant.cid.description) }
            renewal["granted"] = newest.approval.map { .list($0.grant.fields.map { .string($0.rawValue) }) }
            renewal["expires"] = newest.approval.map { .int($0.grant.expiration) }
            map["renewal"] = .map(renewal)
        }
        return .map(map)
    }

    /// Takes a pending request back.
    ///
    /// - Throws: ``APIError/conflict(_:)`` where it was answered, or is none; ``APIError/notFound``.
    func withdraw(_ id: CID) async throws {
        let sent = try await find(id)
        guard sent.isPending, sent.inReturnFor == nil else {
            throw APIError.conflict("the request was answered, or is none")
        }
        let keys = try keys(sent.pseudonym)
        // One that has ended waits nowhere: its record goes.
        if node.clock() <= sent.end {
            _ = try await client.act(
                .profileWithdraw, on: id, owner: sent.request.owner, at: sent.mailbox, with: keys.signing)
        }
        try await node.pseudonyms.remove(try requests.seal(sent.sealedValue, request: id, keys: keys))
    }
}
