import Foundation
import Testing

/// Fixture files, published and of our own.
struct UCANCheckTests {
    /// `../shared/vectors/ucan` beside the project; a link to this file is followed.
    private static let published = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("shared/vectors/ucan").path

    private static let policies = """
        {"valid": [{"args": {"a": 1}, "policies": [[["==", ".a", 1]], [["==", ".a", 1.0]]]}],
         "invalid": [{"args": {"a": 1}, "policies": [[["==", ".a", 2]]]}]}
        """

    @Test(
        .enabled(if: FileManager.default.fileExists(atPath: published), "the published vectors are not there"),
        arguments: [("delegation.json", 1), ("invocation.json", 20), ("policy.json", 25)])
    func `the official fixtures pass, with the official names of errors`(_ file: String, _ count: Int) async throws {
        let outcome = try await Command.run("ucan", "check", Self.published + "/" + file)
        #expect(outcome.code == 0, "\(outcome.error)")
        #expect(outcome.outputLines.last == "\(count) passed, 0 failed")
        #expect(outcome.outputLines.count == count + 1)
    }

    @Test func `cases that come out as they should are counted over all files`() async throws {
        let scratch = try Scratch()
        let file = try scratch.write(Self.policies, to: "policies.json")
        let outcome = try await Command.run("ucan", "check", file, file)
        #expect(outcome.code == 0 && outcome.outputLines.last == "6 passed, 0 failed")
    }

    @Test(arguments: [("[\"==\", \".a\", 2]", "[\"==\", \".a\", 1]"), ("[\"==\", \".a\", 1]", "[\"==\", \".a\", 3]")])
    func `a case that comes out otherwise is named, and the exit code is 1`(
        _ old: String, _ new: String
    ) async throws {
        let scratch = try Scratch()
        let file = try scratch.write(Self.policies.replacingOccurrences(of: old, with: new), to: "policies.json")
        let outcome = try await Command.run("ucan", "check", file)
        #expect(outcome.code == 1)
        #expect(outcome.outputLines.filter { $0.hasPrefix("failed  ") }.count == 1)
        #expect(outcome.outputLines.last == "2 passed, 1 failed")
    }

    @Test(
        .enabled(if: FileManager.default.fileExists(atPath: published), "the published vectors are not there"))
    func `a valid invocation among the invalid, or under another error, fails`() async throws {
        let scratch = try Scratch()
        let text = try String(contentsOfFile: Self.published + "/invocation.json", encoding: .utf8)
        for (old, new) in [("\"Expired\"", "\"TooEarly\""), ("\"MatchError\"", "\"Revoked\"")] {
            try #require(text.contains(old))
            let file = try scratch.write(text.replacingOccurrences(of: old, with: new), to: "invocation.json")
            let outcome = try await Command.run("ucan", "check", file)
            #expect(outcome.code == 1)
            #expect(outcome.output.contains("instead of"))
        }
    }

    @Test(arguments: ["{}", "[]", "{", ""]) func `a file that is no fixture is refused by its name`(
        _ content: String
    ) async throws {
        let scratch = try Scratch()
        let file = try scratch.write(content, to: "fixture.json")
        try await Command.run("ucan", "check", file).isRefusal(file)
    }
}
