internal import Capabilities
internal import DumpIdentity
internal import IPLD
internal import PseudonymStore

/// What an account takes along to another node.
///
/// Source: `docs/spec.md`, "What an export holds".
struct ExportedAccount {
    /// The most pseudonyms of one account that are taken over.
    static let maximumPseudonyms: UInt64 = 10_000

    /// A decision, and whose it is.
    struct Decision {
        let pseudonym: AccountState.Pseudonym
        let record: DecisionRecord
    }

    var profile: Profile
    let modules: [ModulePseudonyms]
    var decisions: [Decision] = []
    var requests: [SentRequest] = []
    var settings = OwnerSettings()

    var value: Value {
        [
            "profile": profile.value, "modules": .list(modules.map(\.value)),
            "decisions": .list(decisions.map { ["pseudonym": $0.pseudonym.value, "record": $0.record.sealedValue] }),
            "requests": .list(requests.map(\.sealedValue)), "settings": settings.value,
        ]
    }

    init(profile: Profile, modules: [ModulePseudonyms]) {
        self.profile = profile
        self.modules = modules
    }

    var pseudonyms: [AccountState.Pseudonym] { modules.flatMap(\.all) }

    /// Reads what was sealed into an export; `root` is the root key that it was sealed under. Everything must be of the
    /// account's own pseudonyms.
    init(_ value: Value, root: RootKey) throws {
        var reader = MapReader(value.mapValue ?? Map())
        profile = try Profile(reader.map("profile"))
        modules = try reader.list("modules").map { try ModulePseudonyms($0) }
        let decisionValues = try reader.list("decisions")
        let requestValues = try reader.list("requests")
        // Files of earlier versions have none.
        if let value = try reader.optionalMap("settings") { settings = try OwnerSettings(.map(value)).takenElsewhere }
        try reader.finish()
        // A key is derived for each: a hostile file must not ask for more than there can be.
        let count = modules.reduce(0) { $0 + $1.next }
        guard count <= ExportedAccount.maximumPseudonyms, Set(modules.map(\.module)).count == modules.count else {
            throw APIError.unacceptable("the export has too many pseudonyms, or a module twice")
        }
        var principals: [AccountState.Pseudonym: Principal] = [:]
        for pseudonym in pseudonyms {
            principals[pseudonym] =
                try root.pseudonymKeys(module: pseudonym.module, index: pseudonym.index).principal
        }
        for value in decisionValues {
            var reader = MapReader(value.mapValue ?? Map())
            let decision = Decision(
                pseudonym: try AccountState.Pseudonym(reader.value("pseudonym")),
                record: try DecisionRecord(reader.value("record")))
            try reader.finish()
            guard let owner = principals[decision.pseudonym], decision.record.isOf(owner) else {
                throw ExportedAccount.foreign
            }
            decisions.append(decision)
        }
        for value in requestValues {
            let sent = try SentRequest(value)
            guard let viewer = principals[sent.pseudonym], sent.isOf(viewer) else { throw ExportedAccount.foreign }
            requests.append(sent)
        }
    }

    private static let foreign = APIError.unacceptable("the export has records that are not of its own pseudonyms")
}

extension AccountState.Pseudonym {
    /// `[module, index]`.
    var value: Value { [.string(module.string), .int(Int64(index))] }

    init(_ value: Value) throws {
        guard let pair = value.listValue, pair.count == 2, let module = pair[0].stringValue,
            let index = pair[1].intValue, index >= 0
        else { throw IPLDError.wrongKind(field: "pseudonym") }
        self.init(module: try ModuleID(module), index: UInt64(index))
    }
}

extension DecisionRecord {
    /// Whether a pseudonym was asked, and granted what was granted.
    fileprivate func isOf(_ owner: Principal) -> Bool {
        guard owner == (inReturnFor == nil ? request.owner : request.viewer) else { return false }
        guard let grant = approval?.grant else { return true }
        return grant.owner == owner && grant.delegation.envelope.isSigned(by: owner)
    }
}

extension SentRequest {
    /// Whether a pseudonym asked, and was given what it was given by whom it asked.
    fileprivate func isOf(_ viewer: Principal) -> Bool {
        guard viewer == (inReturnFor == nil ? request.viewer : request.owner) else { return false }
        guard let grant = approval?.grant else { return true }
        return grant.viewer == viewer && grant.owner == counterpart
            && grant.delegation.envelope.isSigned(by: grant.owner)
    }
}
