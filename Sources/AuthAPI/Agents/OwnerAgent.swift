internal import Capabilities
internal import DumpIdentity
internal import IPLD
internal import PseudonymStore
internal import Sodium

/// Acts for an owner while a request of the owner's own is served: publishes, and decides on requests.
struct OwnerAgent {
    let node: Node
    let session: Session

    var vault: Vault { Vault(node: node, session: session) }
    var decisions: Shelf { Shelf(label: Shelf.decisions, node: node) }
    var settings: SettingsShelf { SettingsShelf(node: node, root: session.root) }

    func keys(_ pseudonym: AccountState.Pseudonym) throws -> PseudonymKeys {
        try session.root.pseudonymKeys(module: pseudonym.module, index: pseudonym.index)
    }

    // MARK: Requests

    /// The requests that wait, of all pseudonyms, in the order of their names. Those from whom the owner takes none are
    /// dropped: their viewers are told what others are told who wait.
    func inbox() async throws -> [InboxItem] {
        let blocked = Set(try await settings.read().blocks.map(\.subject))
        var items: [InboxItem] = []
        var dropped: [DroppedRequest] = []
        var search = MailboxSearch(node: node)
        for pseudonym in try await vault.state().pseudonyms {
            let keys = try keys(pseudonym)
            for stored in try await search.requests(of: keys) {
                // What cannot be opened was not sealed by this node; it is nothing that an owner could decide on.
                guard let item = try? InboxItem(opening: stored, of: pseudonym, with: keys) else { continue }
                if item.isBlocked(by: blocked) {
                    dropped.append(DroppedRequest(pseudonym: keys.principal, identifier: item.stored))
                } else {
                    items.append(item)
                }
            }
        }
        if !dropped.isEmpty { try await node.pseudonyms.drop(dropped) }
        return items.sorted { $0.request.cid.bytes.lexicographicallyPrecedes($1.request.cid.bytes) }
    }

    /// The request of that name that waits.
    ///
    /// - Throws: ``APIError/conflict(_:)`` where there is none.
    func item(_ id: CID) async throws -> InboxItem {
        guard let item = try await inbox().first(where: { $0.request.cid == id }) else {
            throw APIError.conflict("no request of that name is pending")
        }
        return item
    }

    /// Approves some of the fields that were asked for, for at most as long as was asked.
    func approve(
        _ id: CID, fields: [ProfileField], duration: Int64, allowsHandingOn: Bool, if precondition: Precondition
    ) async throws -> Grant {
        try await node.turns.take(session.handle) {
            let item = try await item(id)
            try precondition.check(try item.tags(session))
            return try await approve(item, fields: fields, duration: duration, allowsHandingOn: allowsHandingOn)
        }
    }

    private func approve(
        _ item: InboxItem, fields: [ProfileField], duration: Int64, allowsHandingOn: Bool
    ) async throws -> Grant {
        guard !fields.isEmpty, fields.allSatisfy(item.terms.fields.contains) else {
            throw APIError.unacceptable("only fields that were asked for can be approved, and at least one")
        }
        guard duration > 0, duration <= item.terms.duration else {
            throw APIError.unacceptable("the time limit must be positive and at most what was asked for")
        }
        let profile = try await vault.profile().profile
        for field in fields where profile[field] == nil {
            throw APIError.unacceptable("the profile has no \(field.rawValue); set it first")
        }
        let keys = try keys(item.pseudonym)
        let approval = try await mint(
            for: item, fields: fields, duration: duration, allowsHandingOn: allowsHandingOn, keys: keys)
        let record = DecisionRecord(request: item.request, terms: item.terms, approval: approval)
        let decision = Decision(
            pseudonym: item.request.owner, request: item.stored,
            answer: try Answer.approved(approval).sealed(to: item.request.viewer),
            record: try decisions.seal(record.sealedValue, request: item.request.cid, keys: keys),
            fields: try approval.sealedFields(of: profile, only: fields, random: node.random))
        try await node.pseudonyms.decide(decision)
        return approval.grant
    }

    /// Makes grant, grant key and link statement.
    private func mint(
        for item: InboxItem, fields: [ProfileField], duration: Int64, allowsHandingOn: Bool,
        keys: borrowing PseudonymKeys
    ) async throws -> Answer.Approval {
        let disclosure = try SecretBytes.random(count: Disclosure.identifierLength, in: .scratch).copyForTransfer()
        let key = try SecretBytes.random(count: Disclosure.keyLength, in: .scratch).copyForTransfer()
        let now = node.clock()
        let index = try await node.pseudonyms.allocateStatus(
            in: Node.statusList, claim: StatusClaim.value(of: disclosure, owner: keys.principal), random: node.random)
        let terms = Grant.Terms(
            fields: fields, expiration: now + duration, disclosure: disclosure,
            home: node.configuration.publicAddress, node: node.principal,
            status: StatusReference(index: index, uri: node.statusListURI(Node.statusList)),
            allowsHandingOn: allowsHandingOn)
        let grant = try Grant.sign(terms, to: item.request.viewer, with: keys, random: node.random)
        let profileKeys = try session.root.profileKeys()
        let link = try LinkStatement.sign(
            for: grant, pseudonym: keys, profile: profileKeys, time: now, random: node.random)
        return Answer.Approval(grant: grant, key: key, link: link)
    }

    /// Denies a request; the viewer is told so.
    func deny(_ id: CID) async throws {
        let item = try await item(id)
        let keys = try keys(item.pseudonym)
        let record = DecisionRecord(request: item.request, terms: item.terms, approval: nil)
        let decision = Decision(
            pseudonym: item.request.owner, request: item.stored,
            answer: try Answer.denied.sealed(to: item.request.viewer),
            record: try decisions.seal(record.sealedValue, request: id, keys: keys), fields: [])
        try await node.pseudonyms.decide(decision)
    }
}

/// What is remembered of an allocated status index: a hash of the disclosure id, which only the grant holds, and
/// its owner.
enum StatusClaim {
    static func value(of disclosure: [UInt8], owner: Principal) -> [UInt8] {
        Hashing.blake2b(Derivation.message("dump/v1/status/claim", context: disclosure + owner.publicKey))
    }
}

extension Grant {
    /// Where the status of a grant of this node stands.
    var place: StatusPlace {
        StatusPlace(
            list: Node.statusList, index: status.index, claim: StatusClaim.value(of: disclosure, owner: owner))
    }

    /// The names of all fields that may be disclosed under it.
    func slots() throws -> [[UInt8]] {
        var slots: [[UInt8]] = []
        for field in ProfileField.allCases {
            slots.append(try Disclosure.slot(of: field, in: disclosure, owner: owner))
        }
        return slots
    }
}

extension Answer.Approval {
    /// Fields of a profile, encrypted for this approval, under their slots; a field that the profile lacks is encrypted
    /// as removed.
    func sealedFields(
        of profile: Profile, only fields: [ProfileField], random: RandomSource
    ) throws -> [StoredItem] {
        let disclosure = try Disclosure(key: key)
        var items: [StoredItem] = []
        for field in fields {
            let fieldKey = try disclosure.fieldKey(field)
            items.append(
                StoredItem(
                    identifier: try Disclosure.slot(of: field, in: grant.disclosure, owner: grant.owner),
                    sealed: try fieldKey.seal(profile[field], random: random)))
        }
        return items
    }
}
