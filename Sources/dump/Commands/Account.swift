internal import ArgumentParser
internal import DumpIdentity
internal import Foundation
internal import IPLD

/// Where an account is, or is to be.
struct PlaceOptions: ParsableArguments {
    @Argument(help: "The name of the account on its node: letters, digits, - and _.")
    var handle: String

    @Option(help: ArgumentHelp("The node's URL. Default: $DUMP_NODE.", valueName: "url"))
    var node: String?

    @OptionGroup var person: PersonOptions

    func place() throws -> (address: NodeAddress, handle: Handle) {
        guard let text = node ?? ProcessInfo.processInfo.environment["DUMP_NODE"] else {
            throw CommandError.usage("which node? Use --node URL, or set DUMP_NODE")
        }
        return (try usage("--node") { try NodeAddress(text) }, try usage("the handle") { try Handle(handle) })
    }

    /// Sends what opens or makes an account, and keeps the session that comes back.
    func enter(
        _ path: String, recovery: NewRecoveryCodeOptions? = nil, _ body: () throws -> Map
    ) async throws {
        let (address, name) = try place()
        try recovery?.check()
        var map = try body()
        map["handle"] = .string(name.string)
        let answer = try await NodeClient(address).call("POST", path, .map(map))
        var shown = Map()
        shown["handle"] = .string(name.string)
        shown["node"] = .string(address.string)
        shown["recovery"] = answer["recovery"]
        let lines = try recovery?.take(from: &shown) ?? []
        do {
            try LogInFile(node: address, handle: name, token: answer.text("token")).write(person)
        } catch {
            // The account is made, and its code must not be lost with the log-in.
            for line in lines { Output.line(line) }
            throw error
        }
        try person.show(shown) {
            Output.line("You are logged in to \(address) as \(name).")
            for line in lines { Output.line(line) }
        }
    }
}

struct AccountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account", abstract: "Make, keep, move and end an account.",
        subcommands: [
            Create.self, Show.self, ChangePassphrase.self, RenewRecoveryCode.self, Recover.self, Export.self,
            DataCopy.self, Import.self, Rotate.self, Delete.self,
        ])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make an account and log in to it.",
            discussion: """
                The passphrase protects the key from which all your pseudonyms follow. The node keeps that key only
                encrypted: under the passphrase, and under a recovery code that you are shown once. Without both there
                is no way back.

                Example: dump account create steve --node http://127.0.0.1:8080
                """)
        @OptionGroup var account: PlaceOptions
        @OptionGroup var passphrase: PassphraseOptions
        @OptionGroup var recovery: NewRecoveryCodeOptions

        func run() async throws {
            try await account.enter("/v1/accounts", recovery: recovery) {
                var body = Map()
                body["passphrase"] = try passphrase.read(confirming: true)
                return body
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show how your account is kept.")
        @OptionGroup var person: PersonOptions

        func run() async throws {
            let answer = try await NodeClient.loggedIn(person) { try await $0.call("GET", "/v1/account") }
            try person.show(answer) {
                let code = answer["recovery_code"]?.boolValue == true ? "there is one" : "there is none"
                let cost = "\(answer.number("operations")) passes over \(answer.number("memory") >> 10) KiB"
                Output.table(
                    ["ACCOUNT", answer.text("handle")],
                    [
                        ["sessions", "\(answer.number("sessions"))"], ["recovery code", code],
                        ["a guess at the passphrase", cost],
                    ])
            }
        }
    }
}

struct LogIn: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "login", abstract: "Log in to your account.",
        discussion: "Example: dump login steve --node http://127.0.0.1:8080")
    @OptionGroup var account: PlaceOptions
    @OptionGroup var passphrase: PassphraseOptions

    func run() async throws {
        try await account.enter("/v1/session") {
            var body = Map()
            body["passphrase"] = try passphrase.read()
            return body
        }
    }
}

struct LogOut: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logout", abstract: "End your log-in, here and on the node.")
    @Flag(help: "End all your log-ins, on other devices too.") var everywhere = false
    @OptionGroup var person: PersonOptions

    func run() async throws {
        do {
            let path = everywhere ? "/v1/sessions" : "/v1/session"
            _ = try await NodeClient.loggedIn(person) { try await $0.call("DELETE", path) }
        } catch let error as CommandError where error.hasSessionEnded && !everywhere {
            // Then only the file is left to remove.
        }
        LogInFile.remove(person)
        try person.show(Map()) { Output.line(everywhere ? "You are logged out everywhere." : "You are logged out.") }
    }
}
