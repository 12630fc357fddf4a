internal import Capabilities
internal import DumpIdentity
internal import Hummingbird
internal import IPLD

/// How a grant stands.
enum GrantState: String {
    case active
    case expired
    case revoked
    /// Given back by its viewer.
    case returned
}

/// Which grants an owner wants to see, or to revoke. What is not named does not count.
struct GrantFilter {
    var module: ModuleID?
    var pseudonym: Principal?
    var viewer: Principal?
    var field: ProfileField?
    var state: GrantState?
    /// Those that are active and end, or of which a field ends, within so many seconds.
    var endingWithin: Int64?

    /// Whether a decision of a pseudonym is a grant that is meant, at a time in Unix seconds.
    func matches(_ record: DecisionRecord, of pseudonym: AccountState.Pseudonym, at time: Int64) -> Bool {
        guard let grant = record.approval?.grant else { return false }
        return (module.map { pseudonym.module == $0 } ?? true) && (self.pseudonym.map { grant.owner == $0 } ?? true)
            && (viewer.map { grant.viewer == $0 } ?? true) && (field.map { grant.fields.contains($0) } ?? true)
            && (state.map { record.state(at: time) == $0 } ?? true)
            && (endingWithin.map { record.isActive(at: time) && grant.ends(within: $0, of: time) } ?? true)
    }
}

extension DecisionRecord {
    fileprivate func isActive(at time: Int64) -> Bool { state(at: time) == .active }
}

extension Grant {
    /// Whether it ends, or one of its fields does, in the next so many seconds.
    fileprivate func ends(within seconds: Int64, of time: Int64) -> Bool {
        (Array(ends.values) + [expiration]).contains { (0...seconds).contains($0 - time) }
    }
}

extension GrantFilter {
    /// What the query of a request asks for.
    ///
    /// - Throws: ``APIError/malformed(_:)``.
    init(_ request: Request) throws {
        module = try request.query("module") { try ModuleID($0) }
        pseudonym = try request.query("pseudonym") { try Principal(did: $0) }
        viewer = try request.query("viewer") { try Principal(did: $0) }
        field = try request.query("field") { try ProfileField(named: $0) }
        state = try request.query("state") { text in
            guard let state = GrantState(rawValue: text) else { throw APIError.notFound }
            return state
        }
        endingWithin = try request.query("ending_within") { text in
            guard let seconds = Int64(text), (0...Grant.maximumDuration).contains(seconds) else {
                throw APIError.notFound
            }
            return seconds
        }
    }

    /// The one of a viewer, a pseudonym, a module, or all, that a body names.
    ///
    /// - Throws: ``APIError/malformed(_:)`` where it names none or several, and what reading throws.
    init(revokingBy map: Map) throws {
        var reader = MapReader(map)
        viewer = try reader.optionalString("viewer").map { try Principal(did: $0) }
        pseudonym = try reader.optionalString("pseudonym").map { try Principal(did: $0) }
        module = try reader.optionalString("module").map { try ModuleID($0) }
        let isAll = try reader.optionalBool("all")
        try reader.finish()
        guard map.count == 1, isAll != false else {
            throw APIError.malformed("exactly one of viewer, pseudonym, module and all is named, and all is true")
        }
    }
}
