internal import ArgumentParser
internal import DumpIdentity
internal import IPLD
internal import PseudonymStore

extension AccountCommand {
    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write your account into a file, with which it moves to another node.",
            discussion: """
                The file holds the key from which your pseudonyms follow, your profile, what you granted and what you were
                granted. It is encrypted under a passphrase of its own; your recovery code of today opens it, too.

                Example: dump account export steve.dump
                """)
        @Argument(help: "The file to write. It is private; one that is there is replaced.") var file: String
        @OptionGroup var passphrase: PassphraseOptions
        @OptionGroup var filePassphrase: FilePassphraseOptions
        @OptionGroup var person: PersonOptions

        func run() async throws {
            let body: Value = [
                "passphrase": try passphrase.read(), "file_passphrase": try filePassphrase.read(confirming: true),
            ]
            let answer = try await NodeClient.loggedIn(person) {
                try await $0.call(
                    "POST", "/v1/account/export", body, limit: AccountExport.maximumLength + 1_024)
            }
            guard let bytes = answer["export"]?.bytesValue else {
                throw CommandError("the node's answer holds no export")
            }
            try UserFile.writePrivate(bytes, to: file)
            var shown = Map()
            shown["file"] = .string(file)
            shown["bytes"] = .int(Int64(bytes.count))
            try person.show(shown) { Output.line("Your account is in \(file).") }
        }
    }

    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make an account on a node from a file that `dump account export` wrote.",
            discussion: """
                What you were granted is read from the new node as before. What you granted is still served by the old node:
                `dump grants` lists it as "elsewhere", whoever has it should ask you again, and you can revoke it from
                the new node. Objects that you published go on taking requests at the old node. Your account there goes
                on until you delete it.

                The file is opened by its passphrase, or with --by-code by the recovery code of the time at which it was
                written; the code is then replaced by a new one.

                Example: dump account import steve.dump steve --node http://127.0.0.1:8081 --by-code
                """)
        @Argument(help: "The file.") var file: String
        @OptionGroup var account: PlaceOptions
        @Flag(help: "Open the file by the recovery code.") var byCode = false
        @OptionGroup var filePassphrase: FilePassphraseOptions
        @OptionGroup var code: RecoveryCodeOptions
        @OptionGroup var new: NewPassphraseOptions
        @OptionGroup var recovery: NewRecoveryCodeOptions

        func run() async throws {
            try await account.enter("/v1/accounts/import", recovery: recovery) {
                let bytes = try UserFile.read(file, limit: AccountExport.maximumLength)
                _ = try reading(file) { try AccountExport(decoding: bytes) }
                var body = Map()
                body["export"] = .bytes(bytes)
                if byCode {
                    body["code"] = try code.read()
                } else {
                    body["passphrase"] = try filePassphrase.read(confirming: false)
                }
                body["new_passphrase"] = try new.read()
                return body
            }
        }
    }
}
