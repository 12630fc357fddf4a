internal import Capabilities
internal import DumpIdentity
internal import IPLD
internal import PseudonymStore
internal import Sodium

/// Acts for a viewer while a request of the viewer's own is served.
struct ViewerAgent {
    let node: Node
    let session: Session

    private var vault: Vault { Vault(node: node, session: session) }
    private var requests: Shelf { Shelf(label: Shelf.requests, node: node) }
    private var client: InvocationClient {
        InvocationClient(client: node.client, random: node.random, clock: node.clock)
    }

    /// Asks the publisher of an object for profile fields.
    func request(object id: CID, module: ModuleID, fields: [ProfileField], purpose: String, duration: Int64)
        async throws -> SentRequest
    {
        guard let bytes = try await node.objects.object(id, module: module) else { throw APIError.notFound }
        let object = try ModuleObject(verifying: bytes)
        let terms: RequestTerms
        do {
            terms = try RequestTerms(fields: fields, purpose: purpose, duration: duration, object: id)
        } catch {
            throw APIError.unacceptable(
                "a request has at least one field, a purpose of 1 to \(RequestTerms.maximumPurposeLength) bytes, and a "
                    + "duration of 1 second to 400 days")
        }
        let owner = OwnerAgent(node: node, session: session)
        let pseudonym = try await owner.pseudonym(for: module)
        for own in try await vault.state().pseudonyms where own.module == module {
            guard try self.keys(own).principal != object.issuer else {
                throw APIError.unacceptable("the object is your own")
            }
        }
        let keys = try keys(pseudonym)
        let request = try ProfileRequest.sign(
            terms, to: object.issuer, expiration: client.expiration, with: keys.signing, random: node.random)
        let sent = SentRequest(request: request, terms: terms, pseudonym: pseudonym, mailbox: object.mailboxes[0])
        // Kept before it is sent: an answer must never come to a request that its viewer does not know.
        let record = try requests.seal(sent.sealedValue, request: request.cid, keys: keys)
        try await node.pseudonyms.put(record)
        do {
            _ = try await client.send(request.invocation, proofs: [], to: sent.mailbox)
        } catch .unanswered {
            // It may have arrived, and an answer may come to it.
            throw APIError.unanswered
        } catch {
            try await node.pseudonyms.remove(record)
            throw error
        }
        return sent
    }

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
            refreshed.append((try? await self.refreshed(sent, try keys(sent.pseudonym))) ?? sent)
        }
        return (refreshed, next)
    }

    /// One request with its answer.
    func find(_ id: CID) async throws -> SentRequest {
        for pseudonym in try await vault.state().pseudonyms {
            let keys = try keys(pseudonym)
            guard let value = try await requests.record(of: id, keys) else { continue }
            return try await refreshed(try SentRequest(value), keys)
        }
        throw APIError.notFound
    }

    private func refreshed(_ known: SentRequest, _ keys: borrowing PseudonymKeys) async throws -> SentRequest {
        if known.answer != nil { return known }
        let answer = try await client.act(
            .profileAnswer, on: known.request.cid, owner: known.request.owner, at: known.mailbox, with: keys.signing)
        guard let sealed = answer["answer"]?.bytesValue else { return known }
        var sent = known
        let opened = try Answer(opening: sealed, with: keys.signing)
        // An answer must be the owner's: a grant by anyone else is none.
        if case .approved(let approval) = opened {
            guard approval.grant.owner == known.request.owner,
                approval.grant.delegation.envelope.isSigned(by: known.request.owner)
            else { throw APIError.refused }
        }
        sent.answer = opened
        try await node.pseudonyms.put(
            try requests.seal(sent.sealedValue, request: known.request.cid, keys: keys))
        return sent
    }

    /// Takes a pending request back.
    func withdraw(_ id: CID) async throws {
        let sent = try await find(id)
        guard sent.answer == nil else { throw APIError.conflict("the request was answered") }
        let keys = try keys(sent.pseudonym)
        _ = try await client.act(
            .profileWithdraw, on: id, owner: sent.request.owner, at: sent.mailbox, with: keys.signing)
        try await node.pseudonyms.remove(try requests.seal(sent.sealedValue, request: id, keys: keys))
    }

    /// Reads granted fields at the owner's node. What is asked for is what is sent: the owner's node decides.
    func read(_ id: CID, fields: [ProfileField]) async throws -> [ProfileField: FieldValue?] {
        let sent = try await find(id)
        guard let approval = sent.approval else { throw APIError.conflict("nothing was granted") }
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

    /// Hands some of the granted fields on to a component.
    func handOn(
        _ id: CID, fields: [ProfileField], to component: Principal, duration: Int64
    ) async throws -> Handover {
        let sent = try await find(id)
        guard let approval = sent.approval else { throw APIError.conflict("nothing was granted") }
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

    private func keys(_ pseudonym: AccountState.Pseudonym) throws -> PseudonymKeys {
        try session.root.pseudonymKeys(module: pseudonym.module, index: pseudonym.index)
    }
}
