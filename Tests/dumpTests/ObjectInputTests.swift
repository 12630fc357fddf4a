import Foundation
import Testing

/// What is not an acceptable object is refused by name and place, and nothing is stored.
@Suite(.oneNode, .timeLimit(.minutes(10))) struct ObjectInputTests {
    /// A file, and what is said about it.
    struct BadFile: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let content: Data
        let words: String

        init(_ name: String, _ text: String, _ words: String) {
            testDescription = name
            content = Data(text.utf8)
            self.words = words
        }

        init(_ name: String, bytes: [UInt8], _ words: String) {
            testDescription = name
            content = Data(bytes)
            self.words = words
        }
    }

    static let badFiles = [
        BadFile("a list", "[1]", "it is not a JSON object"),
        BadFile("a text", "\"title\"", "it is not a JSON object"),
        BadFile("null", "null", "it is not a JSON object"),
        BadFile("an object that is not closed", #"{"title": "#, "at byte 10"),
        BadFile("a trailing comma", #"{"a": 1,}"#, "at byte 8"),
        BadFile("single quotes", "{'a': 1}", "at byte 1"),
        BadFile("a comment", #"{"a": 1} // one"#, "byte 9"),
        BadFile("two objects", "{}{}", "byte 2"),
        BadFile("a key that is there twice", #"{"a": 1, "a": 2}"#, "the same key twice"),
        BadFile("a key that is there twice, once escaped", #"{"a": 1, "\u0061": 2}"#, "the same key twice"),
        BadFile("a key that is there twice further in", #"{"b": {"a": 1, "a": 2}}"#, "at byte 6"),
        BadFile("not a number", #"{"a": NaN}"#, "at byte 6"),
        BadFile("a number without end", #"{"a": 1e999}"#, "not finite, at byte 6"),
        BadFile("a number beyond 64 bits", #"{"a": 18446744073709551616}"#, "does not fit 64 bits"),
        BadFile("half a character", #"{"a": "\ud800"}"#, "surrogate"),
        BadFile("Latin-1", bytes: Array(#"{"a": ""#.utf8) + [0xe9] + Array(#""}"#.utf8), "not valid UTF-8, at byte 7"),
        BadFile("UTF-16", bytes: [0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00], "at byte 0"),
        BadFile("a binary file", bytes: [0x89, 0x50, 0x4e, 0x47], "at byte 0"),
        BadFile("a file of more than 64 KiB", "{\"a\": \"\(String(repeating: "x", count: 65_536))\"}", "65536 bytes"),
        BadFile(
            "lists a thousand deep",
            "{\"a\": \(String(repeating: "[", count: 1_000))\(String(repeating: "]", count: 1_000))}",
            "nested deeper than"),
    ]

    @Test(arguments: badFiles) func `a file that is no JSON object is refused by its name`(_ bad: BadFile) async throws
    {
        let stage = try Stage.current
        let file = try stage.scratch.write(bad.content, to: UUID().uuidString)
        try await stage.steve.run("object", "publish", file, "--module", Node.module).isRefusal(file, bad.words)
        #expect(try await stage.steve.text("object", "list") == "There are no objects.")
    }

    @Test func `an empty file is malformed, not unreadable`() async throws {
        let stage = try Stage.current
        let file = try stage.scratch.write("", to: "empty.json")
        let outcome = try await stage.steve.run("object", "publish", file, "--module", Node.module)
        outcome.isRefusal(file)
        #expect(outcome.error.contains("at byte 0"))
    }

    @Test func `a file that is not there, or is a folder, is refused by its name`() async throws {
        let stage = try Stage.current
        for path in [stage.scratch.path("no-such.json"), stage.scratch.folder] {
            try await stage.steve.run("object", "publish", path, "--module", Node.module).isRefusal(path)
        }
    }

    @Test func `an object that is too large in its signed form is refused`() async throws {
        let stage = try Stage.current
        // Four characters of JSON each, nine bytes of CBOR.
        let numbers = Array(repeating: "1.5", count: 16_000).joined(separator: ",")
        let file = try stage.scratch.write("{\"a\":[\(numbers)]}", to: "floats.json")
        let outcome = try await stage.steve.run("object", "publish", file, "--module", Node.module)
        outcome.isRefusal("large")
        #expect(outcome.error.contains("65536"))
        #expect(try await stage.steve.text("object", "list") == "There are no objects.")
    }

    @Test(arguments: ["market", "org", "Org.dump.market", "org..market", "org.dump.", "1org.dump", "org/../x", ""])
    func `a module is a reverse domain name`(_ module: String) async throws {
        let stage = try Stage.current
        let file = try stage.scratch.write("{}", to: "\(UUID().uuidString).json")
        try await stage.steve.run("object", "publish", file, "--module", module)
            .isRefusal("--module", "reverse domain name", code: 2)
        #expect(try await stage.steve.text("object", "list") == "There are no objects.")
    }

    @Test func `a module that the node does not run is refused`() async throws {
        let stage = try Stage.current
        let file = try stage.scratch.write("{}", to: "unknown-module.json")
        let publish = try await stage.steve.run("object", "publish", file, "--module", "org.dump.library")
        let list = try await stage.steve.run("object", "list", "--module", "org.dump.library")
        for outcome in [publish, list] {
            outcome.isRefusal()
            #expect(outcome.error.contains("module"))
        }
    }

    @Test func `an object of exactly 64 KiB is published`() async throws {
        try await Node.with { node, scratch in
            let person = Person("steve", in: scratch)
            try await person.join(node)
            let text = "{\"a\":\"\(String(repeating: "x", count: 65_536 - 8))\"}"
            try #require(text.utf8.count == 65_536)
            let file = try scratch.write(text, to: "large.json")
            let id = try await person.json("object", "publish", file, "--module", Node.module).text("id")
            let body = try await person.json("object", "show", short(id)).object("body")
            #expect(body.text("a").count == 65_536 - 8)
        }
    }

    @Test func `the first objects of a person may be published at the same time`() async throws {
        try await Node.with { node, scratch in
            let person = Person("steve", in: scratch)
            try await person.join(node)
            let file = try scratch.write("{}", to: "offer.json")
            let outcomes = try await withThrowingTaskGroup(of: Outcome.self) { group in
                for _ in 0..<8 {
                    group.addTask { try await person.run("object", "publish", file, "--module", Node.module) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.allSatisfy { $0.code == 0 }, "\(outcomes.map(\.error))")
        }
    }
}
