import Foundation
import Testing

/// The story by hand: two nodes, two people, the commands that they would type.
@Suite(.serialized, .twoNodes, .timeLimit(.minutes(10))) struct StoryTests {
    @Test func `people read on their terminal what happens`() async throws {
        let stage = try Stage.current
        let (steve, stephanie) = (stage.steve, stage.stephanie)
        #expect(try await steve.text("inbox") == "No request is waiting.")
        #expect(try await steve.text("grants") == "You have granted nothing.")
        #expect(try await steve.text("receipts") == "Nobody has read anything.")
        #expect(try await stephanie.text("requests") == "You have asked nothing.")
        #expect(try await stephanie.text("profile", "show") == "No field is set.")

        let object = short(try await stage.publish("Small blue boat"))
        let list = try await stephanie.text("object", "list")
        #expect(list.contains(object) && list.contains("Small blue boat") && !list.contains("Steve"))

        let asked = try await stephanie.text(
            "request", object, "--fields", "name,email", "--purpose", "to sail", "--days", "30")
        let request = try #require(asked.firstMatch(of: /^Asked: (\w{8})\./)).1
        let inbox = try await steve.text("inbox")
        #expect(inbox.contains("\(request)  \(object)  …") && inbox.contains("  name, email  30 days  to sail"))
        #expect(try await stephanie.text("requests").contains("\(request)  \(object)  pending  name, email"))

        let approved = try await steve.text("approve", String(request), "--fields", "name", "--days", "7")
        let grant = try #require(approved.firstMatch(of: /^Granted name until .* UTC: (\w{8})$/)).1
        #expect(try await stephanie.text("requests", "show", String(request)).contains("link statement verified"))
        let read = try await stephanie.text("read", String(request), "--fields", "name")
        #expect(read.contains(/name +Steve Example/))
        #expect(try await steve.text("receipts").contains(String(grant)))
        #expect(try await steve.text("grants").contains("\(grant)  active"))
        #expect(try await steve.text("revoke", String(grant)) == "Revoked.")
        #expect(try await steve.text("grants").contains("\(grant)  revoked"))
        try await stephanie.run("read", String(request), "--fields", "name")
            .isRefusal("The capability was not accepted")
    }

    @Test func `machines read the same as JSON`() async throws {
        let stage = try Stage.current
        let (steve, stephanie) = (stage.steve, stage.stephanie)
        let object = try await stage.publish("Large green tent")
        let shown = try await stephanie.json("object", "show", short(object))
        #expect(shown.text("id") == object && shown.text("module") == Node.module)
        #expect(shown.object("body").text("title") == "Large green tent")
        #expect(shown.text("pseudonym").hasPrefix("did:key:z6Mk"))

        let request = try await stage.ask(object)
        let waiting = try #require(
            try await steve.json("inbox").objects("requests").first { $0.text("id") == request })
        #expect(waiting.texts("fields") == ["name", "email"])
        #expect(waiting.number("duration") == 30 * 86_400)
        #expect(waiting.text("purpose") == "to see the car")

        let grant = try await stage.approve(request)
        let answer = try await stephanie.json("requests", "show", short(request))
        #expect(answer.text("state") == "narrowed" && answer.text("grant") == grant)
        #expect(answer.texts("granted") == ["name", "email"])
        #expect(answer.text("profile").hasPrefix("did:key:") && answer.text("profile") != answer.text("owner"))
        let fields = try await stephanie.json("read", short(request), "--fields", "email,name").object("fields")
        #expect(fields.text("name") == "Steve Example" && fields.text("email") == "steve@example.org")
        let receipts = try await steve.json("receipts").objects("receipts")
        #expect(receipts.contains { $0.text("grant") == grant && $0.texts("fields") == ["name", "email"] })
        #expect(try await steve.json("revoke", short(grant)).count == 0)
    }

    @Test func `a grant is verified from files, with words for people and JSON for machines`() async throws {
        let stage = try Stage.current
        let object = try await stage.publish("Round table")
        let request = try await stage.ask(object)
        let grant = try await stage.approve(request)
        let copies = try await stage.saveCopies(object: object, request: request)
        let text = try await Command.run(copies.verification)
        #expect(text.code == 0, "\(text.error)")
        #expect(text.output.contains(/valid +signatures, chain, time and status are right/))
        #expect(text.output.contains(/fields +name, email/))
        let json = try await Command.run(copies.verification + ["--json"]).json
        #expect(json.text("grant") == grant && json.texts("fields") == ["name", "email"])
        #expect(json.flag("holder_proven") == false)
        let verified = try await Command.run("object", "verify", copies.object)
        #expect(verified.code == 0 && verified.output.contains(object))
        // The same grant, as text: a container in base64.
        let container = try Scratch.read(copies.grant)
        var asText = copies
        asText.grant = try stage.scratch.write(
            "B" + Data(container.dropFirst()).base64EncodedString(), to: "grant.base64")
        #expect(try await Command.run(asText.verification).output == text.output)

        try await stage.steve.text("revoke", short(grant))
        let before = try Scratch.read(copies.statusList)
        try await stage.stephanie.text(
            "status-list", "--allow-loopback", "--grant", copies.grant, "--save", copies.statusList)
        #expect(try Scratch.read(copies.statusList) != before)
        try await Command.run(copies.verification).isRefusal(copies.grant, "Revoked")
    }

    @Test func `what is handed on to a component is read with its own key alone`() async throws {
        let stage = try Stage.current
        let request = try await stage.ask(try await stage.publish("Wooden ladder"))
        try await stage.approve(request)
        let keys = [stage.scratch.path("component.key"), stage.scratch.path("other.key")]
        let did = try await Command.run("key", "create", keys[0]).output
        #expect(try await Command.run("key", "show", keys[0]).output == did)
        #expect(try Scratch.mode(of: keys[0]) == 0o600)
        _ = try await Command.run("key", "create", keys[1])
        let handover = stage.scratch.path("name.handover")
        try await stage.stephanie.text(
            "delegate", short(request), "--to", did, "--fields", "name", "--days", "3", "--save", handover)

        let read = ["read", "--allow-loopback", "--handover", handover, "--key"]
        let outcome = try await Command.run(read + [keys[0], "--fields", "name", "--json"])
        #expect(outcome.json.object("fields").text("name") == "Steve Example", "\(outcome.error)")
        try await Command.run(read + [keys[0], "--fields", "email"]).isRefusal("not accepted")
        try await Command.run(read + [keys[1], "--fields", "name"]).isRefusal("not accepted")
        #expect(try await stage.steve.json("receipts").objects("receipts").contains { $0.flag("handed_on") == true })
    }

    @Test func `what was handed on is taken back by who handed it on`() async throws {
        let stage = try Stage.current
        let request = try await stage.ask(try await stage.publish("Garden bench"))
        try await stage.approve(request)
        let key = stage.scratch.path("back.key")
        let did = try await Command.run("key", "create", key).output
        let handover = stage.scratch.path("back.handover")
        try await stage.stephanie.text(
            "delegate", short(request), "--to", did, "--fields", "name", "--days", "3", "--save", handover)
        let read = ["read", "--allow-loopback", "--handover", handover, "--key", key, "--fields", "name"]
        #expect(try await Command.run(read).code == 0)
        try await stage.steve.run("take-back", handover).isRefusal("handed on by somebody else")
        #expect(try await stage.stephanie.text("take-back", handover).contains("Taken back."))
        try await Command.run(read).isRefusal("not accepted")
        try await stage.stephanie.text("read", short(request), "--fields", "name")
    }

    @Test func `nothing is handed on where the owner forbade it`() async throws {
        let stage = try Stage.current
        let request = try await stage.ask(try await stage.publish("Iron stove"))
        try await stage.steve.text(
            "approve", short(request), "--fields", "name", "--days", "1", "--no-hand-on")
        let key = stage.scratch.path("forbidden.key")
        let did = try await Command.run("key", "create", key).output
        let file = stage.scratch.path("forbidden.handover")
        try await stage.stephanie.run(
            "delegate", short(request), "--to", did, "--fields", "name", "--days", "1", "--save", file
        ).isRefusal("the owner does not allow handing on")
        #expect(!FileManager.default.fileExists(atPath: file))
    }

    @Test func `a picture is read as it was set`() async throws {
        let stage = try Stage.current
        // The largest picture that is accepted.
        let picture =
            Data([0xff, 0xd8, 0xff]) + Data((0..<(256 * 1_024 - 3)).map { UInt8(truncatingIfNeeded: $0 / 7) })
        let file = try stage.scratch.write(picture, to: "portrait.jpg")
        try await stage.steve.text("profile", "set", "picture=@\(file)")
        let request = try await stage.ask(try await stage.publish("Photograph"), "picture")
        try await stage.approve(request, "picture")
        let saved = stage.scratch.path("saved.jpg")
        let text = try await stage.stephanie.text(
            "read", short(request), "--fields", "picture", "--save-picture", saved)
        #expect(text.contains("image/jpeg, 262144 bytes"))
        #expect(try Scratch.read(saved) == picture)
    }

    @Test func `a node that is down is told of with exit code 3`() async throws {
        let stage = try Stage.current
        let request = try await stage.ask(try await stage.publish("Last lamp"))
        try await stage.approve(request)
        let copies = try await stage.saveCopies(
            object: try await stage.stephanie.json("requests", "show", short(request)).text("object"), request: request)
        await stage.x.stop()
        try await stage.steve.run("inbox").isRefusal(stage.x.address, "cannot be reached", code: 3)
        try await stage.stephanie.run("read", short(request), "--fields", "name")
            .isRefusal("the other node cannot be reached", code: 3)
        try await Command.run(
            "status-list", "--allow-loopback", "--grant", copies.grant, "--save", copies.statusList + ".new"
        )
        .isRefusal("cannot be reached", code: 3)
        // What was saved is enough to go on.
        #expect(try await Command.run(copies.verification).code == 0)
        #expect(try await stage.stephanie.json("object", "list").objects("objects").isEmpty == false)
        try await stage.x.start()
        #expect(
            try await stage.stephanie.json("read", short(request), "--fields", "name").object("fields").text("name")
                == "Steve Example")
    }
}
