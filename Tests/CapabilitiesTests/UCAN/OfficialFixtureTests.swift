import Capabilities
import DumpIdentity
import IPLD
import TestSupport
import Testing

/// The official fixtures of UCAN 1.0.0, where they stand beside the project.
private struct Fixture: Sendable, CustomTestStringConvertible {
    static let invocations = "ucan/invocation.json"
    static let delegations = "ucan/delegation.json"

    let name: String
    let invocation: [UInt8]
    let proofs: [[UInt8]]
    let time: Int64
    let error: String?

    var testDescription: String { name }

    static func all(_ kind: String) throws -> [Fixture] {
        let root = try DagJSON.decode(PublishedVectors.read(invocations))
        return try #require(root.mapValue?[kind]?.listValue).map { item in
            let map = try #require(item.mapValue)
            return Fixture(
                name: try #require(map["name"]?.stringValue), invocation: try #require(map["invocation"]?.bytesValue),
                proofs: try #require(map["proofs"]?.listValue).map { try #require($0.bytesValue) },
                time: try #require(map["time"]?.intValue), error: map["error"]?.mapValue?["name"]?.stringValue)
        }
    }

    /// Verifies as the one that the invocation is addressed to.
    func verify() throws -> VerifiedInvocation {
        let invocation = try Invocation(decoding: invocation)
        let verifier = InvocationVerifier(
            executor: invocation.audience ?? invocation.subject, maximumLifetime: nil)
        return try verifier.verify(invocation, proofs: proofs.map { try Delegation(decoding: $0) }, at: time)
    }
}

@Suite(.enabled(if: PublishedVectors.exist(Fixture.invocations), "no published vectors beside the project"))
struct OfficialFixtureTests {
    @Test func `all official invocations are read`() throws {
        #expect(try Fixture.all("valid").count == 7)
        #expect(try Fixture.all("invalid").count == 13)
    }

    @Test(arguments: try Fixture.all("valid"))
    private func `an official valid invocation verifies`(fixture: Fixture) throws {
        let verified = try fixture.verify()
        #expect(verified.chain?.delegations.count ?? 0 == fixture.proofs.count)
    }

    @Test(arguments: try Fixture.all("invalid"))
    private func `an official invalid invocation is refused with the official error`(fixture: Fixture) throws {
        let error = try #require(throws: CapabilityError.self) { try fixture.verify() }
        #expect(error.name == fixture.error)
    }

    @Test func `the official delegation is read as published`() throws {
        let root = try DagJSON.decode(PublishedVectors.read(Fixture.delegations))
        let fixture = try #require(root.mapValue?["valid"]?.listValue?.first?.mapValue)
        let token = try Base64.decode(try #require(fixture["token"]?.stringValue), padded: true)
        let envelope = try #require(fixture["envelope"]?.mapValue)
        let payload = try #require(envelope["payload"]?.mapValue)
        let delegation = try Delegation(decoding: token)
        #expect(payload["iss"]?.stringValue == delegation.issuer.did)
        #expect(payload["aud"]?.stringValue == delegation.audience.did)
        #expect(payload["sub"]?.stringValue == delegation.subject?.did)
        #expect(payload["cmd"]?.stringValue == delegation.command.string)
        #expect(payload["pol"] == delegation.policy.value)
        #expect(payload["exp"]?.intValue == delegation.expiration)
        #expect(payload["nonce"]?.stringValue == Base64.encode(delegation.nonce, padded: true))
        #expect(envelope["signature"]?.stringValue == Base64.encode(delegation.envelope.signature, padded: true))
        #expect(fixture["cid"]?.stringValue == delegation.cid.description)
        let end = try #require(delegation.expiration)
        #expect(throws: Never.self) {
            try DelegationChain(verifying: [delegation], at: end, revocations: KnownRevocations())
        }
    }
}
