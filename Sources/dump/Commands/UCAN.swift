internal import ArgumentParser
internal import IPLD

struct UCANCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ucan", abstract: "Look at how this program reads UCAN 1.0.", subcommands: [Check.self])

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Run fixture files in the form of the official ones.",
            discussion: """
                The files are told apart by their shape: delegations, invocations, policies. One line a case, then how
                many passed; exit code 1 if any failed.

                Example: dump ucan check delegation.json invocation.json policy.json
                """)
        /// The largest fixture file: thousands of cases.
        private static let maximumLength = 64 << 20

        @Argument(help: "Fixture files.") var files: [String]

        func run() throws {
            var (passed, failed) = (0, 0)
            for file in files {
                let bytes = try UserFile.read(file, limit: Check.maximumLength)
                for result in try reading(file, { try UCANFixtures(bytes) }).run() {
                    if let failure = result.failure {
                        failed += 1
                        Output.line("failed  \(Output.safe(result.name)): \(failure)")
                    } else {
                        passed += 1
                        Output.line("passed  \(Output.safe(result.name))")
                    }
                }
            }
            Output.line("\(passed) passed, \(failed) failed")
            guard failed == 0 else { throw CommandError("\(failed) of \(passed + failed) cases failed") }
        }
    }
}
