import Foundation
import Testing

/// What `dump ucan inspect` tells of files that nodes made.
@Suite(.serialized, .oneNode, .timeLimit(.minutes(5))) struct UCANInspectTests {
    private func copies() async throws -> Copies {
        let stage = try Stage.current
        let object = try await stage.publish("Brass lamp")
        let request = try await stage.ask(object)
        try await stage.approve(request)
        return try await stage.saveCopies(object: object, request: request)
    }

    private func inspect(_ file: String, _ more: String...) async throws -> JSONObject {
        let outcome = try await Command.run(["ucan", "inspect", file] + more)
        try #require(outcome.code == 0, "\(outcome.error)")
        return outcome.json
    }

    @Test func `a grant is shown with its name, signature, time and chain`() async throws {
        let copies = try await copies()
        let shown = try await inspect(copies.grant)
        let verified = try await Command.run(copies.verification + ["--json"]).json
        #expect(shown.text("form") == "container")
        let token = try #require(shown.objects("tokens").first)
        #expect(token.text("cid") == verified.text("grant"))
        #expect(token.text("kind") == "delegation" && token.text("tag") == "ucan/dlg@1.0.0")
        #expect(token.text("signature") == "right" && token.object("time").text("state") == "valid")
        #expect(token.object("payload").text("cmd") == "/profile/read")
        #expect(shown.object("chain").flag("verified") == true)
        #expect(shown.object("chain").text("subject") == verified.text("pseudonym"))
        #expect(shown.object("chain").text("holder") == verified.text("holder"))
    }

    @Test func `the time can be chosen, and its bounds are valid`() async throws {
        let copies = try await copies()
        let end = try await Command.run(copies.verification + ["--json"]).json.number("expires")
        for (time, state) in [(end, "valid"), (end + 1, "expired")] {
            let shown = try await inspect(copies.grant, "--at", "\(time)")
            #expect(shown.objects("tokens").first?.object("time").text("state") == state)
            #expect(shown.object("chain").flag("verified") == (state == "valid"))
            #expect(shown.object("chain").text("error") == (state == "valid" ? "" : "Expired"))
        }
        let outcome = try await Command.run(copies.verification + ["--json", "--at", "\(end + 1)"])
        #expect(outcome.code == 1 && outcome.json.text("error") == "Expired" && outcome.errorLines.count == 1)
        #expect(outcome.json.count == 1)
    }

    @Test func `an object and a status list are shown too`() async throws {
        let copies = try await copies()
        let object = try await inspect(copies.object)
        #expect(object.text("form") == "envelope")
        #expect(object.objects("tokens").first?.text("kind") == "module object")
        #expect(object.objects("tokens").first?.text("signature") == "right")
        let list = try await inspect(copies.statusList)
        #expect(list.text("form") == "status list" && list.text("signature") == "right")
        #expect(list.number("statuses") == 131_072 && list.object("time").text("state") == "valid")
        #expect(list.object("claims").object("status_list").text("lst").contains("not shown"))
        let late = try await inspect(copies.statusList, "--at", "\(list.object("claims").number("exp"))")
        #expect(late.object("time").text("state") == "expired")
    }

    @Test func `a handover is shown as a chain of two, without its keys`() async throws {
        let stage = try Stage.current
        let request = try await stage.ask(try await stage.publish("Silver spoon"))
        try await stage.approve(request)
        let key = stage.scratch.path("inspect.key")
        let did = try await Command.run("key", "create", key).output
        let file = stage.scratch.path("inspect.handover")
        try await stage.stephanie.text(
            "delegate", short(request), "--to", did, "--fields", "name", "--days", "1", "--save", file)
        let outcome = try await Command.run("ucan", "inspect", file)
        #expect(outcome.json.text("form") == "handover")
        #expect(outcome.json.text("keys") == "sealed to the component; not shown")
        #expect(outcome.json.objects("tokens").count == 2)
        #expect(outcome.json.object("chain").flag("verified") == true)
        #expect(outcome.json.object("chain").text("holder") == did)
        // The sealed keys are the last thing in the file: nothing as long may stand in the output.
        #expect(!outcome.output.contains(try Scratch.read(file).suffix(48).base64EncodedString()))
        // The key of the component itself is nothing that is shown.
        let seed = try String(contentsOfFile: key, encoding: .utf8).trimmingCharacters(in: .newlines)
        let refused = try await Command.run("ucan", "inspect", key)
        refused.isRefusal(key)
        #expect(!refused.error.contains(seed))
    }

    @Test func `an altered token is shown with what is wrong`() async throws {
        let copies = try await copies()
        var bytes = try Scratch.read(copies.object)
        bytes[20] ^= 1
        let file = try Stage.current.scratch.write(bytes, to: "altered.inspect")
        let token = try #require(try await inspect(file).objects("tokens").first)
        #expect(token.text("signature") == "wrong" && token.text("error") == "InvalidSignature")
        #expect(token.object("payload").text("mod") == Node.module)

        var grant = try Scratch.read(copies.grant)
        grant[grant.count / 8] ^= 1
        let altered = try Stage.current.scratch.write(grant, to: "altered.ucan")
        let shown = try await inspect(altered)
        #expect(shown.objects("tokens").first?.text("signature") == "wrong")
        #expect(shown.object("chain").flag("verified") == false)
        #expect(shown.object("chain").text("error") == "InvalidSignature")
    }

    @Test func `standard input and base64 are read alike`() async throws {
        let copies = try await copies()
        let bytes = try Scratch.read(copies.object)
        let expected = try await inspect(copies.object, "--at", "1000").objects("tokens").first?.text("cid")
        let text = try Stage.current.scratch.write(bytes.base64EncodedString() + "\n", to: "object.base64")
        #expect(try await inspect(text, "--at", "1000").objects("tokens").first?.text("cid") == expected)
        let input = try #require(FileHandle(forReadingAtPath: copies.object))
        let piped = try await Command.run(["ucan", "inspect", "-"], input: input)
        #expect(piped.json.objects("tokens").first?.text("cid") == expected)
    }

    @Test(arguments: ["", "@", "hello", "{}", "[1]", "a.b.c", "glhA", "no-such-file"])
    func `what is nothing of ours is refused in one line`(_ content: String) async throws {
        let scratch = try Stage.current.scratch
        let file =
            content == "no-such-file" ? content : try scratch.write(content, to: "\(content.utf8.count).nothing")
        try await Command.run("ucan", "inspect", file).isRefusal(file)
    }
}
