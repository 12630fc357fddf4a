internal import ArgumentParser
internal import DumpIdentity
internal import IPLD

struct Inbox: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Who asks for fields of your profile.",
        discussion: "Those from whom requests come take turns. Example: dump inbox --module org.dump.market")
    @Option(help: ArgumentHelp("Only those in a module.", valueName: "id")) var module: String?
    @Option(help: ArgumentHelp("Only those of a viewer.", valueName: "did")) var viewer: String?
    @Option(help: ArgumentHelp("Only those that ask for a field.", valueName: "name")) var field: String?
    @OptionGroup var person: PersonOptions

    func run() async throws {
        let query = try Query(module: module, viewer: viewer, field: field)
        let answer = try await NodeClient.loggedIn(person) {
            try await $0.list("/v1/inbox", of: "requests", query)
        }
        try person.show(answer) {
            let requests = answer.maps("requests")
            let hasMore = requests.contains { !InboxOutput.text($0).isEmpty }
            let hasSuggestions = requests.contains { $0["suggestion"] != nil }
            let rows = requests.map { request in
                [
                    ShortID.of(request.text("id")), ShortID.of(request.text("object")),
                    "…" + ShortID.of(request.text("viewer")), request.texts("fields"),
                    Output.duration(request.number("duration")), Output.safe(request.text("purpose")),
                ] + (hasMore ? [InboxOutput.text(request)] : [])
                    + (hasSuggestions ? [Suggestion.text(request["suggestion"])] : [])
            }
            if rows.isEmpty { return Output.line("No request is waiting.") }
            let heading = ["ID", "OBJECT", "WHO", "FIELDS", "FOR", "PURPOSE"] + (hasMore ? ["BESIDE"] : [])
            Output.table(hasSuggestions ? heading + ["YOUR RULE"] : heading, rows)
        }
    }

    /// A waiting request by the end of its id.
    static func resolve(_ id: String, _ client: NodeClient) async throws -> String {
        let list = try await client.list("/v1/inbox", of: "requests").maps("requests")
        return try ShortID.resolve(id, among: list.map { $0.text("id") }, what: "waiting request")
    }
}

/// What stands in a waiting request beside what is asked for.
enum InboxOutput {
    static func text(_ request: Map) -> String {
        var parts: [String] = []
        if request["renews"] != nil { parts.append("renews \(ShortID.of(request.text("renews")))") }
        if let history = request["history"]?.mapValue {
            parts.append(
                "history: \(history.number("requests")) decided, \(history.number("granted")) granted, "
                    + "\(history.number("revoked")) revoked, \(history.number("returned")) given back")
        } else if let shown = InReturnOutput.text(request) {
            parts.append("shows \(shown)")
        }
        if request["message"] != nil { parts.append("“\(Output.safe(request.text("message")))”") }
        return parts.joined(separator: "; ")
    }
}

struct Approve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Approve a request: some of the fields, for some time.",
        discussion: """
            Example: dump approve q2wz7a4m --fields name,email --days 7
                     dump approve q2wz7a4m --fields name,email --days 7 --sooner email=1
            """)
    @Argument(help: "The request's id, its end, or . for the only one.") var id: String
    @Option(help: FieldList.help) var fields: FieldList
    @Option(help: "For how many days: 1 up to what was asked.") var days: Days
    @Option(help: FieldDays.help) var sooner: FieldDays?
    @Flag(help: "Forbid the viewer to hand a narrower right on.") var noHandOn = false
    @OptionGroup var person: PersonOptions

    func run() async throws {
        var map = Map()
        map["fields"] = fields.value
        map["duration"] = .int(days.seconds)
        map["hand_on"] = .bool(!noHandOn)
        map["ends"] = sooner?.value
        let body = Value.map(map)
        let answer = try await NodeClient.loggedIn(person) { client in
            let path = "/v1/inbox/\(try await Inbox.resolve(id, client))"
            return try await client.call("POST", path + "/approve", body, match: client.tag(path))
        }
        try person.show(answer) {
            let until = Output.time(answer.number("expires"))
            Output.line("Granted \(answer.texts("fields")) until \(until) UTC: \(ShortID.of(answer.text("grant")))")
        }
    }
}

struct Deny: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Deny a request.", discussion: "Example: dump deny q2wz7a4m --silently")
    @Argument(help: "The request's id, its end, or . for the only one.") var id: String
    @Flag(help: "Do not tell the viewer, who waits like others.") var silently = false
    @OptionGroup var person: PersonOptions

    func run() async throws {
        _ = try await NodeClient.loggedIn(person) { client in
            let path = "/v1/inbox/\(try await Inbox.resolve(id, client))/deny"
            return try await client.call("POST", path, silently ? ["silent": true] : nil)
        }
        try person.show(Map()) { Output.line("Denied.") }
    }
}

struct Receipts: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Who read what of your profile, and when.")
    @OptionGroup var person: PersonOptions

    func run() async throws {
        let answer = try await NodeClient.loggedIn(person) { try await $0.list("/v1/receipts", of: "receipts") }
        try person.show(answer) {
            let rows = answer.maps("receipts").map { receipt in
                [
                    Output.time(receipt.number("time")), "…" + ShortID.of(receipt.text("reader")),
                    receipt.texts("fields"), ShortID.of(receipt.text("grant")),
                    receipt["returned"] == true ? "given back" : receipt["handed_on"] == true ? "handed on" : "",
                ]
            }
            if rows.isEmpty { return Output.line("Nobody has read anything.") }
            Output.table(["WHEN (UTC)", "WHO", "FIELDS", "GRANT", ""], rows)
        }
    }
}
