internal import ArgumentParser
internal import DumpIdentity
internal import IPLD

struct RequestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "request", abstract: "Ask the publisher of an object for profile fields.",
        discussion: """
            The publisher sees your pseudonym, the fields, the purpose and the time; the nodes in between see none of it
            but the two pseudonyms.

            With --show you tell who you are before you are answered: your history with the publisher (history), which
            the publisher looks up, or fields of your own profile (name,email), which are given when your request is
            approved, and not otherwise.

            While a request to the same publisher has no answer, it is that one which you are shown.

            Example: dump request k3x7qy2a --fields name,email --purpose "I want to see the car" --days 30
            """)
    @Argument(help: "The object's id, its end, or . for the only one.") var object: String
    @Option(help: FieldList.help) var fields: FieldList
    @Option(help: "Why you ask, in at most 500 bytes.") var purpose: String
    @Option(help: "For how many days: 1 to 400.") var days: Days
    @Option(help: "What else you have to say, in at most 1,000 bytes.") var message: String?
    @Option(
        help: ArgumentHelp(
            "What you show of yourself: nothing, history, or fields of your profile.", valueName: "what"))
    var show: ShownInReturn?
    @Option(help: ArgumentHelp("For how many days you show your fields. Default: as --days.", valueName: "days"))
    var showDays: Days?
    @Option(
        help: ArgumentHelp("For how many days you wait for an answer, 1 to 90. Default: 30.", valueName: "days"))
    var waitDays: Days?
    @OptionGroup var person: PersonOptions

    func validate() throws {
        guard showDays == nil || show?.isGrant == true else {
            throw ValidationError("--show-days goes with fields that are shown")
        }
    }

    func run() async throws {
        let answer = try await NodeClient.loggedIn(person) { client in
            let object = try await ObjectLog.find(object, client, module: nil)
            var body = Map()
            body["module"] = .string(object.module.string)
            body["object"] = .string(object.cid.description)
            body["fields"] = fields.value
            body["purpose"] = .string(purpose)
            body["duration"] = .int(days.seconds)
            body["message"] = message.map { .string($0) }
            body["in_return"] = show?.value(for: showDays ?? days)
            body["wait"] = waitDays.map { .int($0.seconds) }
            return try await client.call("POST", "/v1/requests", .map(body))
        }
        try person.show(answer) {
            Output.line("Asked: \(ShortID.of(answer.text("id"))). Look again with: dump requests")
        }
    }
}

/// What a viewer shows of itself: `nothing`, `history`, or names of fields with commas between them.
enum ShownInReturn: ExpressibleByArgument {
    case nothing
    case history
    case fields(FieldList)

    init?(argument: String) {
        switch argument {
        case "nothing": self = .nothing
        case "history": self = .history
        default:
            guard let fields = FieldList(argument: argument) else { return nil }
            self = .fields(fields)
        }
    }

    var isGrant: Bool { if case .fields = self { true } else { false } }

    func value(for days: Days) -> Value {
        switch self {
        case .nothing: ["kind": "nothing"]
        case .history: ["kind": "history"]
        case .fields(let list): ["kind": "grant", "fields": list.value, "duration": .int(days.seconds)]
        }
    }
}

/// The person's own requests, by the end of their ids.
enum SentRequests {
    static func resolve(_ id: String, _ client: NodeClient) async throws -> String {
        let list = try await client.list("/v1/requests", of: "requests").maps("requests")
        return try ShortID.resolve(id, among: list.map { $0.text("id") }, what: "request")
    }

    /// The longest time that a node holds a call, in seconds.
    private static let hold = 60

    /// Waits at most so many seconds until one that is pending has an answer; says whether there was any to wait for.
    static func wait(_ seconds: Int, for requests: [Map], _ client: NodeClient) async throws -> Bool {
        let pending = requests.filter { $0.text("state") == "pending" }.map { $0.text("id") }
        guard !pending.isEmpty, seconds > 0 else { return false }
        try await withThrowingTaskGroup(of: Void.self) { group in
            // A node holds only so many calls of one person.
            for id in pending.prefix(8) {
                group.addTask {
                    var left = seconds
                    while left > 0 {
                        let wait = min(left, hold)
                        let shown = try await client.call("GET", "/v1/requests/\(id)?wait=\(wait)", wait: wait)
                        if shown.text("state") != "pending" { return }
                        left -= wait
                    }
                }
            }
            try await group.next()
            group.cancelAll()
        }
        return true
    }
}

