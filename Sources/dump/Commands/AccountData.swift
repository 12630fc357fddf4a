internal import ArgumentParser
internal import IPLD

extension AccountCommand {
    struct DataCopy: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "data",
            abstract: "Write everything that the node keeps of you into a file that you can read.",
            discussion: """
                JSON: profile, pseudonyms, objects, requests in both directions, grants with their consent records, receipts,
                blocks and rules. It holds no keys: to move your account use `dump account export`. Whoever reads the file
                knows which pseudonyms are yours.

                Example: dump account data steve.json
                """)
        @Argument(help: "The file to write. It is private; one that is there is replaced.") var file: String
        @OptionGroup var passphrase: PassphraseOptions
        @OptionGroup var person: PersonOptions

        func run() async throws {
            let body: Value = ["passphrase": try passphrase.read()]
            let answer = try await NodeClient.loggedIn(person) {
                try await $0.call("POST", "/v1/account/data", body, limit: 64 << 20)
            }
            let text = try reading("the node's answer") { try DagJSON.encode(.map(answer), pretty: true) }
            try UserFile.writePrivate(Array((text + "\n").utf8), to: file)
            var shown = Map()
            shown["file"] = .string(file)
            try person.show(shown) { Output.line("What the node keeps of you is in \(file).") }
        }
    }
}
