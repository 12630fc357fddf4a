internal import Capabilities
internal import DumpIdentity
internal import IPLD
internal import PseudonymStore
internal import Sodium

/// Everything that a node keeps of a person, to be read by that person: without keys, unlike an export.
///
/// Source: `docs/spec.md`, "HTTP API", "A copy of one's data".
struct AccountCopy {
    static let format = "dump/data@1.0.0"

    let node: Node
    private var accounts: AccountService { AccountService(node: node) }

    /// The whole copy. The account's passphrase is asked for: what is in it ties all pseudonyms together.
    ///
    /// - Throws: ``APIError/wrongSecret``, ``APIError/tooManyAttempts(retryAfter:)``.
    func make(
        _ session: Session, passphrase: borrowing Passphrase, from source: RequestSource
    ) async throws -> Value {
        _ = try await accounts.confirm(session, passphrase: passphrase, from: source)
        let summary = try await accounts.summary(session)
        // No decision comes between the parts.
        return try await node.turns.take(session.handle) {
            let owner = OwnerAgent(node: node, session: session)
            var map = Map()
            map["format"] = .string(AccountCopy.format)
            map["time"] = .int(node.clock())
            map["account"] = [
                "handle": .string(session.handle.string), "sessions": .int(Int64(summary.sessions)),
                "recovery_code": .bool(summary.hasRecoveryCode),
            ]
            map["profile"] = try await owner.vault.profile().profile.value
            map["pseudonyms"] = .list(try await owner.pseudonyms())
            map["objects"] = try await objects(of: owner)
            let settings = try await owner.settings.read()
            var waiting = try await owner.pending(settings)
            try await owner.addBackgrounds(to: &waiting)
            map["inbox"] = .list(waiting.map(\.value))
            map["grants"] = .list(try await owner.grants().map(\.value))
            map["receipts"] = .list(try await owner.receipts().map(\.value))
            map["blocks"] = .list(settings.blocks.map(\.shownValue))
            map["rules"] = .list(settings.rules.map(\.value))
            map["notices"] = .list(try await owner.notices().map { $1.shownValue(of: $0) })
            try await addRecords(of: owner, to: &map)
            return .map(map)
        }
    }

    /// What was asked in both directions, and the consent records.
    private func addRecords(of owner: OwnerAgent, to map: inout Map) async throws {
        var (denied, sent, consents): ([Value], [Value], [Value]) = ([], [], [])
        for pseudonym in try await owner.vault.state().pseudonyms {
            let keys = try owner.keys(pseudonym)
            for record in try await owner.records(of: keys) {
                if let consent = ConsentRecord(record, at: node.clock()) {
                    consents.append(consent.value)
                } else {
                    denied.append(record.deniedValue(module: pseudonym.module))
                }
            }
            sent += try await Shelf(label: Shelf.requests, node: node).all(keys)
                .map { try SentRequest($0).value(at: node.clock(), withGrant: true) }
        }
        map["denied"] = .list(denied)
        map["requests"] = .list(sent)
        map["consents"] = .list(consents)
    }

    /// The objects of the account's pseudonyms in the logs of this node.
    private func objects(of owner: OwnerAgent) async throws -> Value {
        var published: [ModuleID: Set<Principal>] = [:]
        for pseudonym in try await owner.vault.state().pseudonyms {
            published[pseudonym.module, default: []].insert(try owner.keys(pseudonym).principal)
        }
        var objects: [Value] = []
        for (module, issuers) in published where node.configuration.modules.contains(module) {
            objects += try await AccountRotation(node: node).objects(of: issuers, in: module)
                .map { ["module": .string(module.string), "id": .string($0.description)] }
        }
        return .list(objects)
    }
}

extension DecisionRecord {
    /// A denied request as its owner is shown it.
    fileprivate func deniedValue(module: ModuleID) -> Value {
        var map = Map()
        map["id"] = .string(request.cid.description)
        map["module"] = .string(module.string)
        map["object"] = .string(terms.object.description)
        map["pseudonym"] = .string(request.owner.did)
        map["viewer"] = .string(request.viewer.did)
        map["fields"] = .list(terms.fields.map { .string($0.rawValue) })
        map["purpose"] = .string(terms.purpose)
        map["duration"] = .int(terms.duration)
        map["told"] = .bool(!isSilent)
        map["time"] = time.map { .int($0) }
        return .map(map)
    }
}
