internal import Capabilities
internal import DumpIdentity
internal import IPLD

/// What a viewer keeps of a request, or an owner of what a viewer promised in return.
struct SentRequest {
    /// For how long a grant that was promised in return is waited for after its request has ended, in seconds.
    static let patience = RequestTerms.defaultWait

    let request: ProfileRequest
    let terms: RequestTerms
    /// The pseudonym that asks, or that was promised something.
    let pseudonym: AccountState.Pseudonym
    /// Where the answer is fetched.
    let mailbox: NodeAddress
    /// The own grant in return for which the other one comes; `nil` for what was asked.
    let inReturnFor: CID?
    /// The answer; `nil` while there is none, and where the grant was given back.
    var answer: Answer?
    /// The grant that was given back. Its key is forgotten.
    var returned: CID?
    /// The last request that asked to renew this one's grant.
    var renewedBy: CID?

    init(
        request: ProfileRequest, terms: RequestTerms, pseudonym: AccountState.Pseudonym, mailbox: NodeAddress,
        inReturnFor: CID? = nil
    ) {
        self.request = request
        self.terms = terms
        self.pseudonym = pseudonym
        self.mailbox = mailbox
        self.inReturnFor = inReturnFor
    }

    /// Whether it waits for an answer.
    var isPending: Bool { answer == nil && returned == nil }

    var approval: Answer.Approval? { if case .approved(let approval) = answer { approval } else { nil } }

    /// Whose grant it is, or would be.
    var counterpart: Principal { inReturnFor == nil ? request.owner : request.viewer }

    /// What the answer is asked for by.
    var answerName: CID { inReturnFor ?? request.cid }

    /// The last second at which it waits, in Unix seconds.
    var end: Int64 { request.end(terms) + (inReturnFor == nil ? 0 : SentRequest.patience) }

    /// What was asked, or promised.
    private var asked: (fields: [ProfileField], duration: Int64) {
        guard inReturnFor != nil, let offer = terms.inReturn.offer else { return (terms.fields, terms.duration) }
        return (offer.fields, offer.duration)
    }

    /// How it stands at a time in Unix seconds.
    func state(at time: Int64) -> String {
        if returned != nil { return "returned" }
        switch answer {
        case nil: return time > end ? "expired" : "pending"
        case .denied: return "denied"
        case .approved(let approval):
            if time > approval.grant.expiration { return "ended" }
            // The day of the approval stands in the link statement, the time nowhere.
            let isShorter =
                !approval.grant.ends.isEmpty || approval.grant.expiration < approval.link.day + asked.duration
            return isShorter || approval.grant.fields.count < asked.fields.count ? "narrowed" : "approved"
        }
    }

    // MARK: As it is sealed

    /// The record as it is sealed.
    var sealedValue: Value {
        var map = Map()
        map["request"] = .bytes(request.invocation.envelope.bytes)
        map["terms"] = terms.value
        map["module"] = .string(pseudonym.module.string)
        map["index"] = .int(Int64(pseudonym.index))
        map["mailbox"] = .string(mailbox.string)
        switch answer {
        case nil: map["answer"] = .null
        case .denied: map["answer"] = "denied"
        case .approved(let approval): map["answer"] = approval.value
        }
        map["in_return_for"] = inReturnFor.map { .link($0) }
        map["returned"] = returned.map { .link($0) }
        map["renewed_by"] = renewedBy.map { .link($0) }
        return .map(map)
    }

    init(_ value: Value) throws {
        var reader = MapReader(value.mapValue ?? Map())
        request = try ProfileRequest(stored: Invocation(decoding: reader.bytes("request")))
        terms = try RequestTerms(reader.value("terms"))
        pseudonym = AccountState.Pseudonym(
            module: try ModuleID(reader.string("module")), index: UInt64(clamping: try reader.int("index")))
        mailbox = try NodeAddress(reader.string("mailbox"))
        switch try reader.value("answer") {
        case .null: answer = nil
        case "denied": answer = .denied
        case let value: answer = .approved(try Answer.Approval(value))
        }
        inReturnFor = try reader.optionalLink("in_return_for")
        returned = try reader.optionalLink("returned")
        renewedBy = try reader.optionalLink("renewed_by")
    }

    // MARK: As it is shown

    /// The request as its viewer is shown it at a time in Unix seconds.
    func value(at time: Int64, withGrant: Bool) throws -> Value {
        var map = terms.shown
        map["id"] = .string(request.cid.description)
        map["module"] = .string(pseudonym.module.string)
        map["owner"] = .string(counterpart.did)
        map["fields"] = .list(asked.fields.map { .string($0.rawValue) })
        map["duration"] = .int(asked.duration)
        map["waits_until"] = .int(end)
        map["state"] = .string(state(at: time))
        map["in_return_for"] = inReturnFor.map { .string($0.description) }
        map["renewed_by"] = renewedBy.map { .string($0.description) }
        map["grant"] = returned.map { .string($0.description) }
        guard let approval else { return .map(map) }
        map["grant"] = .string(approval.grant.cid.description)
        map["granted"] = .list(approval.grant.fields.map { .string($0.rawValue) })
        map["expires"] = .int(approval.grant.expiration)
        map["until"] = approval.grant.endsValue
        map["profile"] = .string(approval.link.profile.did)
        map["status_list"] = .string(approval.grant.status.uri)
        if withGrant {
            map["container"] = .bytes(try Container([approval.grant.delegation.envelope.bytes]).encoded())
            map["link"] = .list(approval.link.envelopes.map { .bytes($0) })
        }
        return .map(map)
    }
}

extension RequestTerms {
    /// What viewer and owner alike are shown of terms.
    var shown: Map {
        var map = Map()
        map["object"] = .string(object.description)
        map["fields"] = .list(fields.map { .string($0.rawValue) })
        map["purpose"] = .string(purpose)
        map["duration"] = .int(duration)
        map["message"] = message.map { .string($0) }
        map["in_return"] = inReturn.shown
        map["renews"] = renews.map { .string($0.description) }
        return map
    }
}

extension InReturn {
    fileprivate var shown: Value? {
        switch self {
        case .nothing: nil
        case .history: ["kind": "history"]
        case .grant(let offer):
            [
                "kind": "grant", "fields": .list(offer.fields.map { .string($0.rawValue) }),
                "duration": .int(offer.duration),
            ]
        }
    }
}
