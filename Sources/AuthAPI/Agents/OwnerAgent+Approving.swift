internal import Capabilities
internal import DumpIdentity
internal import IPLD
internal import PseudonymStore
internal import Sodium

extension OwnerAgent {
    /// What an owner approves of a request.
    struct Approving {
        let fields: [ProfileField]
        /// For how long, in seconds.
        let duration: Int64
        /// For how long the fields that end earlier may be read, in seconds.
        var ends: [ProfileField: Int64] = [:]
        var allowsHandingOn = true
    }

    /// Approves some of the fields that were asked for, for at most as long as was asked.
    func approve(_ id: CID, _ approving: Approving, if precondition: Precondition) async throws -> Grant {
        try await node.turns.take(session.handle) {
            let item = try await item(id)
            try precondition.check(try item.tags(session))
            return try await approve(item, approving)
        }
    }

    private func approve(_ item: InboxItem, _ approving: Approving) async throws -> Grant {
        let profile = try await vault.profile().profile
        try approving.check(against: item.terms, profile)
        let keys = try keys(item.pseudonym)
        let approval = try await mint(to: item.request.viewer, approving, keys: keys)
        let record = DecisionRecord(
            request: item.request, terms: item.terms, approval: approval, time: node.clock())
        let decision = Decision(
            pseudonym: item.request.owner, request: item.stored,
            answer: try Answer.approved(approval).sealed(to: item.request.viewer),
            record: try decisions.seal(record.sealedValue, request: item.request.cid, keys: keys),
            fields: try approval.sealedFields(of: profile, only: approving.fields, random: node.random),
            further: try promised(by: item, for: approval.grant, keys))
        try await node.decide(decision, on: record.answerName)
        node.events.tell(.decided(item.request.cid), to: item.request.owner)
        return approval.grant
    }

    /// Makes grant, grant key and link statement.
    func mint(
        to viewer: Principal, _ approving: Approving, keys: borrowing PseudonymKeys
    ) async throws -> Answer.Approval {
        let disclosure = try SecretBytes.random(count: Disclosure.identifierLength, in: .scratch).copyForTransfer()
        let key = try SecretBytes.random(count: Disclosure.keyLength, in: .scratch).copyForTransfer()
        let now = node.clock()
        let index = try await node.pseudonyms.allocateStatus(
            in: Node.statusList, claim: StatusClaim.value(of: disclosure, owner: keys.principal), random: node.random)
        let terms = Grant.Terms(
            fields: approving.fields, expiration: now + approving.duration, disclosure: disclosure,
            home: node.configuration.publicAddress, node: node.principal,
            status: StatusReference(index: index, uri: node.statusListURI(Node.statusList)),
            allowsHandingOn: approving.allowsHandingOn, ends: approving.ends.mapValues { now + $0 })
        let grant = try Grant.sign(terms, to: viewer, with: keys, random: node.random)
        let profileKeys = try session.root.profileKeys()
        let link = try LinkStatement.sign(
            for: grant, pseudonym: keys, profile: profileKeys, time: now, random: node.random)
        return Answer.Approval(grant: grant, key: key, link: link)
    }
}

extension OwnerAgent.Approving {
    /// Whether it is no more than was asked for, and than there is.
    ///
    /// - Throws: ``APIError/unacceptable(_:)``.
    fileprivate func check(against terms: RequestTerms, _ profile: Profile) throws(APIError) {
        guard !fields.isEmpty, fields.allSatisfy(terms.fields.contains) else {
            throw .unacceptable("only fields that were asked for can be approved, and at least one")
        }
        guard duration > 0, duration <= terms.duration else {
            throw .unacceptable("the time limit must be positive and at most what was asked for")
        }
        guard ends.allSatisfy({ fields.contains($0.key) && $0.value > 0 && $0.value < duration }) else {
            throw .unacceptable("only approved fields end earlier, after a time that is shorter than the time limit")
        }
        guard fields.contains(where: { ends[$0] == nil }) else {
            throw .unacceptable("the time limit is that of the fields that are approved for the longest time")
        }
        for field in fields where profile[field] == nil {
            throw .unacceptable("the profile has no \(field.rawValue); set it first")
        }
    }
}

extension Grant {
    /// When fields end before the grant: `{name: Unix seconds}`.
    var endsValue: Value {
        var map = Map()
        for (field, time) in ends { map[field.rawValue] = .int(time) }
        return .map(map)
    }
}
