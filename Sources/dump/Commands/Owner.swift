internal import ArgumentParser
internal import IPLD

struct Inbox: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Who asks for fields of your profile.")
    @OptionGroup var person: PersonOptions

    func run() async throws {
        let answer = try await NodeClient.loggedIn(person) { try await $0.list("/v1/inbox", of: "requests") }
        try person.show(answer) {
            let rows = answer.maps("requests").map { request in
                [
                    ShortID.of(request.text("id")), ShortID.of(request.text("object")),
                    "…" + ShortID.of(request.text("viewer")), request.texts("fields"),
                    Output.duration(request.number("duration")), Output.safe(request.text("purpose")),
                ]
            }
            if rows.isEmpty { return Output.line("No request is waiting.") }
            Output.table(["ID", "OBJECT", "WHO", "FIELDS", "FOR", "PURPOSE"], rows)
        }
    }

    /// A waiting request by the end of its id.
    static func resolve(_ id: String, _ client: NodeClient) async throws -> String {
        let list = try await client.list("/v1/inbox", of: "requests").maps("requests")
        return try ShortID.resolve(id, among: list.map { $0.text("id") }, what: "waiting request")
    }
}

struct Approve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Approve a request: some of the fields, for some time.",
        discussion: "Example: dump approve q2wz7a4m --fields name,email --days 7")
    @Argument(help: "The request's id, its end, or . for the only one.") var id: String
    @Option(help: FieldList.help) var fields: FieldList
    @Option(help: "For how many days: 1 up to what was asked.") var days: Days
    @Flag(help: "Forbid the viewer to hand a narrower right on.") var noHandOn = false
    @OptionGroup var person: PersonOptions

    func run() async throws {
        let body: Value = ["fields": fields.value, "duration": .int(days.seconds), "hand_on": .bool(!noHandOn)]
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
    static let configuration = CommandConfiguration(abstract: "Deny a request.")
    @Argument(help: "The request's id, its end, or . for the only one.") var id: String
    @OptionGroup var person: PersonOptions

    func run() async throws {
        _ = try await NodeClient.loggedIn(person) { client in
            try await client.call("POST", "/v1/inbox/\(try await Inbox.resolve(id, client))/deny")
        }
        try person.show(Map()) { Output.line("Denied.") }
    }
}

struct Grants: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What you granted to whom.",
        discussion: """
            A grant in the state "elsewhere" was made on another node, from which you brought your account here. It is
            still read there, and not from here: whoever has it should ask you again. You can revoke it from here.
            """)
    @OptionGroup var person: PersonOptions

    func run() async throws {
        let answer = try await NodeClient.loggedIn(person) { try await $0.list("/v1/grants", of: "grants") }
        try person.show(answer) {
            let rows = answer.maps("grants").map { grant in
                [
                    ShortID.of(grant.text("id")), state(of: grant), "…" + ShortID.of(grant.text("viewer")),
                    grant.texts("fields"), Output.time(grant.number("expires")), Output.safe(grant.text("purpose")),
                ]
            }
            if rows.isEmpty { return Output.line("You have granted nothing.") }
            Output.table(["ID", "STATE", "WHO", "FIELDS", "UNTIL (UTC)", "PURPOSE"], rows)
        }
    }

    private func state(of grant: Map) -> String {
        let isElsewhere = grant["here"]?.boolValue == false && grant.text("state") == "active"
        return isElsewhere ? "elsewhere" : grant.text("state")
    }
}

struct Revoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Revoke a grant: what it opened is destroyed, and nobody reads under it any more.")
    @Argument(help: "The grant's id, its end, or . for the only one.") var id: String
    @OptionGroup var person: PersonOptions

    func run() async throws {
        _ = try await NodeClient.loggedIn(person) { client in
            let list = try await client.list("/v1/grants", of: "grants").maps("grants")
            let full = try ShortID.resolve(id, among: list.map { $0.text("id") }, what: "grant")
            let path = "/v1/grants/\(full)"
            return try await client.call("DELETE", path, match: client.tag(path))
        }
        try person.show(Map()) { Output.line("Revoked.") }
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
                    receipt["handed_on"] == true ? "handed on" : "",
                ]
            }
            if rows.isEmpty { return Output.line("Nobody has read anything.") }
            Output.table(["WHEN (UTC)", "WHO", "FIELDS", "GRANT", ""], rows)
        }
    }
}
