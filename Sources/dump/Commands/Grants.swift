internal import ArgumentParser
internal import DumpIdentity
internal import IPLD

struct Grants: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What you granted to whom.",
        discussion: """
            A grant in the state "elsewhere" was made on another node, from which you brought your account here. It is
            still read there, and not from here: whoever has it should ask you again. You can revoke it from here.

            Example: dump grants --expiring 7
            """)
    @Option(help: ArgumentHelp("Only those that end within so many days.", valueName: "days")) var expiring: Days?
    @Option(help: ArgumentHelp("Only those of a module.", valueName: "id")) var module: String?
    @Option(help: ArgumentHelp("Only those to a viewer.", valueName: "did")) var viewer: String?
    @Option(help: ArgumentHelp("Only those that open a field.", valueName: "name")) var field: String?
    @Option(help: "Only those in this state.") var state: State?
    @OptionGroup var person: PersonOptions

    func run() async throws {
        let query = try Query(module: module, viewer: viewer, field: field)
            .with([("state", state?.rawValue), ("ending_within", expiring.map { String($0.seconds) })])
        let answer = try await NodeClient.loggedIn(person) { try await $0.list("/v1/grants", of: "grants", query) }
        try person.show(answer) {
            let rows = answer.maps("grants").map { grant in
                [
                    ShortID.of(grant.text("id")), shownState(of: grant), "…" + ShortID.of(grant.text("viewer")),
                    fields(of: grant), Output.time(grant.number("expires")), Output.safe(grant.text("purpose")),
                ]
            }
            if rows.isEmpty {
                return Output.line(query.isEmpty ? "You have granted nothing." : "There is none of these.")
            }
            Output.table(["ID", "STATE", "WHO", "FIELDS", "UNTIL (UTC)", "PURPOSE"], rows)
        }
    }

    enum State: String, CaseIterable, ExpressibleByArgument {
        case active
        case expired
        case revoked
        case returned
    }

    private func shownState(of grant: Map) -> String {
        let isElsewhere = grant["here"]?.boolValue == false && grant.text("state") == "active"
        return isElsewhere ? "elsewhere" : grant.text("state")
    }

    /// The fields, with the day on which one ends that ends earlier.
    private func fields(of grant: Map) -> String {
        let ends = grant["until"]?.mapValue ?? Map()
        return (grant["fields"]?.listValue ?? []).compactMap(\.stringValue).map { field in
            ends[field]?.intValue.map { "\(field) (to \(Output.time($0).prefix(10)))" } ?? field
        }.joined(separator: ", ")
    }
}

struct Revoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Revoke a grant, or several: what they opened is destroyed, and nobody reads under them any more.",
        discussion: """
            Example: dump revoke q2wz7a4m
                     dump revoke --viewer did:key:z6Mk...
                     dump revoke --all
            """)
    @Argument(help: "The grant's id, its end, or . for the only one.") var id: String?
    @Flag(help: "Revoke everything you granted.") var all = false
    @Option(help: ArgumentHelp("Revoke all that a viewer has.", valueName: "did")) var viewer: String?
    @Option(help: ArgumentHelp("Revoke all that a pseudonym of yours granted.", valueName: "did")) var pseudonym:
        String?
    @Option(help: ArgumentHelp("Revoke all of a module.", valueName: "id")) var module: String?
    @OptionGroup var person: PersonOptions

    func validate() throws {
        let named = [id, viewer, pseudonym, module].count { $0 != nil } + (all ? 1 : 0)
        guard named == 1 else {
            throw ValidationError("Name one grant, or one of --all, --viewer, --pseudonym and --module.")
        }
    }

    func run() async throws {
        if let id { return try await revoke(id) }
        var choice = Map()
        if all { choice["all"] = true }
        choice["viewer"] = try viewer.map { text in .string(try usage("the viewer") { try Principal(did: text) }.did) }
        choice["pseudonym"] = try pseudonym.map { text in
            .string(try usage("the pseudonym") { try Principal(did: text) }.did)
        }
        choice["module"] = try module.map { text in .string(try usage("the module") { try ModuleID(text) }.string) }
        let answer = try await NodeClient.loggedIn(person) {
            try await $0.call("POST", "/v1/grants/revoke", .map(choice))
        }
        let left = answer.maps("not_revoked")
        try person.show(answer) {
            Output.line("Revoked: \(answer.number("revoked")).")
            if left.isEmpty { return }
            Output.table(["NOT REVOKED", "HOME"], left.map { [ShortID.of($0.text("id")), $0.text("home")] })
        }
        guard left.isEmpty else {
            throw CommandError("not all were revoked: their home did not take it; try again", code: .unreachable)
        }
    }

    private func revoke(_ id: String) async throws {
        _ = try await NodeClient.loggedIn(person) { client in
            let path = "/v1/grants/\(try await GrantIDs.resolve(id, client))"
            return try await client.call("DELETE", path, match: client.tag(path))
        }
        try person.show(Map()) { Output.line("Revoked.") }
    }
}

struct Consent: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The consent record of a grant, for machines: JSON-LD after ISO/IEC TS 27560.",
        discussion: "Example: dump consent q2wz7a4m --save consent.jsonld")
    @Argument(help: "The grant's id, its end, or . for the only one.") var id: String
    @Option(help: ArgumentHelp("Save it to this file, which is private.", valueName: "file")) var save: String?
    @OptionGroup var person: PersonOptions

    func run() async throws {
        let bytes = try await NodeClient.loggedIn(person) { client in
            try await client.bytes("GET", "/v1/grants/\(try await GrantIDs.resolve(id, client))/consent")
        }
        let record = try reading("the node's answer") { try DagJSON.decode(bytes) }
        if let save {
            try UserFile.writePrivate(bytes, to: save)
        } else {
            try Output.json(record)
        }
    }
}

/// Grants by the end of their ids.
enum GrantIDs {
    static func resolve(_ id: String, _ client: NodeClient) async throws -> String {
        let list = try await client.list("/v1/grants", of: "grants").maps("grants")
        return try ShortID.resolve(id, among: list.map { $0.text("id") }, what: "grant")
    }
}

/// Parameters behind a path; what is not named is left out.
struct Query {
    private let named: [String]

    var isEmpty: Bool { named.isEmpty }
    var text: String { named.isEmpty ? "" : "?" + named.joined(separator: "&") }

    /// Parameters whose values need no escape in a URL.
    init(_ parameters: [(name: String, value: String?)]) {
        self.init(named: parameters.compactMap { parameter in parameter.value.map { "\(parameter.name)=\($0)" } })
    }

    /// What inbox and grants are filtered by, as it was typed.
    ///
    /// - Throws: as `usage`.
    init(module: String?, viewer: String?, field: String?) throws {
        self.init([
            ("module", try module.map { text in try usage("the module") { try ModuleID(text) }.string }),
            ("viewer", try viewer.map { text in try usage("the viewer") { try Principal(did: text) }.did }),
            ("field", try field.map { text in try usage("the field") { try ProfileField(named: text) }.rawValue }),
        ])
    }

    private init(named: [String]) { self.named = named }

    /// The same with further parameters.
    func with(_ parameters: [(name: String, value: String?)]) -> Query {
        Query(named: named + Query(parameters).named)
    }
}
