import IPLD
import Sodium
import TestSupport
import Testing

@testable import Capabilities

/// A suite about status list tokens, which makes good and bad ones.
protocol StatusListTokenSuite {}

extension StatusListTokenSuite {
    /// The claims of a good token, changed.
    func claims(_ change: (inout Map) -> Void = { _ in }) throws -> Value {
        let good: Value = [
            "sub": .string(GrantFixture.listURI), "iss": .string(try Party.node.principal.did),
            "iat": .int(testTime), "exp": .int(testTime + 100), "ttl": 60,
            "status_list": ["bits": 1, "lst": .string(try StatusList(bytes: [0x08]).compressed())],
        ]
        var map = try #require(good.mapValue)
        change(&map)
        return .map(map)
    }

    func token(header: Value = ["alg": "EdDSA", "typ": "statuslist+jwt"], claims: Value, by signer: Party = .node)
        throws -> String
    {
        let parts = try [header, claims].map { Base64URL.encode(Array(try DagJSON.encode($0).utf8)) }
        let input = parts.joined(separator: ".")
        return input + "." + Base64URL.encode(try signer.key().sign(Array(input.utf8)))
    }

    func verify(
        _ token: String, issuer: Party = .node, uri: String = GrantFixture.listURI, at time: Int64 = testTime
    ) throws -> StatusListToken {
        try StatusListToken(verifying: token, issuer: issuer.principal, uri: uri, at: time)
    }
}
