internal import Capabilities
internal import DumpIdentity
internal import Hummingbird
internal import IPLD

/// Which of the requests that wait an owner wants to see. What is not named does not count.
struct InboxFilter {
    var module: ModuleID?
    var pseudonym: Principal?
    var viewer: Principal?
    var object: CID?
    /// A field that is asked for, perhaps beside others.
    var field: ProfileField?

    func matches(_ item: InboxItem) -> Bool {
        (module.map { item.pseudonym.module == $0 } ?? true) && (pseudonym.map { item.request.owner == $0 } ?? true)
            && (viewer.map { item.request.viewer == $0 } ?? true) && (object.map { item.terms.object == $0 } ?? true)
            && (field.map { item.terms.fields.contains($0) } ?? true)
    }
}

extension InboxFilter {
    /// What the query of a request asks for.
    ///
    /// - Throws: ``APIError/malformed(_:)``.
    init(_ request: Request) throws {
        module = try request.query("module") { try ModuleID($0) }
        pseudonym = try request.query("pseudonym") { try Principal(did: $0) }
        viewer = try request.query("viewer") { try Principal(did: $0) }
        object = try request.query("object") { try CID($0) }
        field = try request.query("field") { try ProfileField(named: $0) }
    }
}

extension Request {
    /// A parameter of the query, read; `nil` where it is not there.
    ///
    /// - Throws: ``APIError/malformed(_:)`` where it stands twice or cannot be read.
    func query<Result>(_ name: String, _ read: (String) throws -> Result) throws(APIError) -> Result? {
        let values = uri.queryParameters.getAll(name)
        guard let text = values.first else { return nil }
        guard values.count == 1, let result = try? read(text) else {
            throw .malformed("the parameter \(name) is not as it should be")
        }
        return result
    }
}
