internal import ArgumentParser
internal import DumpIdentity
internal import IPLD

struct Rules: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What you usually decide: the inbox shows it with each request, and you decide.",
        subcommands: [Show.self, Set.self], defaultSubcommand: Show.self)

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show your rules.")
        @OptionGroup var person: PersonOptions

        func run() async throws {
            let answer = try await NodeClient.loggedIn(person) { try await $0.call("GET", "/v1/rules") }
            try person.show(answer) {
                let rows = answer.maps("rules").enumerated().map { number, rule in
                    [String(number), conditions(rule["match"]?.mapValue ?? Map()), Suggestion.text(rule["suggest"])]
                }
                if rows.isEmpty { return Output.line("You have no rules.") }
                Output.table(["RULE", "WHERE", "SUGGESTS"], rows)
            }
        }

        private func conditions(_ match: Map) -> String {
            var texts: [String] = []
            if !match.text("module").isEmpty { texts.append("in \(match.text("module"))") }
            if match["fields"] != nil { texts.append("only \(match.texts("fields"))") }
            if let history = match["history"]?.boolValue { texts.append(history ? "granted before" : "never granted") }
            switch match.text("in_return") {
            case "nothing": texts.append("nothing in return")
            case "history": texts.append("a history in return")
            case "grant": texts.append("a grant in return")
            default: break
            }
            return texts.isEmpty ? "always" : texts.joined(separator: "; ")
        }
    }

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put the rules of a file in the place of those you have.",
            discussion: """
                The first rule counts that applies. A file:

                  {"rules": [
                    {"match": {"module": "org.dump.market", "fields": ["name", "email"]},
                     "suggest": {"decision": "approve", "fields": ["name"], "duration": 604800}},
                    {"match": {"history": false}, "suggest": {"decision": "deny_silently"}}]}

                In "match" may stand, too: "in_return": "nothing", "history" or "grant", what the viewer shows of itself.
                Decisions are approve, deny, deny_silently and block. Nothing is decided by a rule.
                """)
        @Argument(help: "The file, JSON.") var file: String
        @OptionGroup var person: PersonOptions

        func run() async throws {
            let body = try reading(file) { try DagJSON.decode(UserFile.read(file, limit: 32 * 1024)) }
            _ = try await NodeClient.loggedIn(person) { try await $0.call("PUT", "/v1/rules", body) }
            try person.show(Map()) { Output.line("Set.") }
        }
    }
}

/// What a rule suggests, for people.
enum Suggestion {
    static func text(_ value: Value?) -> String {
        guard let map = value?.mapValue else { return "" }
        guard map.text("decision") == "approve" else { return map.text("decision").replacing("_", with: " ") }
        return "approve \(map.texts("fields")) for \(Output.duration(map.number("duration")))"
    }
}
