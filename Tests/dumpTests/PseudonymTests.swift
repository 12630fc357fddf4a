import DumpIdentity
import Foundation
import IPLD
import Sodium
import Testing

/// Changing a pseudonym by the command, and seeing that one vouches for another.
@Suite(.timeLimit(.minutes(10))) struct PseudonymTests {
    @Test func `a pseudonym that vouches is shown and verified as following the other`() async throws {
        try await Node.with { node, scratch in
            let steve = Person("steve", in: scratch)
            try await steve.join(node)
            #expect(try await steve.text("pseudonym", "list") == "You have no pseudonym yet.")
            let file = try scratch.write("{}", to: "offer.json")
            let first = try await steve.json("object", "publish", file, "--module", Node.module).text("pseudonym")
            let rotation = try await steve.json("pseudonym", "rotate", "--module", Node.module, "--vouch")
            #expect(rotation.text("former") == first)

            let id = short(rotation.text("succession"))
            let shown = try await steve.json("object", "show", id, "--save", scratch.path("vouching.object"))
            #expect(shown.object("succession").flag("valid") == true)
            #expect(shown.object("succession").text("former") == first)
            let verified = try await Command.run("object", "verify", scratch.path("vouching.object"))
            #expect(verified.code == 0)
            #expect(verified.outputLines.count == 2)
            #expect(verified.output.contains("by the word of both it follows \(first)"))

            let listed = try await steve.json("pseudonym", "list").objects("pseudonyms")
            #expect(listed.map { $0.flag("current") } == [false, true])
            #expect(listed.last?.text("pseudonym") == rotation.text("pseudonym"))
        }
    }

    @Test func `without vouching it is said that nothing links the two`() async throws {
        try await Node.with { node, scratch in
            let steve = Person("steve", in: scratch)
            try await steve.join(node)
            _ = try await steve.publish("Small red car", in: scratch)
            let said = try await steve.text("pseudonym", "rotate", "--module", Node.module)
            #expect(said.contains("From now on you publish as did:key:"))
            #expect(said.contains("Nothing links it to did:key:"))
            #expect(try await steve.json("object", "list").objects("objects").count == 1)
        }
    }

    @Test func `a rotation in a module that was never used is refused`() async throws {
        try await Node.with { node, scratch in
            let steve = Person("steve", in: scratch)
            try await steve.join(node)
            try await steve.run("pseudonym", "rotate", "--module", Node.module).isRefusal("no pseudonym")
            try await steve.run("pseudonym", "rotate", "--module", "market").isRefusal("--module", code: 2)
        }
    }

    @Test func `an object with a forged succession is refused, and one without is not`() async throws {
        let scratch = try Scratch()
        let root = try RootKey(SecretBytes([UInt8](repeating: 1, count: 32), in: .scratch))
        let module = try ModuleID(Node.module)
        let statement = try Succession.sign(
            from: root.pseudonymKeys(module: module, index: 0).signing,
            to: root.pseudonymKeys(module: module, index: 1).signing, time: 0)
        // Shown by a third, who is not the one that follows.
        for (name, index) in [("right.object", 1), ("forged.object", 2)] as [(String, UInt64)] {
            let object = try ModuleObject.sign(
                body: ModuleObject.body(vouchingBy: statement), mailboxes: [NodeAddress("https://node.example")],
                time: 0, with: root.pseudonymKeys(module: module, index: index))
            _ = try scratch.write(Data(object.envelope.bytes), to: name)
        }
        #expect(try await Command.run("object", "verify", scratch.path("right.object")).code == 0)
        try await Command.run("object", "verify", scratch.path("forged.object")).isRefusal("forged.object")
    }
}
