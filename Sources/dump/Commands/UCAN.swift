internal import ArgumentParser
internal import Capabilities
internal import IPLD

struct UCANCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ucan", abstract: "Look at tokens, and at how this program reads UCAN 1.0.",
        subcommands: [Inspect.self, Check.self])

    struct Inspect: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what stands in a file of signed things, and whether it verifies.",
            discussion: """
                Reads an envelope of any kind (also as base64 or DAG-JSON), a container, what a viewer handed on, or a
                status list, and prints DAG-JSON: each token with its name, kind, payload, signature and time; then the
                chain that they make. What does not verify is shown with the reason. Keys of fields are not printed.

                Exit code 0 if the file could be read, verified or not; 1 if not. To decide by it, use dump verify.

                Example: dump ucan inspect grant.ucan
                """)
        /// The largest of what is read: a status list.
        private static let maximumLength = StatusListToken.maximumLength

        @Argument(help: "The file; - for standard input.") var file: String
        @Option(help: UnixTime.help) var at: UnixTime?

        func run() throws {
            let bytes = try UserFile.readOrInput(file, limit: Inspect.maximumLength)
            let place = file == "-" ? "standard input" : file
            let inspection = Inspection(at: at?.seconds ?? Clock.now(), place: place)
            try Output.json(try inspection.value(of: bytes))
        }
    }

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Run fixture files in the form of the official ones.",
            discussion: """
                The cases are told apart by their shape: delegations, invocations, policies. One line a case as it comes
                out, then how many passed; exit code 1 if any failed. A case that is malformed itself has failed. A file
                has at most 64 MiB and is held in memory while it is checked.

                Example: dump ucan check delegation.json invocation.json policy.json
                """)
        /// The largest fixture file: tens of thousands of cases.
        private static let maximumLength = 64 << 20

        @Argument(help: "Fixture files.") var files: [String]

        func run() throws {
            var (passed, failed) = (0, 0)
            for file in files {
                let bytes = try UserFile.read(file, limit: Check.maximumLength)
                try UCANFixtures(bytes, place: file).run { result in
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
