import Foundation
import Testing

/// What viewers and owners may not do is refused, and changes nothing.
@Suite(.serialized, .oneNode, .timeLimit(.minutes(10))) struct RequestRuleTests {
    /// Runs a command that must be refused, and compares what both people see before and after.
    private func refused(_ person: KeyPath<Stage, Person>, _ arguments: [String], _ words: String) async throws {
        let stage = try Stage.current
        let before = try await state(of: stage)
        try await stage[keyPath: person].run(arguments).isRefusal(words)
        #expect(try await state(of: stage) == before)
    }

    /// All requests and grants, as both people see them.
    private func state(of stage: Stage) async throws -> [String] {
        async let inbox = stage.steve.text("inbox", "--json")
        async let grants = stage.steve.text("grants", "--json")
        async let requests = stage.stephanie.text("requests", "--json")
        return try await [inbox, grants, requests]
    }

    @Test func `nothing is asked of an object of one's own, or without a purpose`() async throws {
        let stage = try Stage.current
        let object = short(try await stage.publish("Blue chair"))
        let fields = ["--fields", "name", "--days", "1", "--purpose"]
        try await refused(\.steve, ["request", object] + fields + ["why"], "the object is your own")
        for purpose in ["", String(repeating: "é", count: 251)] {
            try await refused(\.stephanie, ["request", object] + fields + [purpose], "a purpose of 1 to 500 bytes")
        }
    }

    @Test func `only what was asked is approved, for no longer, and only what there is`() async throws {
        let stage = try Stage.current
        let object = try await stage.publish("Red chair")
        let request = short(try await stage.ask(object, "name,website", days: 10))
        for (fields, days, words) in [
            ("email", 1, "only fields that were asked for"), ("name,email", 1, "only fields that were asked for"),
            ("name", 11, "at most what was asked for"), ("website", 1, "the profile has no website; set it first"),
        ] {
            try await refused(\.steve, ["approve", request, "--fields", fields, "--days", "\(days)"], words)
        }
        try await stage.approve(request, "name", days: 10)
    }

    @Test func `a request is decided once`() async throws {
        let stage = try Stage.current
        let object = try await stage.publish("Green chair")
        let request = short(try await stage.ask(object))
        try await stage.approve(request)
        try await refused(\.steve, ["approve", request, "--fields", "name", "--days", "1"], "no waiting request")
        try await refused(\.steve, ["deny", request], "no waiting request")
        _ = try await stage.stephanie.json("requests")
        try await refused(\.stephanie, ["withdraw", request], "the request was answered")
    }

    @Test func `what was denied is told to its viewer, and stays denied`() async throws {
        let stage = try Stage.current
        let object = try await stage.publish("White chair")
        let request = short(try await stage.ask(object))
        #expect(try await stage.steve.text("deny", request) == "Denied.")
        let shown = try await stage.stephanie.json("requests", "show", request)
        #expect(shown.text("state") == "denied")
        let file = stage.scratch.path("denied.ucan")
        try await refused(\.steve, ["approve", request, "--fields", "name", "--days", "1"], "no waiting request")
        try await refused(\.stephanie, ["read", request, "--fields", "name"], "nothing was granted")
        try await refused(\.stephanie, ["requests", "show", request, "--save-grant", file], "the request is denied")
        #expect(!FileManager.default.fileExists(atPath: file))
    }

    @Test func `what was withdrawn is gone for both`() async throws {
        let stage = try Stage.current
        let object = try await stage.publish("Black chair")
        let request = short(try await stage.ask(object))
        #expect(try await stage.steve.text("inbox").contains(request))
        try await refused(\.stephanie, ["read", request, "--fields", "name"], "nothing was granted")
        #expect(try await stage.stephanie.text("withdraw", request) == "Withdrawn.")
        #expect(!(try await stage.steve.text("inbox").contains(request)))
        #expect(!(try await stage.stephanie.text("requests").contains(request)))
        try await refused(\.steve, ["approve", request, "--fields", "name", "--days", "1"], "no waiting request")
        try await refused(\.stephanie, ["withdraw", request], "there is no request")
    }

    @Test func `a grant is read in its fields alone, handed on in them, and revoked again without harm`() async throws {
        let stage = try Stage.current
        let request = short(try await stage.ask(try await stage.publish("Grey chair")))
        let grant = short(try await stage.approve(request, "name"))
        let did = try await Command.run("key", "create", stage.scratch.path("grey.key")).output
        let file = stage.scratch.path("grey.handover")
        let options = ["--days", "1", "--save", file]
        _ = try await stage.stephanie.json("requests")
        try await refused(\.stephanie, ["read", request, "--fields", "email"], "not accepted")
        try await refused(\.stephanie, ["read", request, "--fields", "name,email"], "not accepted")
        try await refused(
            \.stephanie, ["delegate", request, "--to", did, "--fields", "email"] + options, "only granted fields")
        try await stage.stephanie.run(["delegate", request, "--to", "did:key:z6Mk", "--fields", "name"] + options)
            .isRefusal("--to: ", code: 2)
        #expect(!FileManager.default.fileExists(atPath: file))
        for _ in 0..<2 { #expect(try await stage.steve.text("revoke", grant) == "Revoked.") }
        try await refused(\.stephanie, ["read", request, "--fields", "name"], "not accepted")
    }

    @Test(arguments: ["zzzzzzzz", "0000", "%00%2e", "did:key:z6Mk", "../../../"])
    func `an id that nothing has is refused`(_ id: String) async throws {
        let stage = try Stage.current
        let options = ["--fields", "name", "--days", "1"]
        try await refused(\.stephanie, ["request", id, "--purpose", "why"] + options, "there is no object")
        for command in [["object", "show", id], ["requests", "show", id], ["withdraw", id], ["revoke", id]] {
            try await stage.stephanie.run(command).isRefusal("there is no ")
        }
        try await stage.steve.run(["approve", id] + options).isRefusal("there is no waiting request")
        try await stage.steve.run("deny", id).isRefusal("there is no waiting request")
    }

    @Test(arguments: ["", "a", "abc"]) func `an id has at least four characters`(_ id: String) async throws {
        let stage = try Stage.current
        for command in ["withdraw", "revoke", "deny"] {
            try await stage.steve.run(command, id).isRefusal("an id has at least 4 characters")
        }
    }

    @Test func `an id may be typed whole, in part, or as its end of four characters`() async throws {
        let stage = try Stage.current
        let object = try await stage.publish("Brown chair")
        for length in [4, 8, 20, object.count] {
            #expect(
                try await stage.stephanie.json("object", "show", String(object.suffix(length))).text("id") == object)
        }
    }
}
