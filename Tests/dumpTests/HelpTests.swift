import Foundation
import Testing

struct HelpTests {
    /// Every command and every group of commands.
    static let commands = [
        "", "serve", "node", "node rotate-key", "demo", "account", "account create", "account show",
        "account passphrase", "account recovery-code",
        "account recover", "account export", "account import", "account rotate", "account delete", "login", "logout",
        "profile", "profile show", "profile set", "pseudonym", "pseudonym list", "pseudonym rotate",
        "object", "object publish", "object list", "object show", "object verify", "request", "requests",
        "requests list", "requests show", "withdraw", "renew", "give-back", "read", "delegate", "take-back",
        "inbox", "approve", "deny",
        "account data", "block", "blocks", "unblock", "rules", "rules show", "rules set", "notices", "notices list",
        "notices set", "notices remove", "consent", "grants", "revoke", "receipts", "key", "key create", "key show",
        "status-list", "verify", "ucan",
        "ucan inspect", "ucan check",
    ]

    @Test(arguments: commands) func `every command tells in a sentence what it is for, and how it is used`(
        _ command: String
    ) async throws {
        let words = command.split(separator: " ").map(String.init)
        let outcome = try await Command.run(words + ["--help"])
        #expect(outcome.code == 0)
        #expect(outcome.errorLines.isEmpty)
        let first = try #require(outcome.outputLines.first)
        #expect(first.hasPrefix("OVERVIEW: ") && first.count > "OVERVIEW: ".count + 10)
        #expect(outcome.output.contains("USAGE: " + (["dump"] + words).joined(separator: " ")))
    }

    @Test func `the table above names every command that the tool has`() async throws {
        for group in HelpTests.commands {
            let outcome = try await Command.run(group.split(separator: " ").map(String.init) + ["--help"])
            let sections = outcome.output.components(separatedBy: "SUBCOMMANDS:\n").dropFirst()
            for line in sections.flatMap({ $0.prefix { $0 != "." }.components(separatedBy: "\n") }) {
                // A command is indented by two spaces, the continuation of its abstract by many.
                guard line.hasPrefix("  "), !line.hasPrefix("   "), !line.contains("See '") else { continue }
                let name = try #require(line.split(separator: " ").first)
                #expect(HelpTests.commands.contains(group.isEmpty ? String(name) : "\(group) \(name)"))
            }
        }
    }

    @Test(arguments: ["help serve", "help object publish"]) func `help can be asked for by its name`(
        _ command: String
    ) async throws {
        let outcome = try await Command.run(command.split(separator: " ").map(String.init))
        #expect(outcome.code == 0)
        #expect(outcome.output.hasPrefix("OVERVIEW: "))
    }

    @Test func `the tool alone shows its help`() async throws {
        let outcome = try await Command.run([])
        #expect(outcome.code == 0)
        #expect(outcome.output.contains("USAGE: dump"))
    }

    @Test func `the first help names the exit codes`() async throws {
        let outcome = try await Command.run("--help")
        #expect(outcome.output.contains("Exit codes: 0 done, 1 refused or not found, 2 wrong usage, 3"))
    }

    @Test func `the version is three numbers`() async throws {
        let outcome = try await Command.run("--version")
        #expect(outcome.code == 0)
        #expect(outcome.output.wholeMatch(of: /\d+\.\d+\.\d+/) != nil)
    }
}
