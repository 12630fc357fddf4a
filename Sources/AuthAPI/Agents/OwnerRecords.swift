internal import Capabilities
internal import DumpIdentity
internal import IPLD
internal import PseudonymStore

/// A request that waits for its owner, opened.
struct InboxItem {
    /// The request's name in the database.
    let stored: [UInt8]
    let request: ProfileRequest
    let terms: RequestTerms
    let pseudonym: AccountState.Pseudonym
    /// Where the node says it came from; `nil` where it did not say.
    let origin: RequestOrigin?
    /// What the owner's records say of its viewer, as far as the viewer points to it; `nil` where that was not looked up.
    var background: ViewerBackground?

    /// How the node seals a request to its owner's pseudonym when it arrives: all to one length.
    private static let kind = SealedKind("dump/v1/inbox/request", sizeClasses: [8_192])

    /// Seals a request to its owner, with where it came from.
    static func sealed(_ request: ProfileRequest, origin: RequestOrigin) throws -> [UInt8] {
        try SealedValue.seal(
            ["origin": .bytes(origin.bytes), "request": .bytes(request.invocation.envelope.bytes)], kind: kind,
            to: request.owner)
    }

    /// Opens what waits in the mailbox of a pseudonym, whose keys these are.
    ///
    /// - Throws: where it was not sealed by this node, or is no request of the viewer who signed it.
    init(
        opening stored: StoredItem, of pseudonym: AccountState.Pseudonym, with keys: borrowing PseudonymKeys
    ) throws {
        let value = try SealedValue.open(stored.sealed, kind: InboxItem.kind, with: keys.signing)
        // Earlier versions sealed the request alone.
        let bytes = value.bytesValue ?? value.mapValue?["request"]?.bytesValue ?? []
        let invocation = try Invocation(decoding: bytes)
        guard invocation.envelope.isSigned(by: invocation.issuer) else { throw APIError.refused }
        self.stored = stored.identifier
        request = try ProfileRequest(stored: invocation)
        terms = try request.terms(with: keys.signing)
        self.pseudonym = pseudonym
        origin = try value.mapValue?["origin"]?.bytesValue.map { bytes in try RequestOrigin(bytes) }
    }

    /// How many of some requests there are in each module: `{module: count}`.
    static func counts(_ items: [InboxItem]) -> Value {
        var map = Map()
        for (module, items) in Dictionary(grouping: items, by: \.pseudonym.module) {
            map[module.string] = .int(Int64(items.count))
        }
        return .map(map)
    }

    /// Whether it comes from one of whom its owner takes no requests.
    func isBlocked(by subjects: Set<Block.Subject>) -> Bool {
        subjects.contains(.viewer(request.viewer)) || origin.map { subjects.contains(.origin($0)) } ?? false
    }

    /// The last second at which it waits, in Unix seconds.
    var end: Int64 { request.end(terms) }

    var value: Value {
        var map = terms.shown
        map["id"] = .string(request.cid.description)
        map["module"] = .string(pseudonym.module.string)
        map["pseudonym"] = .string(request.owner.did)
        map["viewer"] = .string(request.viewer.did)
        map["waits_until"] = .int(end)
        // That it renews a grant is the viewer's word; it is shown where the owner's records say the same.
        map["renews"] = background?.renewed.map { .string($0.description) }
        map["history"] = background?.history?.value
        return .map(map)
    }
}

extension InboxItem {
    func tags(_ session: Session) throws -> EntityTags {
        try EntityTags(of: value, kind: "request", session: session)
    }
}

/// A grant as its owner is shown it.
struct ListedGrant {
    let id: CID
    /// Its end, in Unix seconds.
    let expiration: Int64
    let value: Value

    func tags(_ session: Session) throws -> EntityTags { try EntityTags(of: value, kind: "grant", session: session) }
}

/// A receipt as its owner is shown it.
struct ListedReceipt {
    /// When it was read, in Unix seconds.
    let time: Int64
    /// The digest of the invocation that read: no two have the same.
    let name: [UInt8]
    let value: Value
}

