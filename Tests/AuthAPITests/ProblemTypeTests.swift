import HTTPTypes
import TestSupport
import Testing

@testable import AuthAPI

struct ProblemTypeTests {
    @Test func `the list of problems has each type with its status, and no other`() throws {
        let rows = try Project.text("docs/problems.md").matches(of: /\| `([a-z-]+)` \| ([0-9]{3}|any) \|/)
        let listed = rows.map { "\($0.1) \($0.2)" }
        #expect(listed.sorted() == ProblemType.allCases.map(described).sorted())
    }

    @Test func `the contract has a schema for each type with its status, and no other`() throws {
        let contract = try Project.text("openapi.yaml")
        let schema = /type: \{ const: "urn:dump:problem:([a-z-]+)" \}\n(?: +status: \{ const: ([0-9]{3}) \})?/
        let listed = contract.matches(of: schema).map { "\($0.1) \($0.2 ?? "any")" }
        #expect(listed.sorted() == ProblemType.allCases.map(described).sorted())
        let named = Set(contract.matches(of: /urn:dump:problem:([a-z-]+)/).map { String($0.1) })
        #expect(named.subtracting(ProblemType.allCases.map(\.rawValue)).isEmpty)
    }

    private func described(_ type: ProblemType) -> String {
        "\(type.rawValue) \(type.status.map { String($0.code) } ?? "any")"
    }

    @Test func `each type is told of some error, with its own status`() {
        let errors: [APIError] = [
            .malformed("x"), .unacceptable("x"), .unsupportedMediaType, .tooLarge(limit: 1), .unauthenticated,
            .wrongCredentials, .wrongSecret, .tooManyAttempts(retryAfter: 1), .tooManyRequests(retryAfter: 1), .refused,
            .notFound, .moduleNotRun,
            .conflict("x"), .preconditionFailed, .preconditionRequired, .keyReused, .keyInUse, .answerUnknown, .busy,
            .notReady, .unreachable, .unanswered,
            .failed,
        ]
        let problems =
            errors.map { Problem($0) } + [Problem(status: .expectationFailed), Problem(allowing: ["GET"])]
        #expect(Set(problems.map(\.type)) == Set(ProblemType.allCases))
        for problem in problems { #expect(problem.type.status == nil || problem.type.status == problem.status) }
    }
}