/// What a viewer shows of itself, as people read it.
enum InReturnOutput {
    /// `nil` where nothing is shown.
    static func text(_ request: Map) -> String? {
        guard let shown = request["in_return"]?.mapValue else { return nil }
        if shown.text("kind") == "history" { return "history" }
        return "\(shown.texts("fields")) for \(Output.duration(shown.number("duration")))"
    }
}

struct RequestsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "requests", abstract: "What you asked of others, and what they answered.",
        subcommands: [List.self, Show.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List your requests.",
            discussion: """
                States: pending; approved, or narrowed to less than you asked for; denied; expired, when nobody answered
                in time; ended, when the time of the grant is over; returned, when you gave the grant back. What others
                give in return for what you granted stands here, too.
                """)
        @Option(
            help: ArgumentHelp("Wait so many seconds for an answer to one that is pending.", valueName: "seconds"))
        var wait: Int?
        @OptionGroup var person: PersonOptions

        func validate() throws {
            guard (0...3_600).contains(wait ?? 0) else { throw ValidationError("--wait is 0 to 3600 seconds") }
        }

        func run() async throws {
            let answer = try await NodeClient.loggedIn(person) { client in
                let answer = try await client.list("/v1/requests", of: "requests")
                guard let wait, try await SentRequests.wait(wait, for: answer.maps("requests"), client) else {
                    return answer
                }
                return try await client.list("/v1/requests", of: "requests")
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
                    ["waits until (UTC)", Output.time(answer.number("waits_until"))],
                ]
                if answer["message"] != nil { rows.append(["message", Output.safe(answer.text("message"))]) }
                if answer["in_return_for"] != nil {
                    rows.append(["in return for your grant", answer.text("in_return_for")])
                } else if let shown = InReturnOutput.text(answer) {
                    rows.append(["you show", shown])
                }
                if answer["profile"] != nil {
                    rows += [
                        ["grant", answer.text("grant")], ["granted", answer.texts("granted")],
                        ["until (UTC)", Output.time(answer.number("expires"))],
                        ["profile", answer.text("profile") + " (link statement verified)"],
                    ]
                }
                if let renewal = answer["renewal"]?.mapValue {
                    rows.append(["renewed by", "\(ShortID.of(renewal.text("id"))), \(renewal.text("state"))"])
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

struct Renew: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ask for more time before a grant ends.",
        discussion: """
            It is a request like others, which names your grant. Until it is answered, and after, you read as before.

            Example: dump renew q2wz7a4m --days 30
            """)
    @Argument(help: "The request's id, its end, or . for the only one.") var id: String
    @Option(help: "For how many days: 1 to 400.") var days: Days
    @Option(help: "Fields with commas between them. Default: those of your grant.") var fields: FieldList?
    @Option(help: "Why you ask. Default: as before.") var purpose: String?
    @Option(help: "What else you have to say, in at most 1,000 bytes.") var message: String?
    @OptionGroup var person: PersonOptions

    func run() async throws {
        var body = Map()
        body["duration"] = .int(days.seconds)
        body["fields"] = fields?.value
        body["purpose"] = purpose.map { .string($0) }
        body["message"] = message.map { .string($0) }
        let answer = try await NodeClient.loggedIn(person) { client in
            let full = try await SentRequests.resolve(id, client)
            return try await client.call("POST", "/v1/requests/\(full)/renew", .map(body))
        }
        try person.show(answer) {
            Output.line("Asked: \(ShortID.of(answer.text("id"))). Look again with: dump requests")
        }
    }
}

struct GiveBack: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "give-back", abstract: "Give back what you were granted, when you need it no longer.",
        discussion: """
            What the grant opened is destroyed at its owner's node, what you handed on ends with it, and the owner sees that
            you gave it back. It cannot be undone: ask anew instead.
            """)
    @Argument(help: "The request's id, its end, or . for the only one.") var id: String
    @OptionGroup var person: PersonOptions

    func run() async throws {
        _ = try await NodeClient.loggedIn(person) { client in
            try await client.call("POST", "/v1/requests/\(try await SentRequests.resolve(id, client))/return")
        }
        try person.show(Map()) { Output.line("Given back.") }
    }
}
