internal import ArgumentParser
internal import Foundation

/// The command-line tool.
struct Dump: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dump",
        abstract: "Publish under a pseudonym, and decide yourself who learns who you are.",
        discussion: """
            A node hosts people and modules. What you publish through a module carries a pseudonym and nothing else
            about you. Who wants to know more asks, and you decide: which fields of your profile, for how long. You can
            take it back at any time.

            See it all at once:      dump demo
            Run a node:              dump serve --data ./node --module org.dump.market
            Make an account on it:   dump account create steve --node http://127.0.0.1:8080

            Exit codes: 0 done, 1 refused or not found, 2 wrong usage, 3 the node cannot be reached.
            """,
        version: "0.1.0",
        groupedSubcommands: [
            CommandGroup(name: "A node", subcommands: [Serve.self, NodeCommand.self, Demo.self]),
            CommandGroup(
                name: "You",
                subcommands: [
                    AccountCommand.self, LogIn.self, LogOut.self, ProfileCommand.self, PseudonymCommand.self,
                ]),
            CommandGroup(name: "Objects", subcommands: [ObjectCommand.self]),
            CommandGroup(
                name: "Asking others",
                subcommands: [
                    RequestCommand.self, RequestsCommand.self, Withdraw.self, Renew.self, GiveBack.self, Read.self,
                    Delegate.self, TakeBack.self,
                ]),
            CommandGroup(
                name: "Being asked",
                subcommands: [
                    Inbox.self, Approve.self, Deny.self, BlockCommand.self, Blocks.self, Unblock.self, Rules.self,
                    Notices.self, Grants.self, Revoke.self, Consent.self, Receipts.self,
                ]),
            CommandGroup(
                name: "Components",
                subcommands: [KeyCommand.self, StatusListCommand.self, Verify.self, UCANCommand.self]),
        ],
    )
}

/// Runs the tool and turns every outcome into one of four exit codes.
@main
enum Main {
    static func main() async {
        // The worker is no command for people: it is this program again, started by the node.
        if CommandLine.arguments.dropFirst().first == PassphraseWorker.argument { PassphraseWorker.runAndExit() }
        do {
            var command = try Dump.parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let error as CommandError {
            Output.error(error.message)
            exit(error.code.rawValue)
        } catch {
            let code = Dump.exitCode(for: error)
            if code.isSuccess {
                Output.line(Dump.fullMessage(for: error))
                exit(0)
            }
            Output.error(parsing: Dump.fullMessage(for: error))
            exit(code == .validationFailure ? CommandError.Code.usage.rawValue : CommandError.Code.refused.rawValue)
        }
    }
}
