internal import ArgumentParser
internal import DumpIdentity
internal import IPLD

struct Notices: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notices", abstract: "Where you are told that something waits while you are away.",
        subcommands: [List.self, Set.self, Remove.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List your notices.")
        @OptionGroup var person: PersonOptions

        func run() async throws {
            let answer = try await NodeClient.loggedIn(person) { try await $0.call("GET", "/v1/notices") }
            try person.show(answer) {
                let rows = answer.maps("notices").map { [$0.text("pseudonym"), $0.text("module"), $0.text("url")] }
                if rows.isEmpty { return Output.line("You are told nowhere.") }
                Output.table(["PSEUDONYM", "MODULE", "URL"], rows)
            }
        }
    }

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Have a URL called when something waits for a pseudonym of yours.",
            discussion: """
                The call says nothing but that something waits, some minutes later, and at most once an hour. The node keeps
                the URL in memory alone: when it starts again it calls nobody until you come by. Whoever serves the URL learns
                your node, and when you were asked. Each pseudonym needs a URL of its own.

                Example: dump notices set did:key:z6Mk... https://ntfy.example/k3x7qy2aWw
                """)
        @Argument(help: "The pseudonym: its did:key, as `dump pseudonym list` shows it.") var pseudonym: String
        @Argument(help: "The URL, without query.") var url: String
        @OptionGroup var person: PersonOptions

        func run() async throws {
            let pseudonym = try usage("the pseudonym") { try Principal(did: self.pseudonym) }
            let url = try usage("the URL") { try NodeAddress(self.url) }
            _ = try await NodeClient.loggedIn(person) {
                try await $0.call("PUT", "/v1/notices/\(pseudonym.did)", ["url": .string(url.string)])
            }
            try person.show(Map()) { Output.line("Set.") }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Be told no more of what waits for a pseudonym.")
        @Argument(help: "The pseudonym: its did:key.") var pseudonym: String
        @OptionGroup var person: PersonOptions

        func run() async throws {
            let pseudonym = try usage("the pseudonym") { try Principal(did: self.pseudonym) }
            _ = try await NodeClient.loggedIn(person) { try await $0.call("DELETE", "/v1/notices/\(pseudonym.did)") }
            try person.show(Map()) { Output.line("Removed.") }
        }
    }
}
