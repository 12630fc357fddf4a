import DumpIdentity
import IPLD
import Testing

@testable import AuthAPI

/// Steve, who publishes, and Stephanie, who asks; each on a node of their own.
struct Meeting: Sendable {
    let steve: Person
    let stephanie: Person
    let object: String

    var clock: TestClock { steve.node.clock }

    static func run(_ body: (Meeting) async throws -> Void) async throws {
        try await withTwoNodes { x, y in
            let meeting = try await Meeting(x, y)
            try await body(meeting)
        }
    }

    private init(_ x: TestNode, _ y: TestNode) async throws {
        steve = try await x.account("steve")
        try await steve.setProfile()
        object = try await steve.publish()
        stephanie = try await y.account("stephanie")
        try await stephanie.setProfile(["name": "Stephanie Example", "email": "stephanie@example.org"])
        try await PullService(node: y.node, logger: y.log.logger).pull(ModuleID(TestNode.market), from: x.address)
    }

    /// Asks for Steve's name and email, with what else is to stand in the request.
    func ask(_ more: [(String, Value)] = [], duration: Int64 = 30 * Day.seconds) async throws -> Map {
        var body = Map()
        body["module"] = .string(TestNode.market)
        body["object"] = .string(object)
        body["fields"] = ["name", "email"]
        body["purpose"] = .string(Person.purpose)
        body["duration"] = .int(duration)
        for (key, value) in more { body[key] = value }
        return try await stephanie.done("POST", "/v1/requests", .map(body))
    }

    func approve(
        _ id: String, fields: [String] = ["name", "email"], duration: Int64 = 30 * Day.seconds
    ) async throws -> String {
        try await steve.approve(id, fields: fields, duration: duration)
    }

    func inbox() async throws -> [Map] { try await steve.done("GET", "/v1/inbox").maps("requests") }

    func shown(_ id: String) async throws -> Map { try await stephanie.done("GET", "/v1/requests/\(id)") }

    func state(_ id: String) async throws -> String { try await shown(id).text("state") }
}
