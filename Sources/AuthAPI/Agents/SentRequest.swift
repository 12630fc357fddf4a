internal import Capabilities
internal import DumpIdentity
internal import IPLD

/// What a viewer keeps of a request.
struct SentRequest {
    let request: ProfileRequest
    let terms: RequestTerms
    /// The pseudonym that asks.
    let pseudonym: AccountState.Pseudonym
    let mailbox: NodeAddress
    /// The answer; `nil` while there is none.
    var answer: Answer?

    init(
        request: ProfileRequest, terms: RequestTerms, pseudonym: AccountState.Pseudonym, mailbox: NodeAddress
    ) {
        self.request = request
        self.terms = terms
        self.pseudonym = pseudonym
        self.mailbox = mailbox
        answer = nil
    }

    var approval: Answer.Approval? { if case .approved(let approval) = answer { approval } else { nil } }

    /// The record as it is sealed.
    var sealedValue: Value {
        let answerValue: Value =
            switch answer {
            case nil: .null
            case .denied: "denied"
            case .approved(let approval): approval.value
            }
        return [
            "request": .bytes(request.invocation.envelope.bytes), "terms": terms.value,
            "module": .string(pseudonym.module.string), "index": .int(Int64(pseudonym.index)),
            "mailbox": .string(mailbox.string), "answer": answerValue,
        ]
    }

    init(_ value: Value) throws {
        var reader = MapReader(value.mapValue ?? Map())
        request = try ProfileRequest(Invocation(decoding: reader.bytes("request")))
        terms = try RequestTerms(reader.value("terms"))
        pseudonym = AccountState.Pseudonym(
            module: try ModuleID(reader.string("module")), index: UInt64(clamping: try reader.int("index")))
        mailbox = try NodeAddress(reader.string("mailbox"))
        switch try reader.value("answer") {
        case .null: answer = nil
        case "denied": answer = .denied
        case let value: answer = .approved(try Answer.Approval(value))
        }
    }

    /// The request as its viewer is shown it.
    func value(withGrant: Bool) throws -> Value {
        var map = Map()
        map["id"] = .string(request.cid.description)
        map["module"] = .string(pseudonym.module.string)
        map["object"] = .string(terms.object.description)
        map["owner"] = .string(request.owner.did)
        map["fields"] = .list(terms.fields.map { .string($0.rawValue) })
        map["purpose"] = .string(terms.purpose)
        map["duration"] = .int(terms.duration)
        switch answer {
        case nil: map["state"] = "pending"
        case .denied: map["state"] = "denied"
        case .approved(let approval):
            map["state"] = "approved"
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
        }
        return .map(map)
    }
}
