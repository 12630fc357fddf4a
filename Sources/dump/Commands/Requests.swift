internal import ArgumentParser
internal import DumpIdentity
internal import IPLD

struct RequestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "request", abstract: "Ask the publisher of an object for profile fields.",
        discussion: """
            The publisher sees your pseudonym, the fields, the purpose and the time; the nodes in between see none of it
            but the two pseudonyms.

            Example: dump request k3x7qy2a --fields name,email --purpose "I want to see the car" --days 30
            """)
    @Argument(help: "The object's id, its end, or . for the only one.") var object: String
    @Option(help: FieldList.help) var fields: FieldList
    @Option(help: "Why you ask, in at most 500 bytes.") var purpose: String
    @Option(help: "For how many days: 1 to 400.") var days: Days
    @OptionGroup var person: PersonOptions

    func run() async throws {
        let answer = try await NodeClient.loggedIn(person) { client in
            let object = try await ObjectLog.find(object, client, module: nil)
            let body: Value = [
                "module": .string(object.module.string), "object": .string(object.cid.description),
                "fields": fields.value, "purpose": .string(purpose), "duration": .int(days.seconds),
            ]
            return try await client.call("POST", "/v1/requests", body)
        }
        try person.show(answer) {
            Output.line("Asked: \(ShortID.of(answer.text("id"))). Look again with: dump requests")
        }
    }
}

/// The person's own requests, by the end of their ids.
enum SentRequests {
    static func resolve(_ id: String, _ client: NodeClient) async throws -> String {
        let list = try await client.list("/v1/requests", of: "requests").maps("requests")
        return try ShortID.resolve(id, among: list.map { $0.text("id") }, what: "request")
    }
}

struct RequestsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "requests", abstract: "What you asked of others, and what they answered.",
        subcommands: [List.self, Show.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List your requests.")
        @OptionGroup var person: PersonOptions

        func run() async throws {
            let answer = try await NodeClient.loggedIn(person) { client in
                try await client.list("/v1/requests", of: "requests")
            }
            try person.show(answer) {
                let rows = answer.maps("requests").map { request in
                    [
                        ShortID.of(request.text("id")), ShortID.of(request.text("object")), request.text("state"),
                        request.texts("fields"), request.texts("granted"),
                        request.number("expires") == 0 ? "" : Output.time(request.number("expires")),
                    ]
                }
                if rows.isEmpty { return Output.line("You have asked nothing.") }
                Output.table(["ID", "OBJECT", "STATE", "ASKED", "GRANTED", "UNTIL (UTC)"], rows)
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show one request, and save the grant that answers it.",
            discussion: "Example: dump requests show q2wz7a4m --save-grant grant.ucan")
        @Argument(help: "The request's id, its end, or . for the only one.") var id: String
        @Option(help: ArgumentHelp("Save the grant, for components that verify it.", valueName: "file"))
        var saveGrant: String?
        @OptionGroup var person: PersonOptions

        func run() async throws {
            let answer = try await NodeClient.loggedIn(person) { client in
                try await client.call("GET", "/v1/requests/\(try await SentRequests.resolve(id, client))")
            }
            if let saveGrant {
                guard let container = answer["container"]?.bytesValue else {
                    throw CommandError("there is no grant to save: the request is \(answer.text("state"))")
                }
                try UserFile.writePrivate(container, to: saveGrant)
            }
            try person.show(answer) {
                var rows = [
                    ["request", answer.text("id")], ["object", answer.text("object")],
                    ["of", answer.text("owner")], ["state", answer.text("state")],
                    ["asked", answer.texts("fields")], ["purpose", Output.safe(answer.text("purpose"))],
                    ["for", Output.duration(answer.number("duration"))],
                ]
                if answer["grant"] != nil {
                    rows += [
                        ["grant", answer.text("grant")], ["granted", answer.texts("granted")],
                        ["until (UTC)", Output.time(answer.number("expires"))],
                        ["profile", answer.text("profile") + " (link statement verified)"],
                    ]
                }
                Output.table(["WHAT", "VALUE"], rows)
            }
        }
    }
}

struct Withdraw: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Take a pending request back.")
    @Argument(help: "The request's id, its end, or . for the only one.") var id: String
    @OptionGroup var person: PersonOptions

    func run() async throws {
        _ = try await NodeClient.loggedIn(person) { client in
            try await client.call("DELETE", "/v1/requests/\(try await SentRequests.resolve(id, client))")
        }
        try person.show(Map()) { Output.line("Withdrawn.") }
    }
}
