internal import Capabilities
internal import DumpIdentity
internal import IPLD

/// What an owner usually decides in a case. A rule pre-fills a decision and makes none: it is looked at where the inbox is
/// shown, and nowhere else. Source: `docs/spec.md`, "HTTP API", "Rules".
struct StandingRule: Equatable {
    /// When it applies. What is not named does not count.
    struct Match: Equatable {
        var module: ModuleID?
        /// Every field that is asked for is one of these.
        var fields: [ProfileField]?
        /// Whether the owner has granted the viewer something before.
        var history: Bool?
        /// What the viewer shows of itself.
        var inReturn: InReturn.Kind?
    }

    /// What is suggested.
    enum Decision: Equatable {
        /// Those of these fields that are asked for, for at most so many seconds.
        case approve(fields: [ProfileField], duration: Int64)
        case deny
        case denyInSilence
        case block
    }

    let match: Match
    let decision: Decision

    /// The most rules of one account.
    static let maximumCount = 50

    /// What the first rule that applies to a request suggests; `nil` where none does. A rule that suggests fields of which
    /// none is asked for does not apply.
    static func suggestion(of rules: [StandingRule], for item: InboxItem, hasHistory: Bool) -> Value? {
        for (number, rule) in rules.enumerated() where rule.match.applies(to: item, hasHistory: hasHistory) {
            if let value = rule.decision.suggestion(for: item.terms, rule: number) { return value }
        }
        return nil
    }
}

extension StandingRule.Match {
    fileprivate func applies(to item: InboxItem, hasHistory: Bool) -> Bool {
        (module.map { $0 == item.pseudonym.module } ?? true)
            && (fields.map { item.terms.fields.allSatisfy($0.contains) } ?? true)
            && (history.map { $0 == hasHistory } ?? true) && (inReturn.map { $0 == item.terms.inReturn.kind } ?? true)
    }
}

extension StandingRule.Decision {
    var name: String {
        switch self {
        case .approve: "approve"
        case .deny: "deny"
        case .denyInSilence: "deny_silently"
        case .block: "block"
        }
    }

    /// `{"rule": number, "decision": name}`, with what can be approved of what is asked for.
    fileprivate func suggestion(for terms: RequestTerms, rule: Int) -> Value? {
        var map = Map()
        map["rule"] = .int(Int64(rule))
        map["decision"] = .string(name)
        if case .approve(let fields, let duration) = self {
            let asked = terms.fields.filter(fields.contains)
            if asked.isEmpty { return nil }
            map["fields"] = .list(asked.map { .string($0.rawValue) })
            map["duration"] = .int(min(duration, terms.duration))
        }
        return .map(map)
    }
}

extension StandingRule {
    /// `{"match": {…}, "suggest": {"decision": name, "fields": names, "duration": seconds}}`.
    var value: Value {
        var conditions = Map()
        conditions["module"] = match.module.map { .string($0.string) }
        conditions["fields"] = match.fields.map { .list($0.map { .string($0.rawValue) }) }
        conditions["history"] = match.history.map { .bool($0) }
        conditions["in_return"] = match.inReturn.map { .string($0.rawValue) }
        var suggested = Map()
        suggested["decision"] = .string(decision.name)
        if case .approve(let fields, let duration) = decision {
            suggested["fields"] = .list(fields.map { .string($0.rawValue) })
            suggested["duration"] = .int(duration)
        }
        return ["match": .map(conditions), "suggest": .map(suggested)]
    }

    /// - Throws: ``APIError/unacceptable(_:)`` for a rule that cannot be, and what reading throws.
    init(_ value: Value) throws {
        guard let map = value.mapValue else { throw IPLDError.wrongKind(field: "rules") }
        var reader = MapReader(map)
        match = try Match(reader.map("match"))
        decision = try Decision(reader.map("suggest"))
        try reader.finish()
    }
}

extension StandingRule.Match {
    fileprivate init(_ map: Map) throws {
        var reader = MapReader(map)
        module = try reader.optionalString("module").map { try ModuleID($0) }
        fields = try reader.optionalFields("fields")
        history = try reader.optionalBool("history")
        inReturn = try reader.optionalString("in_return").map { name throws(APIError) in
            guard let kind = InReturn.Kind(rawValue: name) else {
                throw .unacceptable("in_return is nothing, history or grant")
            }
            return kind
        }
        try reader.finish()
    }
}

extension StandingRule.Decision {
    fileprivate init(_ map: Map) throws {
        var reader = MapReader(map)
        let name = try reader.string("decision")
        let fields = try reader.optionalFields("fields")
        let duration = try reader.optionalInt("duration")
        try reader.finish()
        switch (name, fields, duration) {
        case ("approve", let fields?, let duration?)
        where !fields.isEmpty && (1...Grant.maximumDuration).contains(duration):
            self = .approve(fields: fields, duration: duration)
        case ("deny", nil, nil): self = .deny
        case ("deny_silently", nil, nil): self = .denyInSilence
        case ("block", nil, nil): self = .block
        default:
            throw APIError.unacceptable(
                "a rule suggests approve with fields and a duration, or deny, deny_silently or block without")
        }
    }
}

extension MapReader {
    /// A list of profile fields, each once, in the order of all fields; `nil` where it is not there.
    fileprivate mutating func optionalFields(_ key: String) throws -> [ProfileField]? {
        guard let list = try optionalList(key) else { return nil }
        let names = list.compactMap(\.stringValue)
        guard names.count == list.count else { throw IPLDError.wrongKind(field: key) }
        let fields = try ProfileField.list(names)
        return ProfileField.allCases.filter(fields.contains)
    }
}

extension [StandingRule] {
    /// The rules in their order.
    var value: Value { .list(map(\.value)) }

    /// The entity tags of them all: they are replaced together.
    func tags(_ session: Session) throws -> EntityTags { try EntityTags(of: value, kind: "rules", session: session) }
}
