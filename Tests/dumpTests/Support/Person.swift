import Foundation
import Testing

/// A person with a folder of their own, who types commands.
struct Person: Sendable {
    let handle: String
    let home: String

    var passphrase: String { "correct horse battery of \(handle)" }

    init(_ handle: String, in scratch: Scratch) {
        self.handle = handle
        home = scratch.path("home-\(handle)")
    }

    /// Runs a command as this person.
    func run(_ arguments: [String]) async throws -> Outcome {
        try await Command.run(arguments, environment: ["DUMP_HOME": home, "DUMP_PASSPHRASE": passphrase])
    }

    /// Runs a command as this person.
    func run(_ arguments: String...) async throws -> Outcome { try await run(arguments) }

    /// Runs a command that must succeed, and gives what it prints for machines.
    @discardableResult
    func json(_ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation) async throws -> JSONObject {
        let outcome = try await run(arguments + ["--json"])
        try #require(outcome.code == 0, "\(arguments): \(outcome.error)", sourceLocation: sourceLocation)
        return outcome.json
    }

    /// Runs a command that must succeed, and gives what it prints for people.
    @discardableResult
    func text(_ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation) async throws -> String {
        let outcome = try await run(arguments)
        try #require(outcome.code == 0, "\(arguments): \(outcome.error)", sourceLocation: sourceLocation)
        #expect(outcome.errorLines.isEmpty, sourceLocation: sourceLocation)
        return outcome.output
    }

    /// Makes the person's account.
    func join(_ node: Node) async throws {
        try await text("account", "create", handle, "--node", node.address)
    }

    /// Publishes an object with a title: its id.
    func publish(_ title: String, in scratch: Scratch) async throws -> String {
        let file = try scratch.write("{\"title\": \"\(title)\"}", to: "\(UUID().uuidString).json")
        return try await json("object", "publish", file, "--module", Node.module).text("id")
    }
}

extension Outcome {
    /// Checks a refusal: the exit code, nothing on standard output, and one line on standard error that holds `words`.
    func isRefusal(_ words: String..., code: Int32 = 1, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(self.code == code, "\(error)", sourceLocation: sourceLocation)
        #expect(outputLines.isEmpty, sourceLocation: sourceLocation)
        #expect(errorLines.count == 1, "\(error)", sourceLocation: sourceLocation)
        #expect(error.hasPrefix("dump: "), "\(error)", sourceLocation: sourceLocation)
        for word in words {
            #expect(error.contains(word), sourceLocation: sourceLocation)
        }
    }

    /// Checks a refusal by the reader of arguments: exit code 2, and how the command is used.
    func isUsageError(_ words: String..., sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(code == 2, "\(error)", sourceLocation: sourceLocation)
        #expect(outputLines.isEmpty, sourceLocation: sourceLocation)
        #expect(error.contains("Usage: dump"), "\(error)", sourceLocation: sourceLocation)
        for word in words {
            #expect(error.contains(word), sourceLocation: sourceLocation)
        }
    }
}

/// The end of an id, as it is typed.
func short(_ id: String) -> String { String(id.suffix(8)) }
