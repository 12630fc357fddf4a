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

    /// The requests that wait, of all pseudonyms. Those from whom the owner takes none are dropped, as are those whose time
    /// is over: their viewers are told what others are told who wait.
    func pending(_ settings: OwnerSettings) async throws -> [InboxItem] {
        let blocked = settings.blockedSubjects
        let now = node.clock()
        var items: [InboxItem] = []
        var dropped: [DroppedRequest] = []
        var search = MailboxSearch(node: node)
        for pseudonym in try await vault.state().pseudonyms {
            let keys = try keys(pseudonym)
            for stored in try await search.requests(of: keys) {
                // What cannot be opened was not sealed by this node; it is nothing that an owner could decide on.
                guard let item = try? InboxItem(opening: stored, of: pseudonym, with: keys) else { continue }
                if item.isBlocked(by: blocked) || now > item.end {
                    dropped.append(DroppedRequest(pseudonym: keys.principal, identifier: item.stored))
                } else {
                    items.append(item)
                }
            }
        }
        if !dropped.isEmpty { try await node.pseudonyms.drop(dropped) }
        // The owner is here: what a restart forgot is known again.
        try armNotices(settings)
        return items
    }

    /// The request of that name that waits.
    ///
    /// - Throws: ``APIError/conflict(_:)`` where there is none.
    func item(_ id: CID) async throws -> InboxItem {
        guard let item = try await waiting(id) else {
            throw APIError.conflict("no request of that name is pending")
        }
        return item
    }

    /// The request of that name that waits, with what the owner's records say of its viewer, or `nil`. Only that one is
    /// opened, however many there are.
    func waiting(_ id: CID) async throws -> InboxItem? {
        let name = RequestName.identifier(of: id)
        guard let stored = try await node.pseudonyms.request(name) else { return nil }
        let blocked = try await settings.read().blockedSubjects
        for pseudonym in try await vault.state().pseudonyms {
            let keys = try keys(pseudonym)
            // What does not open waits for somebody else.
            guard let item = try? InboxItem(opening: stored, of: pseudonym, with: keys), item.request.cid == id else {
                continue
            }
            guard item.isBlocked(by: blocked) || node.clock() > item.end else {
                var items = [item]
                try await addBackgrounds(to: &items)
                return items.first
            }
            try await node.pseudonyms.drop([DroppedRequest(pseudonym: keys.principal, identifier: item.stored)])
        }
        return nil
    }

    /// Denies a request. The viewer is told so or, where it is done in silence, what others are told who wait.
    func deny(_ id: CID, inSilence: Bool) async throws {
        let item = try await item(id)
        let keys = try keys(item.pseudonym)
        let record = DecisionRecord(
            request: item.request, terms: item.terms, approval: nil, isSilent: inSilence, time: node.clock())
        let decision = Decision(
            pseudonym: item.request.owner, request: item.stored,
            answer: inSilence ? nil : try Answer.denied.sealed(to: item.request.viewer),
            record: try decisions.seal(record.sealedValue, request: id, keys: keys), fields: [])
        try await node.decide(decision, on: record.answerName)
        node.events.tell(.decided(id), to: item.request.owner)
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
