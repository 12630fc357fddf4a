import Capabilities
import DumpIdentity
import Foundation
import IPLD
import TestSupport
import Testing

@testable import AuthAPI

/// What a reader of the disk, of the log and of the status list learns.
struct PrivacyTests {
    /// What two people on two nodes left behind.
    private struct Trace: Sendable {
        let folder: TemporaryFolder
        let log: String
        let profile: Principal
        let pseudonyms: [Principal]
        let tokens: [String]
        let grant: Grant
    }

    /// Publishes, asks, grants, reads and hands on, with a failed log-in and a wrong container between.
    private func story() async throws -> Trace {
        let folder = try TemporaryFolder()
        return try await withTwoNodes(in: folder) { x, y in
            let (steve, stephanie) = (try await x.account("steve"), try await y.account("stephanie"))
            try await steve.setProfile()
            let object = try await steve.publish()
            try await PullService(node: y.node, logger: y.log.logger)
                .pull(ModuleID(TestNode.market), from: x.address)
            let request = try await stephanie.request(object)
            _ = try await steve.approve(request)
            let shown = try await stephanie.done("GET", "/v1/requests/\(request)")
            _ = try await stephanie.read(request, ["name", "email"])
            _ = try await stephanie.read(request, ["phone_number"])
            _ = try await x.post(container: [1, 2, 3])
            let wrong: Value = ["handle": "steve", "passphrase": "quite another passphrase"]
            _ = try await x.anyone.call("POST", "/v1/session", wrong)
            let grants = try await steve.done("GET", "/v1/grants").maps("grants")
            let tokens = [try #require(steve.token), try #require(stephanie.token)]
            let container = try Container(decoding: #require(shown["container"]?.bytesValue))
            return Trace(
                folder: folder, log: x.log.text + y.log.text, profile: try Principal(did: shown.text("profile")),
                pseudonyms: try grants.flatMap { [$0.text("pseudonym"), $0.text("viewer")] }
                    .map { try Principal(did: $0) },
                tokens: tokens, grant: try Grant(#require(container.delegations().first)))
        }
    }

    @Test func `nothing of a person is on the disk in clear`() async throws {
        let trace = try await story()
        let disk = try trace.folder.contents()
        #expect(disk.count > 100_000)
        var secrets = [
            "Steve Example", "steve@example.org", "351 123456", Person.purpose, Person.passphrase,
            "quite another passphrase", trace.profile.did,
        ].map { Data($0.utf8) }
        secrets += trace.tokens.map { Data($0.utf8) }
        secrets += try trace.tokens.map { Data(try Base64URL.decode($0)) }
        secrets += [
            Data(trace.profile.publicKey), Data(trace.grant.cid.bytes), Data(trace.grant.cid.digest),
            Data(trace.grant.disclosure), Data(trace.grant.delegation.envelope.signature),
        ]
        for secret in secrets { #expect(disk.range(of: secret) == nil, "\(String(decoding: secret, as: UTF8.self))") }
    }

    @Test func `no file holds an account and a pseudonym`() async throws {
        let trace = try await story()
        for pseudonym in trace.pseudonyms {
            for name in ["x-accounts", "y-accounts"] {
                let file = try trace.folder.contents(name)
                #expect(file.range(of: Data(pseudonym.publicKey)) == nil)
                #expect(file.range(of: Data(pseudonym.did.utf8)) == nil)
            }
        }
        for name in ["x-pseudonyms", "x-objects", "y-pseudonyms", "y-objects"] {
            let file = try trace.folder.contents(name)
            #expect(file.range(of: Data("steve".utf8)) == nil)
            #expect(file.range(of: Data("stephanie".utf8)) == nil)
        }
    }

    @Test func `the viewer is not on the owner's disk`() async throws {
        let trace = try await story()
        let viewer = trace.grant.viewer
        let disk = try trace.folder.contents("x-")
        #expect(disk.range(of: Data(viewer.publicKey)) == nil)
        #expect(disk.range(of: Data(viewer.did.utf8)) == nil)
    }

    @Test func `the owner is not among the pseudonyms of the viewer's disk`() async throws {
        let trace = try await story()
        let disk = try trace.folder.contents("y-pseudonyms")
        #expect(disk.range(of: Data(trace.grant.owner.publicKey)) == nil)
        #expect(disk.range(of: Data(trace.grant.owner.did.utf8)) == nil)
    }

    @Test func `nothing of a person is in the log`() async throws {
        let trace = try await story()
        #expect(!trace.log.isEmpty)
        let secrets =
            [
                "Steve Example", "steve@example.org", "123456", Person.purpose, Person.passphrase,
                "quite another passphrase", "\"steve\"", "stephanie", trace.profile.did, trace.grant.cid.description,
            ] + trace.tokens + trace.pseudonyms.map(\.did)
        for secret in secrets { #expect(!trace.log.contains(secret), "\(secret)") }
    }

    @Test func `a grant names no profile and no account`() async throws {
        let trace = try await story()
        let bytes = Data(trace.grant.delegation.envelope.bytes)
        for secret in [trace.profile.did, "steve", "Steve"] { #expect(bytes.range(of: Data(secret.utf8)) == nil) }
        #expect(bytes.range(of: Data(trace.profile.publicKey)) == nil)
    }

    // MARK: Status lists

    private func statusList(_ node: TestNode) async throws -> (token: String, uri: String) {
        let uri = "/v1/status-lists/1"
        let reply = try await node.anyone.call("GET", uri)
        #expect(reply.mediaType == StatusListToken.mediaType)
        return (reply.text, node.address.appending(uri))
    }

    @Test func `the status list is signed by the node and says what was revoked`() async throws {
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant
            let node = scene.node
            let before = try await statusList(node)
            #expect(grant.status.uri == before.uri)
            let fresh = try StatusListToken(
                verifying: before.token, issuer: node.node.principal, uri: before.uri, at: testTime)
            #expect(try !fresh.list.isRevoked(grant.status.index))
            #expect(throws: CapabilityError.invalidSignature) {
                try StatusListToken(
                    verifying: before.token, issuer: Party.stranger.principal, uri: before.uri, at: testTime)
            }
            _ = try await scene.owner.done("DELETE", "/v1/grants/\(grant.cid)")
            let after = try await StatusListToken(
                verifying: statusList(node).token, issuer: node.node.principal, uri: before.uri, at: testTime)
            #expect(try after.list.isRevoked(grant.status.index))
        }
    }

    @Test func `a verifier that is cut off accepts the grant before its revocation and refuses it after`() async throws
    {
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant
            let before = try await statusList(scene.node).token
            let (lists, uri) = (StatusLists(), grant.status.uri)
            let verifier = GrantVerifier(lists: lists)
            let container = Container([grant.delegation.envelope.bytes])
            try lists.accept(before, issuer: grant.node, uri: uri, at: testTime)
            let fields = try verifier.verify(container, for: .pseudonym(scene.pseudonym), at: testTime).fields
            #expect(fields == [.name, .email])
            _ = try await scene.owner.done("DELETE", "/v1/grants/\(grant.cid)")
            let after = try await statusList(scene.node).token
            try lists.accept(after, issuer: grant.node, uri: uri, at: testTime)
            #expect(throws: CapabilityError.revoked) {
                try verifier.verify(container, for: .pseudonym(scene.pseudonym), at: testTime)
            }
        }
    }

    @Test func `a list's set bits do not tell how much was revoked`() async throws {
        try await withNode { node in
            let (token, uri) = try await statusList(node)
            let list = try StatusListToken(
                verifying: token, issuer: node.node.principal, uri: uri, at: testTime
            ).list
            let set = list.bytes.reduce(0) { $0 + $1.nonzeroBitCount }
            #expect((1_000...1_024).contains(set))
            #expect(list.count == 131_072)
        }
    }
}
