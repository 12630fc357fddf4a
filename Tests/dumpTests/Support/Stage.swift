import Foundation
import Testing

/// Nodes and people that the tests of a suite share: Steve on node X, Stephanie on node Y or on X too.
final class Stage: Sendable {
    @TaskLocal static var shared: Stage?

    let scratch: Scratch
    let x: Node
    let y: Node
    let steve: Person
    let stephanie: Person

    /// The stage of the suite that runs.
    static var current: Stage { get throws { try #require(shared) } }

    private init(nodes: Int) async throws {
        scratch = try Scratch()
        x = try await Node(folder: scratch.path("x"))
        y = nodes > 1 ? try await Node(folder: scratch.path("y"), peers: [x.address]) : x
        steve = Person("steve", in: scratch)
        stephanie = Person("stephanie", in: scratch)
    }

    /// Builds a stage for `body` and takes it down after, whatever happens.
    static func with(nodes: Int, _ body: @Sendable (Stage) async throws -> Void) async throws {
        let stage = try await Stage(nodes: nodes)
        do {
            try await stage.open(nodes: nodes)
            try await body(stage)
        } catch {
            await stage.close()
            throw error
        }
        await stage.close()
    }

    private func open(nodes: Int) async throws {
        try await x.start()
        if nodes > 1 { try await y.start() }
        async let first: Void = steve.join(x)
        async let second: Void = stephanie.join(y)
        _ = try await (first, second)
        try await steve.text(
            "profile", "set", "name=Steve Example", "email=steve@example.org", "phone_number=+49 351 1")
    }

    private func close() async {
        await x.stop()
        await y.stop()
    }

    /// Publishes as Steve and waits until Stephanie's node has the object: its id.
    func publish(_ title: String) async throws -> String {
        let id = try await steve.publish(title, in: scratch)
        // The node pulls ten times a second, and a listing takes about as long; there is no event to wait for.
        for _ in 0..<200 {
            let objects = try await stephanie.json("object", "list").objects("objects")
            if objects.contains(where: { $0.text("id") == id }) { return id }
        }
        Issue.record("the object did not come to the other node")
        return id
    }

    /// Asks as Stephanie for fields of an object's publisher: the request's id.
    func ask(_ object: String, _ fields: String = "name,email", days: Int = 30) async throws -> String {
        try await stephanie.json(
            "request", short(object), "--fields", fields, "--purpose", "to see the car", "--days", "\(days)"
        ).text("id")
    }

    /// Approves as Steve: the grant's id.
    @discardableResult
    func approve(_ request: String, _ fields: String = "name,email", days: Int = 7) async throws -> String {
        try await steve.json("approve", short(request), "--fields", fields, "--days", "\(days)").text("grant")
    }

    /// Saves what is needed to verify a grant offline.
    func saveCopies(object: String, request: String) async throws -> Copies {
        let copies = Copies(
            object: scratch.path("\(short(request)).object"), grant: scratch.path("\(short(request)).ucan"),
            statusList: scratch.path("\(short(request)).jwt"))
        try await stephanie.json("object", "show", short(object), "--save", copies.object)
        try await stephanie.json("requests", "show", short(request), "--save-grant", copies.grant)
        try await stephanie.text(
            "status-list", "--allow-loopback", "--grant", copies.grant, "--save", copies.statusList)
        return copies
    }
}

/// Files from which a grant is verified.
struct Copies: Sendable {
    var object: String
    var grant: String
    var statusList: String

    /// The command that verifies them.
    var verification: [String] {
        ["verify", "--object", object, "--grant", grant, "--status-list", statusList]
    }
}

/// Gives a suite a stage of its own for all its tests.
struct StageTrait: SuiteTrait, TestScoping {
    let nodes: Int

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await Stage.with(nodes: nodes) { stage in
            try await Stage.$shared.withValue(stage) { try await function() }
        }
    }
}

extension Trait where Self == StageTrait {
    /// One node with two people.
    static var oneNode: Self { StageTrait(nodes: 1) }
    /// Two nodes with a person each; the second pulls from the first.
    static var twoNodes: Self { StageTrait(nodes: 2) }
}
