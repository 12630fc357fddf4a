import AsyncHTTPClient
import IPLD
import NIOCore
import NIOHTTP1
import Testing

@testable import AuthAPI
@testable import DumpIdentity
@testable import Sodium

/// What of a person's keys is in the memory of the process between the requests of its node.
///
/// Each test is a process of its own: in that of all tests the search would take long, and keep the others waiting.
@Suite(.serialized) struct MemoryResidueTests {
    /// The keys of a person who is logged in, masked: the root key, what is derived from it, and what wraps it.
    private static func needles(_ name: String, _ person: Person) async throws -> [Needle] {
        let bytes = try Base64URL.decode(#require(person.token))
        let session = try await AccountService(node: person.node.node).session(token: bytes)
        let root = session.root
        let token = try SessionToken(bytes)
        let pseudonym = Array(TestNode.market.utf8) + [UInt8](repeating: 0, count: 9)
        let derivations: [(String, [UInt8])] = [
            (Derivation.profileSigning, []), (Derivation.profileStorage, []), (Derivation.accountState, []),
            (Derivation.accountSettings, []),
            (Derivation.pseudonymSigning, pseudonym), (Derivation.pseudonymStorage, pseudonym),
        ]
        var needles = [Needle("\(name)'s root key", root.secret)]
        for (label, context) in derivations {
            let key = try Hashing.deriveKey(from: root.secret, message: Derivation.message(label, context: context))
            needles.append(Needle("\(name)'s \(label)", key))
        }
        let wrap = try Hashing.deriveKey(from: token.secret, message: Derivation.message(Derivation.sessionWrap))
        needles.append(Needle("\(name)'s \(Derivation.sessionWrap)", wrap))
        return needles
    }

    /// Requires that nothing is found once the last request has come to its end: its answer may be there before.
    private static func require(nothingOf needles: [Needle], _ moment: Comment) async throws {
        var found: [ProcessMemory.Finding] = []
        for _ in 0..<3 {
            found = try ProcessMemory.find(needles)
            if found.isEmpty { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        Issue.record("after \(moment): \(found)")
        throw CancellationError()
    }

    // Threat: LIN-116
    @Test func `no key of a person is in memory while a stream of events is open`() async {
        await #expect(processExitsWith: .success) {
            try await withNode { node in
                let steve = try await node.account("steve")
                _ = try await steve.publish()
                let keys = try await Self.needles("Steve", steve)
                var request = HTTPClientRequest(url: node.address.appending("/v1/events"))
                request.headers.add(name: "authorization", value: "Bearer \(steve.token ?? "")")
                let response = try await HTTPClient.shared.execute(request, timeout: .patience)
                var parts = response.body.makeAsyncIterator()
                try #require(await parts.next() != nil)
                try await Self.require(nothingOf: keys, "a stream was opened")
                try #require(await steve.call("DELETE", "/v1/session").status == 204)
            }
        }
    }

    // Threat: STR-40
    @Test func `no key of a person is in memory between requests`() async {
        await #expect(processExitsWith: .success) {
            try await withTwoNodes { x, y in
                var (steve, stephanie) = (try await x.account("steve"), try await y.account("stephanie"))
                var keys = try await Self.needles("Steve", steve) + Self.needles("Stephanie", stephanie)
                try await Self.require(nothingOf: keys, "an account made")

                let credentials: Value = ["handle": "steve", "passphrase": .string(Person.passphrase)]
                steve = Person(
                    node: x, token: try await x.anyone.done("POST", "/v1/session", credentials).text("token"))
                keys += try await Self.needles("Steve, again,", steve)
                try await Self.require(nothingOf: keys, "a log-in")

                try await steve.setProfile()
                try await Self.require(nothingOf: keys, "an edit of the profile")

                let object = try await steve.publish()
                try await Self.require(nothingOf: keys, "an object published")

                try await PullService(node: y.node, logger: y.log.logger)
                    .pull(ModuleID(TestNode.market), from: x.address)
                let request = try await stephanie.request(object)
                try await Self.require(nothingOf: keys, "a request")

                let grant = try await steve.approve(request)
                try await Self.require(nothingOf: keys, "an approval")

                try #require(await stephanie.read(request, ["name", "email"]).status == 200)
                try await Self.require(nothingOf: keys, "a reading")

                _ = try await steve.done("DELETE", "/v1/grants/\(grant)")
                try await Self.require(nothingOf: keys, "a revocation")

                try #require(await steve.call("DELETE", "/v1/session").status == 204)
                try await Self.require(nothingOf: keys, "a log-out")
            }
        }
    }

    @Test func `a root key that is held is found, and is gone with who held it`() async {
        await #expect(processExitsWith: .success) {
            try await withNode { node in
                let steve = try await node.account("steve")
                let bytes = try Base64URL.decode(#require(steve.token))
                let keys = try await Self.needles("Steve", steve)
                try await Self.require(nothingOf: keys, "an account made")
                let session = try await AccountService(node: node.node).session(token: bytes)
                let found = try ProcessMemory.find(keys)
                try #require(found.map(\.needle) == ["Steve's root key"], "\(found)")
                withExtendedLifetime(session) {}
            }
        }
    }

    @Test func `a key is found in either kind of memory, and is gone with its owner`() async {
        await #expect(processExitsWith: .success) {
            for memory in [SecretBytes.Memory.guarded, .scratch] {
                let needle: Needle
                do {
                    let key = try SecretBytes.random(count: 32, in: memory)
                    needle = Needle("a key", key)
                    try #require(ProcessMemory.find([needle]).count == 1)
                    key.withBytes { _ in }
                }
                try #require(ProcessMemory.find([needle]).isEmpty)
            }
        }
    }

    @Test func `a quarter of a key is found in bytes that nobody zeroed`() async {
        await #expect(processExitsWith: .success) {
            let needle: Needle
            let rest: [UInt8]
            do {
                let key = try SecretBytes.random(count: 32, in: .scratch)
                needle = Needle("a key", key)
                rest = key.withBytes { bytes in (24..<32).map { bytes[$0] } }
            }
            try #require(ProcessMemory.find([needle]).count == 1)
            withExtendedLifetime(rest) {}
        }
    }
}
