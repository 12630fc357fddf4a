import Capabilities
import IPLD
import TestSupport
import Testing

/// The official fixtures, where they stand beside the project.
private struct Fixture: Sendable, CustomTestStringConvertible {
    let arguments: Value
    let policy: Value
    let testDescription: String

    static let file = "ucan/policy.json"
    static var isPresent: Bool { PublishedVectors.exist(file) }

    /// Each policy of each group of one kind, with the arguments of its group.
    static func all(_ kind: String) throws -> [Fixture] {
        let root = try DagJSON.decode(PublishedVectors.read(file))
        let groups = try #require(root.mapValue?[kind]?.listValue)
        return try groups.enumerated().flatMap { index, group in
            let arguments = try #require(group.mapValue?["args"])
            let policies = try #require(group.mapValue?["policies"]?.listValue)
            return policies.enumerated().map {
                Fixture(arguments: arguments, policy: $1, testDescription: "\(kind) \(index).\($0)")
            }
        }
    }
}

@Suite(.enabled(if: Fixture.isPresent, "the official fixtures do not stand beside the project"))
struct PolicyFixtureTests {
    @Test func `all official policies are read`() throws {
        #expect(try Fixture.all("valid").count == 17)
        #expect(try Fixture.all("invalid").count == 8)
    }

    @Test(arguments: try Fixture.all("valid"))
    private func `an official valid policy allows its arguments`(fixture: Fixture) throws {
        #expect(try Policy(fixture.policy).allows(fixture.arguments))
    }

    @Test(arguments: try Fixture.all("invalid"))
    private func `an official invalid policy does not allow its arguments`(fixture: Fixture) throws {
        #expect(try !Policy(fixture.policy).allows(fixture.arguments))
    }
}
