internal import ArgumentParser
internal import DumpIdentity
internal import Foundation
internal import IPLD

/// Where an account is.
struct AccountOptions: ParsableArguments {
    @Argument(help: "The name of the account on its node: letters, digits, - and _.")
    var handle: String

    @Option(help: ArgumentHelp("The node's URL. Default: $DUMP_NODE.", valueName: "url"))
    var node: String?

    @OptionGroup var passphrase: PassphraseOptions
    @OptionGroup var person: PersonOptions

    /// Sends handle and passphrase, and keeps the session that comes back.
    func openSession(_ path: String, confirming: Bool) async throws {
        guard let text = node ?? ProcessInfo.processInfo.environment["DUMP_NODE"] else {
            throw CommandError.usage("which node? Use --node URL, or set DUMP_NODE")
        }
        let address = try usage("--node") { try NodeAddress(text) }
        let name = try usage("the handle") { try Handle(handle) }
        let secret = try PassphrasePrompt.passphrase(passphrase, confirming: confirming)
        let answer = try await NodeClient.with(address) { client in
            try await client.call("POST", path, ["handle": .string(name.string), "passphrase": .string(secret)])
        }
        try LogInFile(node: address, handle: name, token: answer.text("token")).write(person)
        var shown = Map()
        shown["handle"] = .string(name.string)
        shown["node"] = .string(address.string)
        try person.show(shown) { Output.line("You are logged in to \(address) as \(name).") }
    }
}

struct AccountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account", abstract: "Make an account on a node.", subcommands: [Create.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make an account and log in to it.",
            discussion: """
                The passphrase protects the key from which all your pseudonyms follow. The node keeps that key only
                encrypted under it: there is no way back without the passphrase.

                Example: dump account create steve --node http://127.0.0.1:8080
                """)
        @OptionGroup var account: AccountOptions
        func run() async throws { try await account.openSession("/v1/accounts", confirming: true) }
    }
}

struct LogIn: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "login", abstract: "Log in to your account.",
        discussion: "Example: dump login steve --node http://127.0.0.1:8080")
    @OptionGroup var account: AccountOptions
    func run() async throws { try await account.openSession("/v1/session", confirming: false) }
}

struct LogOut: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logout", abstract: "End your log-in, here and on the node.")
    @OptionGroup var person: PersonOptions

    func run() async throws {
        do {
            _ = try await NodeClient.loggedIn(person) { try await $0.call("DELETE", "/v1/session") }
        } catch let error as CommandError where error.hasSessionEnded {
            // Then only the file is left to remove.
        }
        LogInFile.remove(person)
        try person.show(Map()) { Output.line("You are logged out.") }
    }
}
