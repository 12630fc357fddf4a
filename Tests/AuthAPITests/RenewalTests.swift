import Capabilities
import DumpIdentity
import IPLD
import TestSupport
import Testing

/// Asking anew under a grant, and giving a grant back.
struct RenewalTests {
    private func granted(_ meeting: Meeting) async throws -> (id: String, grant: String) {
        let id = try await meeting.ask(duration: 600).text("id")
        let grant = try await meeting.approve(id, duration: 600)
        _ = try await meeting.state(id)
        return (id, grant)
    }

    private func renew(_ meeting: Meeting, _ id: String, _ more: [(String, Value)] = []) async throws -> Reply {
        var body = Map()
        body["duration"] = 3_600
        for (key, value) in more { body[key] = value }
        return try await meeting.stephanie.call("POST", "/v1/requests/\(id)/renew", .map(body))
    }

    @Test func `a renewal is shown as such, and its grant is read under the first request`() async throws {
        try await Meeting.run { meeting in
            let (id, grant) = try await granted(meeting)
            let asked = try await renew(meeting, id, [("message", "One week more, please")])
            #expect(asked.status == 201 && asked.map.text("renews") == grant)
            #expect(asked.map["fields"] == ["name", "email"] && asked.map.text("purpose") == Person.purpose)
            #expect(try await renew(meeting, id).status == 200)
            let waiting = try #require(try await meeting.inbox().first)
            #expect(waiting.text("renews") == grant && waiting.text("message") == "One week more, please")
            #expect(try await meeting.shown(id)["renewal"]?.mapValue?.text("state") == "pending")

            let next = try await meeting.approve(asked.map.text("id"), duration: 3_600)
            _ = try await meeting.state(asked.map.text("id"))
            let renewal = try #require(try await meeting.shown(id)["renewal"]?.mapValue)
            #expect(renewal.text("grant") == next && renewal.text("state") == "approved")
            // The former grant ends by its own end, and no sooner.
            #expect(try await meeting.steve.grants.map { $0.text("state") } == ["active", "active"])
            meeting.clock.advance(by: 601)
            #expect(try await meeting.state(id) == "ended")
            #expect(try await meeting.stephanie.read(id, ["name"]).status == 200)
            #expect(try await meeting.steve.grants.map { $0.text("state") } == ["active", "expired"])
        }
    }

    @Test func `a renewal of fewer fields leaves the others until the first grant ends`() async throws {
        try await Meeting.run { meeting in
            let (id, _) = try await granted(meeting)
            let next = try await renew(meeting, id, [("fields", ["name"])]).map.text("id")
            _ = try await meeting.approve(next, fields: ["name"], duration: 3_600)
            _ = try await meeting.state(next)
            #expect(try await meeting.stephanie.read(id, ["email"]).status == 200)
            meeting.clock.advance(by: 601)
            #expect(try await meeting.stephanie.read(id, ["email"]).problem == "refused")
            #expect(try await meeting.stephanie.read(id, ["name"]).status == 200)
        }
    }

    @Test func `a renewal that was denied or withdrawn can be asked for again, and leaves the grant`() async throws {
        try await Meeting.run { meeting in
            let (id, grant) = try await granted(meeting)
            let denied = try await renew(meeting, id).map.text("id")
            _ = try await meeting.steve.done("POST", "/v1/inbox/\(denied)/deny")
            #expect(try await meeting.state(denied) == "denied")
            #expect(try await meeting.stephanie.read(id, ["name"]).status == 200)
            let withdrawn = try await renew(meeting, id).map.text("id")
            _ = try await meeting.stephanie.done("DELETE", "/v1/requests/\(withdrawn)")
            #expect(try await meeting.shown(id)["renewal"] == nil)
            let last = try await renew(meeting, id)
            #expect(last.status == 201 && last.map.text("renews") == grant)
            #expect(try await meeting.shown(id)["renewal"]?.mapValue?.text("id") == last.map.text("id"))
        }
    }

    @Test func `what has ended, or was never granted, is not renewed`() async throws {
        try await Meeting.run { meeting in
            let pending = try await meeting.ask(duration: 600).text("id")
            #expect(try await renew(meeting, pending).problem == "conflict")
            _ = try await meeting.approve(pending, duration: 600)
            for (key, value) in [("duration", .int(0)), ("fields", .list([]))] as [(String, Value)] {
                #expect(try await renew(meeting, pending, [(key, value)]).problem == "unacceptable")
            }
            meeting.clock.advance(by: 601)
            #expect(try await renew(meeting, pending).problem == "conflict")
            #expect(try await meeting.inbox().isEmpty)
        }
    }

    @Test func `a renewal of what is not the viewer's is shown as a request like others`() async throws {
        try await GrantScene.run { scene in
            let terms = try RequestTerms(
                fields: [.name], purpose: "x", duration: 60, object: scene.object.cid, renews: CID.of(dagCBOR: [1]))
            let request = try ProfileRequest.sign(
                terms, to: scene.pseudonym, expiration: scene.node.clock.time + 300, with: Party.viewer.key())
            _ = try await scene.send(request.invocation)
            let item = try #require(try await scene.owner.done("GET", "/v1/inbox").maps("requests").first)
            #expect(item.text("id") == request.cid.description && item["renews"] == nil)
        }
    }

    // MARK: Giving back

    private func giveBack(_ meeting: Meeting, _ id: String) async throws -> Reply {
        try await meeting.stephanie.call("POST", "/v1/requests/\(id)/return")
    }

    @Test func `a grant that was given back opens nothing, and the owner sees it`() async throws {
        try await Meeting.run { meeting in
            let (id, grant) = try await granted(meeting)
            for _ in 0..<2 { #expect(try await giveBack(meeting, id).status == 204) }
            let shown = try await meeting.shown(id)
            #expect(shown.text("state") == "returned" && shown.text("grant") == grant && shown["container"] == nil)
            #expect(try await meeting.stephanie.read(id, ["name"]).problem == "conflict")
            #expect(try await meeting.steve.grants.map { $0.text("state") } == ["returned"])
            let receipts = try await meeting.steve.done("GET", "/v1/receipts").maps("receipts")
            #expect(receipts.map { $0["returned"] } == [true] && receipts[0].text("grant") == grant)
            #expect(try await meeting.steve.node.footprint()["disclosed_field"] == 0)
        }
    }

    @Test func `giving back ends what renewed it, too`() async throws {
        try await Meeting.run { meeting in
            let (id, _) = try await granted(meeting)
            let next = try await renew(meeting, id).map.text("id")
            _ = try await meeting.approve(next, duration: 3_600)
            _ = try await meeting.state(next)
            #expect(try await giveBack(meeting, id).status == 204)
            #expect(try await meeting.state(next) == "returned")
            #expect(try await meeting.steve.grants.map { $0.text("state") } == ["returned", "returned"])
            #expect(try await meeting.steve.node.footprint()["disclosed_field"] == 0)
        }
    }

    @Test func `nothing is given back that was not granted`() async throws {
        try await Meeting.run { meeting in
            let id = try await meeting.ask().text("id")
            #expect(try await giveBack(meeting, id).problem == "conflict")
            #expect(try await giveBack(meeting, meeting.object).problem == "not-found")
        }
    }
}
