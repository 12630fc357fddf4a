internal import Capabilities
internal import DumpIdentity
internal import IPLD
internal import PseudonymStore
internal import Sodium

/// Gives an account a new root key, and tells what the old one leaves behind.
///
/// Source: `docs/spec.md`, "Rotation of the root key".
struct AccountRotation {
    let node: Node
    private var accounts: AccountService { AccountService(node: node) }

    /// What a new root key cannot take over: it is bound to pseudonyms of the old one.
    struct Remains {
        /// Objects in this node's logs, which stay published.
        var objects: [(module: ModuleID, id: CID)] = []
        /// Grants that others gave: they have to be asked for again.
        var received: [SentRequest] = []
        /// Grants that were given and have not expired: they were revoked, and have to be made again.
        var given: [(module: ModuleID, record: DecisionRecord)] = []
        var end = AccountEnd.GrantsEnd()
    }

    /// Replaces the root key: the profile is sealed anew, the old pseudonyms end, all sessions end, and one begins.
    ///
    /// - Throws: ``APIError/wrongSecret``, ``APIError/tooManyAttempts(retryAfter:)``.
    func rotate(
        _ session: Session, passphrase: borrowing Passphrase, from source: RequestSource
    ) async throws -> (entrance: AccountService.Entrance, remains: Remains) {
        let confirmed = try await accounts.confirm(session, passphrase: passphrase, from: source)
        let root = try RootKey.random()
        let code = try RecoveryCode.random()
        let wrap = try await accounts.wrap(root, of: session.handle, under: passphrase, for: source)
        let recovery = try RecoveryWrap(root, code: code, random: node.random).bytes
        let remains = try await node.turns.take(session.handle) {
            var remains = try await whatRemains(of: session)
            let (account, profile, state) = try await Vault(node: node, session: session).read()
            guard account.wrap == confirmed.wrap else { throw APIError.unauthenticated }
            remains.end = try await AccountEnd(node: node).endPseudonyms(session)
            let vault = Vault(node: node, handle: session.handle, root: root)
            // Under the new key first: interrupted here, the old settings are still there.
            let former = SettingsShelf(node: node, root: session.root)
            var kept = try await former.read()
            // Notices are of the old pseudonyms.
            kept.notices = []
            try await SettingsShelf(node: node, root: root).write(kept)
            let new = StoredAccount(
                handle: session.handle, wrap: wrap, recovery: recovery,
                profile: try vault.seal(StoredProfile(profile: profile.profile)),
                state: try vault.seal(AccountState()))
            try await vault.storing {
                try await node.accounts.replace(account, with: new, ending: state.sessions + [session.identifier])
            }
            try await former.remove()
            return remains
        }
        let token = try await accounts.startSession(handle: session.handle, root: root)
        return (AccountService.Entrance(handle: session.handle, token: token, recovery: code.text), remains)
    }

    private func whatRemains(of session: Session) async throws -> Remains {
        let owner = OwnerAgent(node: node, session: session)
        let now = node.clock()
        var remains = Remains()
        var published: [ModuleID: Set<Principal>] = [:]
        for pseudonym in try await owner.vault.state().pseudonyms {
            let keys = try owner.keys(pseudonym)
            published[pseudonym.module, default: []].insert(keys.principal)
            remains.received += try await Shelf(label: Shelf.requests, node: node).all(keys)
                .map { try SentRequest($0) }
                .filter { ($0.approval?.grant.expiration ?? 0) >= now }
            remains.given += try await owner.records(of: keys)
                .filter { $0.state(at: now) == .active }
                .map { (pseudonym.module, $0) }
        }
        for (module, issuers) in published {
            // A module that the node does not run has no log here.
            guard node.configuration.modules.contains(module) else { continue }
            remains.objects += try await objects(of: issuers, in: module).map { (module, $0) }
        }
        return remains
    }

    /// The objects of some pseudonyms in the node's log of a module.
    func objects(of issuers: Set<Principal>, in module: ModuleID) async throws -> [CID] {
        var (found, after): ([CID], Int64) = ([], 0)
        while true {
            let page = try await node.objects.objects(of: module, after: after, limit: ModulePage.maximumCount)
            guard let last = page.last else { return found }
            for logged in page {
                let object = try ModuleObject(verifying: logged.bytes)
                if issuers.contains(object.issuer) { found.append(object.cid) }
            }
            after = last.sequence
        }
    }
}

extension AccountRotation.Remains {
    var value: Value {
        var map = end.value.mapValue ?? Map()
        map["objects"] = .list(
            objects.map { ["module": .string($0.module.string), "id": .string($0.id.description)] })
        map["received"] = .list(
            received.compactMap { sent in
                guard let grant = sent.approval?.grant else { return nil }
                return [
                    "id": .string(grant.cid.description), "request": .string(sent.request.cid.description),
                    "module": .string(sent.pseudonym.module.string), "owner": .string(grant.owner.did),
                    "object": .string(sent.terms.object.description),
                    "fields": .list(grant.fields.map { .string($0.rawValue) }),
                ]
            })
        map["given"] = .list(
            given.compactMap { module, record in
                guard let grant = record.approval?.grant else { return nil }
                return [
                    "id": .string(grant.cid.description), "module": .string(module.string),
                    "viewer": .string(grant.viewer.did), "object": .string(record.terms.object.description),
                    "fields": .list(grant.fields.map { .string($0.rawValue) }), "expires": .int(grant.expiration),
                ]
            })
        return .map(map)
    }
}
