import Foundation
import Testing

@Suite(.timeLimit(.minutes(10))) struct DemoTests {
    @Test func `the demo plays ten steps and sees all of them`() async throws {
        let outcome = try await Command.run("demo")
        #expect(outcome.code == 0, "\(outcome.error)")
        #expect(outcome.errorLines.isEmpty)
        let numbers = outcome.outputLines.compactMap { Int($0.prefix(2).drop { $0 == " " }) }
        #expect(numbers == Array(0...10))
        #expect(outcome.output.contains("All ten steps were seen"))
    }

    @Test func `the demo publishes an offer of one's own, and leaves its nodes running where asked to`() async throws {
        let scratch = try Scratch()
        let offer = try scratch.write(#"{"title": "Grand piano, well tuned"}"#, to: "offer.json")
        let outcome = try await Command.run(
            ["demo", "--offer", offer, "--keep"], environment: ["TMPDIR": scratch.folder + "/"])
        let nodes = outcome.output.matches(of: /\(process (\d+)\)/).compactMap { Int32($0.1) }
        #expect(outcome.code == 0, "\(outcome.error)")
        #expect(outcome.output.contains("“Grand piano, well tuned”"))
        #expect(nodes.count == 2)
        for node in nodes {
            #expect(kill(node, SIGTERM) == 0)
            // They are no children of this process, which cannot wait for them; one that has ended has no arguments.
            while let arguments = FileManager.default.contents(atPath: "/proc/\(node)/cmdline"), !arguments.isEmpty,
                !Task.isCancelled
            { await Task.yield() }
        }
    }

    @Test func `the demo is not led astray by settings of another node`() async throws {
        let scratch = try Scratch()
        let outcome = try await Command.run(
            ["demo"],
            environment: [
                "DUMP_PUBLIC_URL": "http://127.0.0.1:1", "DUMP_PEERS": "http://127.0.0.1:1",
                "TMPDIR": scratch.folder + "/",
            ])
        #expect(outcome.code == 0, "\(outcome.error)")
    }

    @Test(arguments: ["[1, 2]", "{\"title\": ", "", "{\"title\": 1, \"title\": 2}"])
    func `an offer that is no JSON object is refused before anything starts`(_ text: String) async throws {
        let scratch = try Scratch()
        let offer = try scratch.write(text, to: "offer.json")
        try await Command.run("demo", "--offer", offer).isRefusal(offer)
    }

    @Test func `an offer that is not there is refused before anything starts`() async throws {
        try await Command.run("demo", "--offer", "no-such.json").isRefusal("no-such.json: it cannot be read")
    }
}
