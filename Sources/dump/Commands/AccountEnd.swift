internal import ArgumentParser
internal import IPLD

/// What is told of grants at other nodes that could not be revoked.
private func tell(notRevoked grants: [Map]) {
    for grant in grants {
        Output.line(
            "Not revoked: \(ShortID.of(grant.text("id"))), which \(Output.safe(grant.text("home"))) serves. It cannot be "
                + "reached, or did not accept the revocation.")
    }
}

extension AccountCommand {
    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete your account: profile, mailboxes, and all that you granted.",
            discussion: """
                Whoever reads your fields at present is refused from then on, and what they read is destroyed on the node.
                It cannot be undone.

                What you published stays in the logs of this node and of others: it carries a pseudonym, and nothing else
                about you. Without the account nobody can answer for it. Grants that another node serves are revoked
                there if it can be reached; those that were not are told.
                """)
        @Flag(help: "Do not ask whether it is meant.") var yes = false
        @OptionGroup var passphrase: PassphraseOptions
        @OptionGroup var person: PersonOptions

        func run() async throws {
            let login = try LogInFile.read(person)
            let question = "The account \(login.handle) on \(login.node) will be deleted, and cannot be brought back."
            guard try yes || PassphrasePrompt.isConfirmed(question) else { throw CommandError("nothing was deleted") }
            let body: Value = ["passphrase": try passphrase.read()]
            let answer = try await NodeClient.loggedIn(person) { try await $0.call("DELETE", "/v1/account", body) }
            LogInFile.remove(person)
            try person.show(answer) {
                Output.line("Your account is deleted. \(answer.number("revoked")) grants were revoked.")
                tell(notRevoked: answer.maps("not_revoked"))
                Output.line("What you published stays in the logs of nodes, under its pseudonym.")
            }
        }
    }

    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give your account a new key: for when somebody may have the old one.",
            discussion: """
                Your profile stays. All your pseudonyms end with all that you granted, your other log-ins end, and you get a
                new recovery code. What is bound to the old pseudonyms cannot be taken over, and is listed: objects that
                you published, what others granted to you, what you granted.

                An export that was written before still holds the old key.
                """)
        @Flag(help: "Do not ask whether it is meant.") var yes = false
        @OptionGroup var passphrase: PassphraseOptions
        @OptionGroup var recovery: NewRecoveryCodeOptions
        @OptionGroup var person: PersonOptions

        func run() async throws {
            let login = try LogInFile.read(person)
            try recovery.check()
            let question = "All pseudonyms of \(login.handle) on \(login.node) will end, with all that they granted."
            guard try yes || PassphrasePrompt.isConfirmed(question) else { throw CommandError("nothing was changed") }
            let body: Value = ["passphrase": try passphrase.read()]
            var answer = try await NodeClient.loggedIn(person) {
                try await $0.call("POST", "/v1/account/rotate", body)
            }
            let token = answer.text("token")
            answer["token"] = nil
            let lines = try recovery.take(from: &answer)
            do {
                try LogInFile(node: login.node, handle: login.handle, token: token).write(person)
            } catch {
                for line in lines { Output.line(line) }
                throw error
            }
            try person.show(answer) {
                Output.line("Your account has a new key. \(answer.number("revoked")) grants were revoked.")
                for line in lines { Output.line(line) }
                list("Published under a pseudonym that has ended:", answer.maps("objects"), "object")
                list("Granted to you, to be asked for again:", answer.maps("received"), "grant")
                list("Granted by you, to be made again:", answer.maps("given"), "grant")
                tell(notRevoked: answer.maps("not_revoked"))
            }
        }

        private func list(_ heading: String, _ items: [Map], _ what: String) {
            if items.isEmpty { return }
            Output.line(heading)
            for item in items {
                let fields = item.texts("fields")
                let detail = fields.isEmpty ? "" : ": \(Output.safe(fields))"
                Output.line("  \(what) \(ShortID.of(item.text("id"))) in \(Output.safe(item.text("module")))\(detail)")
            }
        }
    }
}
