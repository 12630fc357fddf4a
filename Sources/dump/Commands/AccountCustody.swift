internal import ArgumentParser
internal import IPLD

extension AccountCommand {
    struct ChangePassphrase: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "passphrase", abstract: "Change your passphrase, and end your other log-ins.",
            discussion: "The recovery code stays as it is.")
        @OptionGroup var passphrase: PassphraseOptions
        @OptionGroup var new: NewPassphraseOptions
        @OptionGroup var person: PersonOptions

        func run() async throws {
            let body: Value = ["old": try passphrase.read(), "new": try new.read()]
            _ = try await NodeClient.loggedIn(person) { try await $0.call("PUT", "/v1/account/passphrase", body) }
            try person.show(Map()) { Output.line("Your passphrase is changed. Your other log-ins have ended.") }
        }
    }

    struct RenewRecoveryCode: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "recovery-code", abstract: "Make a new recovery code; the one before opens nothing any more.",
            discussion: "An export that was written before is still opened by the code of its time.")
        @OptionGroup var passphrase: PassphraseOptions
        @OptionGroup var recovery: NewRecoveryCodeOptions
        @OptionGroup var person: PersonOptions

        func run() async throws {
            try recovery.check()
            let body: Value = ["passphrase": try passphrase.read()]
            var answer = try await NodeClient.loggedIn(person) {
                try await $0.call("POST", "/v1/account/recovery-code", body)
            }
            let lines = try recovery.take(from: &answer)
            try person.show(answer) { for line in lines { Output.line(line) } }
        }
    }

    struct Recover: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Set a new passphrase by your recovery code, and log in.",
            discussion: """
                All your log-ins end, and the recovery code is replaced by a new one.

                Example: dump account recover steve --node http://127.0.0.1:8080
                """)
        @OptionGroup var account: PlaceOptions
        @OptionGroup var code: RecoveryCodeOptions
        @OptionGroup var new: NewPassphraseOptions
        @OptionGroup var recovery: NewRecoveryCodeOptions

        func run() async throws {
            try await account.enter("/v1/recovery", recovery: recovery) {
                var body = Map()
                body["code"] = try code.read()
                body["passphrase"] = try new.read()
                return body
            }
        }
    }
}
