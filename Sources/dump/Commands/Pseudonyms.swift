internal import ArgumentParser
internal import DumpIdentity
internal import IPLD

struct PseudonymCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pseudonym", abstract: "Your pseudonyms, and changing one.", subcommands: [List.self, Rotate.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List your pseudonyms in each module.",
            discussion: """
                You publish and ask as the current one. The others are those before it, and those of single objects;
                whoever asks them is answered by you all the same. Nobody but you sees this list.
                """)
        @OptionGroup var person: PersonOptions

        func run() async throws {
            let answer = try await NodeClient.loggedIn(person) { client in
                try await client.list("/v1/pseudonyms", of: "pseudonyms")
            }
            try person.show(answer) {
                let rows = answer.maps("pseudonyms").map { pseudonym in
                    [
                        pseudonym.text("module"), pseudonym.text("pseudonym"),
                        pseudonym["current"] == true ? "current" : "",
                    ]
                }
                if rows.isEmpty { return Output.line("You have no pseudonym yet.") }
                Output.table(["MODULE", "PSEUDONYM", ""], rows)
            }
        }
    }

    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Publish and ask under a new pseudonym from now on.",
            discussion: """
                Requests to the pseudonym before it still reach you, and what it granted stays granted. Nothing links the
                two, unless you let the new one vouch for it: then everyone can see that they are one person.

                Example: dump pseudonym rotate --module org.dump.market
                """)
        @Option(help: "The module.") var module: String
        @Flag(help: "Publish a statement, signed by both, that the new pseudonym follows the old one.") var vouch =
            false
        @OptionGroup var person: PersonOptions

        func run() async throws {
            let id = try usage("--module") { try ModuleID(module) }
            let answer = try await NodeClient.loggedIn(person) {
                try await $0.call("POST", "/v1/modules/\(id)/pseudonym", ["vouch": .bool(vouch)])
            }
            try person.show(answer) {
                Output.line("From now on you publish as \(answer.text("pseudonym")).")
                let succession = answer.text("succession")
                Output.line(
                    succession.isEmpty
                        ? "Nothing links it to \(answer.text("former"))."
                        : "It vouches for \(answer.text("former")) in the object \(ShortID.of(succession)).")
            }
        }
    }
}
