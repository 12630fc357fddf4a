import Capabilities
import DumpIdentity
import Foundation
import IPLD
import Sodium
import Testing

/// Fixture files of thousands of cases, and cases that are malformed themselves.
struct UCANCheckLoadTests {
    private static let time: Int64 = 1_800_000_000

    /// Invocations with a proof each, signed here; every second one has expired.
    private func fixtures(_ count: Int) throws -> String {
        let owner = try SigningKey(seed: SecretBytes([UInt8](repeating: 1, count: 32), in: .scratch), in: .scratch)
        let viewer = try SigningKey(seed: SecretBytes([UInt8](repeating: 2, count: 32), in: .scratch), in: .scratch)
        let proof = try Delegation.sign(
            to: viewer.principal(), subject: owner.principal(), command: .profileRead, policy: .fields(["name"]),
            expiration: nil, with: owner)
        var (valid, invalid): ([Value], [Value]) = ([], [])
        for number in 0..<count {
            let expired = number % 2 == 1
            let invocation = try Invocation.sign(
                .profileRead, on: owner.principal(),
                arguments: Map(canonical: [.init(key: "fields", value: ["name"])])
                    ?? Map(), proofs: [proof.cid], nonce: Array("\(number)".utf8),
                expiration: Self.time - (expired ? 1 : 0), with: viewer)
            var item: Value = [
                "name": .string("case \(number)"), "invocation": .bytes(invocation.envelope.bytes),
                "proofs": [.bytes(proof.envelope.bytes)], "time": .int(Self.time),
            ]
            if expired, var map = item.mapValue {
                map["error"] = ["name": "Expired"]
                item = .map(map)
            }
            if expired { invalid.append(item) } else { valid.append(item) }
        }
        return try DagJSON.encode(["valid": .list(valid), "invalid": .list(invalid)])
    }

    @Test func `five thousand signed cases are run`() async throws {
        let scratch = try Scratch()
        let file = try scratch.write(try fixtures(5_000), to: "load.json")
        let outcome = try await Command.run("ucan", "check", file)
        #expect(outcome.code == 0)
        #expect(outcome.outputLines.count == 5_001)
        #expect(outcome.outputLines.last == "5000 passed, 0 failed")
    }

    @Test(arguments: [
        "1", "{}", #"{"token": 1, "cid": "b"}"#, #"{"token": "AA=="}"#, #"{"policies": 1}"#, #"{"policies": []}"#,
        #"{"invocation": "text", "time": 1}"#, #"{"invocation": {"/": {"bytes": "AA"}}}"#,
        #"{"invocation": {"/": {"bytes": "AA"}}, "time": 1, "proofs": 1}"#,
        #"{"invocation": {"/": {"bytes": "AA"}}, "time": 1, "proofs": ["text"]}"#,
    ]) func `a malformed case has failed, and the others are run`(_ item: String) async throws {
        let scratch = try Scratch()
        for list in ["valid", "invalid"] {
            let good = #"{"args": {}, "policies": [[["==", ".a", 1]]]}"#
            let file = try scratch.write(
                "{\"\(list)\": [\(item)], \"\(list == "valid" ? "invalid" : "other")\": [\(good)]}",
                to: "cases.json")
            let outcome = try await Command.run("ucan", "check", file)
            #expect(outcome.code == 1)
            #expect(outcome.outputLines.first?.hasPrefix("failed  \(list) 1: the case is malformed: ") == true)
            #expect(outcome.outputLines.last == (list == "valid" ? "1 passed, 1 failed" : "0 passed, 1 failed"))
        }
    }

    @Test(arguments: [#"{"valid": 1}"#, #"{"valid": [], "invalid": {}}"#])
    func `a file of another shape is refused by its name`(_ content: String) async throws {
        let scratch = try Scratch()
        let file = try scratch.write(content, to: "fixture.json")
        try await Command.run("ucan", "check", file).isRefusal(file)
    }

    @Test func `a file beyond the limit is refused with the limit`() async throws {
        let scratch = try Scratch()
        let file = try scratch.write("", to: "large.json")
        let handle = try #require(FileHandle(forWritingAtPath: file))
        try handle.truncate(atOffset: (64 << 20) + 1)
        try await Command.run("ucan", "check", file).isRefusal(file, "larger than \(64 << 20) bytes")
    }
}