/// What an owner keeps of a decision.
struct DecisionRecord {
    let request: ProfileRequest
    let terms: RequestTerms
    /// What was granted; `nil` where the owner denied.
    let approval: Answer.Approval?
    /// Whether the viewer was not told.
    let isSilent: Bool
    /// When it was decided, in Unix seconds; `nil` in records of earlier versions.
    let time: Int64?
    private(set) var isRevoked: Bool
    /// When it was revoked, in Unix seconds; `nil` where it was not, or not by this agent.
    private(set) var revocationTime: Int64?
    /// Whether the viewer gave the grant back. It stands in the status list, and not in the record.
    var isReturned = false
    /// The other one's grant in return for which this one was made, for a request of the owner's own.
    let inReturnFor: CID?

    init(
        request: ProfileRequest, terms: RequestTerms, approval: Answer.Approval?, isSilent: Bool = false, time: Int64,
        inReturnFor: CID? = nil
    ) {
        self.request = request
        self.inReturnFor = inReturnFor
        self.terms = terms
        self.approval = approval
        self.isSilent = isSilent
        self.time = time
        isRevoked = false
    }

    /// Notes that what was granted counts no more, at a time in Unix seconds where that is known.
    mutating func revoke(at time: Int64?) {
        isRevoked = true
        revocationTime = revocationTime ?? time
    }

    /// The record as it is sealed.
    var sealedValue: Value {
        var map = Map()
        map["request"] = .bytes(request.invocation.envelope.bytes)
        map["terms"] = terms.value
        map["approval"] = approval?.value ?? .null
        map["revoked"] = .bool(isRevoked)
        if isSilent { map["silent"] = true }
        map["time"] = time.map { .int($0) }
        map["revoked_at"] = revocationTime.map { .int($0) }
        map["in_return_for"] = inReturnFor.map { .link($0) }
        return .map(map)
    }

    /// What the answer is asked for by.
    var answerName: RequestName {
        guard let inReturnFor else { return RequestName(request: request.cid, viewer: request.viewer) }
        return RequestName(request: inReturnFor, viewer: request.owner)
    }

    init(_ value: Value) throws {
        var reader = MapReader(value.mapValue ?? Map())
        request = try ProfileRequest(stored: Invocation(decoding: reader.bytes("request")))
        terms = try RequestTerms(reader.value("terms"))
        let approvalValue = try reader.value("approval")
        approval = approvalValue.isNull ? nil : try Answer.Approval(approvalValue)
        isRevoked = try reader.bool("revoked")
        isSilent = try reader.optionalBool("silent") ?? false
        time = try reader.optionalInt("time")
        revocationTime = try reader.optionalInt("revoked_at")
        inReturnFor = try reader.optionalLink("in_return_for")
    }

    /// How a grant stands at a time in Unix seconds.
    func state(at time: Int64) -> GrantState {
        if isRevoked { return .revoked }
        if isReturned { return .returned }
        return time > (approval?.grant.expiration ?? .min) ? .expired : .active
    }

    /// The grant as its owner is shown it on a node, at a time in Unix seconds; `nil` where nothing was granted.
    func listedGrant(module: ModuleID, at time: Int64, node: Node) -> ListedGrant? {
        guard let grant = approval?.grant else { return nil }
        let value: Value = [
            "id": .string(grant.cid.description), "module": .string(module.string),
            "pseudonym": .string(grant.owner.did), "viewer": .string(grant.viewer.did),
            "fields": .list(grant.fields.map { .string($0.rawValue) }), "expires": .int(grant.expiration),
            "until": grant.endsValue, "state": .string(state(at: time).rawValue),
            "object": .string(terms.object.description),
            "purpose": .string(terms.purpose), "hand_on": .bool(grant.allowsHandingOn),
            "home": .string(grant.home.string), "here": .bool(node.serves(grant)),
        ]
        return ListedGrant(id: grant.cid, expiration: grant.expiration, value: value)
    }
}
