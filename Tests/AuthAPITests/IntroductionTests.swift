import DumpIdentity
import GRDB
import IPLD
import TestSupport
import Testing

@testable import PseudonymStore

/// What viewers show of themselves: their history, or a grant on their own profile.
struct IntroductionTests {
    private static let offer: Value = ["kind": "grant", "fields": ["name", "email"], "duration": 3_600]

    @Test func `an introduction is mutual`() async throws {
        try await Meeting.run { meeting in
            let id = try await meeting.ask([("in_return", Self.offer)]).text("id")
            let waiting = try #require(try await meeting.inbox().first)
            #expect(waiting["in_return"] == Self.offer)
            let given = try await meeting.approve(id)
            // The viewer's part comes when the viewer's agent has seen the approval.
            let before = try await meeting.steve.done("GET", "/v1/requests/\(id)")
            #expect(before.text("state") == "pending" && before.text("in_return_for") == given)
            #expect(try await meeting.state(id) == "approved")
            let after = try await meeting.steve.done("GET", "/v1/requests/\(id)")
            #expect(after.text("state") == "approved" && after["granted"] == ["name", "email"])
            #expect(after["expires"] == .int(meeting.clock.time + 3_600))
            let read = try await meeting.steve.read(id, ["name", "email"])
            #expect(read.map["fields"] == ["name": "Stephanie Example", "email": "stephanie@example.org"])
            #expect(try await meeting.stephanie.read(id, ["name"]).map["fields"] == ["name": "Steve Example"])
            let receipts = try await meeting.stephanie.done("GET", "/v1/receipts").maps("receipts")
            #expect(receipts.map { $0.text("grant") } == [after.text("grant")])
        }
    }

    @Test func `who denies is given nothing, and who is not answered gives nothing`() async throws {
        try await Meeting.run { meeting in
            let id = try await meeting.ask([("in_return", Self.offer)]).text("id")
            _ = try await meeting.state(id)
            _ = try await meeting.steve.done("POST", "/v1/inbox/\(id)/deny")
            #expect(try await meeting.state(id) == "denied")
            #expect(try await meeting.stephanie.grants.isEmpty)
            #expect(try await meeting.steve.call("GET", "/v1/requests/\(id)").status == 404)
            let footprint = try await meeting.stephanie.node.footprint()
            #expect(footprint["disclosed_field"] == 0 && footprint["answer"] == 0 && footprint["mailbox"] == 0)
        }
    }

    @Test func `what was given in return is revoked, and follows the profile, like any grant`() async throws {
        try await Meeting.run { meeting in
            let id = try await meeting.ask([("in_return", Self.offer)]).text("id")
            _ = try await meeting.approve(id)
            _ = try await meeting.state(id)
            let grant = try #require(try await meeting.stephanie.grants.first)
            #expect(grant.text("state") == "active")
            try await meeting.stephanie.setProfile(["email": "new@example.org"])
            #expect(try await meeting.steve.read(id, ["email"]).map["fields"] == ["email": "new@example.org"])
            _ = try await meeting.stephanie.done("DELETE", "/v1/grants/\(grant.text("id"))")
            #expect(try await meeting.steve.read(id, ["name"]).problem == "refused")
            #expect(try await meeting.stephanie.read(id, ["name"]).status == 200)
        }
    }

    @Test func `what was promised is given once, however often the answer is fetched`() async throws {
        try await Meeting.run { meeting in
            let id = try await meeting.ask([("in_return", Self.offer)]).text("id")
            _ = try await meeting.approve(id)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask { _ = try await meeting.shown(id) } }
                try await group.waitForAll()
            }
            #expect(try await meeting.stephanie.grants.count == 1)
        }
    }

    @Test func `what was given in return ends with its account`() async throws {
        try await Meeting.run { meeting in
            let id = try await meeting.ask([("in_return", Self.offer)]).text("id")
            _ = try await meeting.approve(id)
            _ = try await meeting.state(id)
            _ = try await meeting.steve.done("GET", "/v1/requests/\(id)")
            let ended = try await meeting.stephanie.confirmed("DELETE", "/v1/account")
            #expect(ended.map["revoked"] == 1)
            let footprint = try await meeting.stephanie.node.footprint()
            for table in ["answer", "record", "disclosed_field", "mailbox"] {
                #expect(footprint[table] == 0, "\(table)")
            }
            #expect(try await meeting.steve.read(id, ["name"]).problem == "refused")
        }
    }

    @Test func `both sides of an introduction are taken along to another node`() async throws {
        try await Meeting.run { meeting in
            let id = try await meeting.ask([("in_return", Self.offer)]).text("id")
            _ = try await meeting.approve(id)
            _ = try await meeting.state(id)
            _ = try await meeting.steve.done("GET", "/v1/requests/\(id)")
            let (x, y) = (meeting.steve.node, meeting.stephanie.node)
            let steve = try await y.bringIn(
                meeting.steve.exported(), as: "steven", "passphrase", Person.filePassphrase
            ).person(on: y)
            #expect(try await steve.read(id, ["name"]).map["fields"] == ["name": "Stephanie Example"])
            let stephanie = try await x.bringIn(
                meeting.stephanie.exported(), as: "steph", "passphrase", Person.filePassphrase
            ).person(on: x)
            #expect(try await stephanie.grants.map { $0["here"] } == [false])
            #expect(try await stephanie.read(id, ["name"]).status == 200)
        }
    }

    // MARK: History

    private func history(_ meeting: Meeting) async throws -> Map {
        let id = try await meeting.ask([("in_return", ["kind": "history"])]).text("id")
        let history = try #require(try await meeting.inbox().first?["history"]?.mapValue)
        _ = try await meeting.steve.done("POST", "/v1/inbox/\(id)/deny")
        return history
    }

    @Test func `a history is counted from the owner's own records`() async throws {
        try await Meeting.run { meeting in
            let none = try await history(meeting)
            #expect(none["requests"] == 0 && none["since"] == nil)
            let revoked = try await meeting.approve(meeting.ask().text("id"))
            _ = try await meeting.steve.done("DELETE", "/v1/grants/\(revoked)")
            let returned = try await meeting.ask().text("id")
            _ = try await meeting.approve(returned)
            _ = try await meeting.stephanie.done("POST", "/v1/requests/\(returned)/return")
            _ = try await meeting.approve(meeting.ask().text("id"))
            let expected: Value = [
                "requests": 4, "denied": 1, "granted": 3, "active": 1, "expired": 0, "revoked": 1, "returned": 1,
                "since": .int(testTime),
            ]
            #expect(.map(try await history(meeting)) == expected)
        }
    }

    @Test func `a history that is not pointed to is not shown`() async throws {
        try await Meeting.run { meeting in
            _ = try await history(meeting)
            _ = try await meeting.ask()
            let item = try #require(try await meeting.inbox().first)
            #expect(item["history"] == nil && item["in_return"] == nil)
        }
    }
}
