import IPLD
import TestSupport
import Testing

@testable import Capabilities

struct StatusListTokenTests: StatusListTokenSuite {
    @Test func `what was signed is what is read`() throws {
        let token = try verify(statusListToken(revoking: [5, 63]))
        #expect(token.uri == GrantFixture.listURI)
        #expect(try token.issuer == Party.node.principal)
        #expect(token.issuedAt == testTime)
        #expect(token.expiration == testTime + 3_600)
        #expect(token.timeToLive == 300)
        #expect(try (0..<64).filter { try token.list.isRevoked($0) } == [5, 63])
        #expect(throws: CapabilityError.statusUnavailable) { try token.list.isRevoked(64) }
    }

    @Test func `a token of another program is read`() throws {
        #expect(try verify(token(claims: claims())).list.isRevoked(3))
    }

    @Test func `claims that are not known here are let pass`() throws {
        #expect(throws: Never.self) { try verify(token(claims: claims { $0["jti"] = "x" })) }
    }

    @Test(arguments: ["none", "None", "HS256", "ES256", "EdDSA ", "eddsa", "Ed25519", ""])
    func `another algorithm is refused`(algorithm: String) throws {
        let header: Value = ["alg": .string(algorithm), "typ": "statuslist+jwt"]
        #expect(throws: CapabilityError.malformed) { try verify(token(header: header, claims: claims())) }
    }

    @Test(
        arguments: [
            ["typ": "statuslist+jwt"], ["alg": "EdDSA"], ["alg": .null, "typ": "statuslist+jwt"], [],
            ["alg": ["EdDSA"], "typ": "statuslist+jwt"], ["alg": "EdDSA", "typ": "JWT"],
            ["alg": "EdDSA", "typ": "statuslist+cwt"], ["alg": "EdDSA", "typ": "application/statuslist+jwt"],
            ["alg": "EdDSA", "typ": "statuslist+jwt", "crit": ["b64"], "b64": false],
            ["alg": "EdDSA", "typ": "statuslist+jwt", "crit": ["exp"]],
            ["alg": "EdDSA", "typ": "statuslist+jwt", "crit": []],
            ["alg": "EdDSA", "typ": "statuslist+jwt", "crit": .null],
        ] as [Value])
    func `another header is refused`(header: Value) throws {
        #expect(throws: CapabilityError.malformed) { try verify(token(header: header, claims: claims())) }
    }

    @Test func `a token without a signature is refused`() throws {
        let parts = try statusListToken().split(separator: ".")
        #expect(throws: CapabilityError.invalidSignature) { try verify("\(parts[0]).\(parts[1]).") }
        #expect(throws: CapabilityError.malformed) { try verify("\(parts[0]).\(parts[1])") }
        #expect(throws: CapabilityError.malformed) { try verify("\(parts[0]).\(parts[1]).\(parts[2]).") }
        #expect(throws: CapabilityError.malformed) { try verify("\(parts[0]).\(parts[1]).!") }
    }

    @Test func `a token with any character altered is refused`() throws {
        let characters = Array(try statusListToken().utf8)
        for index in characters.indices {
            let text = String(decoding: characters.altered(at: index), as: UTF8.self)
            #expect(throws: CapabilityError.self, "character \(index)") { try verify(text) }
        }
    }

    @Test func `a token that another signed is refused`() throws {
        #expect(throws: CapabilityError.invalidSignature) { try verify(token(claims: claims(), by: .stranger)) }
    }

    @Test func `a token of another issuer is refused, also where the right node signed it`() throws {
        let stranger = try Party.stranger.principal.did
        #expect(throws: CapabilityError.invalidSignature) { try verify(statusListToken(issuer: .stranger)) }
        #expect(throws: CapabilityError.statusUnavailable) {
            try verify(token(claims: claims { $0["iss"] = .string(stranger) }))
        }
    }

    @Test(arguments: [
        "https://node.example/v1/status-lists/2", "https://node.example/v1/status-lists/1/", "",
        "https://Node.example/v1/status-lists/1",
    ])
    func `the token of another list is refused`(uri: String) throws {
        #expect(throws: CapabilityError.statusUnavailable) { try verify(statusListToken(uri: uri)) }
    }

    @Test func `the name of a list is compared byte for byte`() throws {
        let token = try statusListToken(uri: "https://node.example/é")
        #expect(throws: CapabilityError.statusUnavailable) { try verify(token, uri: "https://node.example/e\u{301}") }
    }

    @Test func `a header that need not be understood is let pass`() throws {
        let header: Value = ["alg": "EdDSA", "typ": "statuslist+jwt", "kid": "x", "x": 1]
        #expect(throws: Never.self) { try verify(token(header: header, claims: claims())) }
    }
}
