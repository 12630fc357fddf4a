import IPLD
import Sodium
import Testing

@testable import Capabilities

struct StatusListTokenTests {
    private static let published = "status-list/status-list.json"
    private static let header: Value = ["alg": "EdDSA", "typ": "statuslist+jwt"]

    /// The claims of a good token, changed.
    private func claims(_ change: (inout Map) -> Void = { _ in }) throws -> Value {
        let good: Value = [
            "sub": .string(GrantFixture.listURI), "iss": .string(try Party.node.principal.did),
            "iat": .int(testTime), "exp": .int(testTime + 100), "ttl": 60,
            "status_list": ["bits": 1, "lst": .string(try StatusList(bytes: [0x08]).compressed())],
        ]
        var map = try #require(good.mapValue)
        change(&map)
        return .map(map)
    }

    private func token(header: Value = header, claims: Value, by signer: Party = .node) throws -> String {
        let parts = try [header, claims].map { Base64URL.encode(Array(try DagJSON.encode($0).utf8)) }
        let input = parts.joined(separator: ".")
        return input + "." + Base64URL.encode(try signer.key().sign(Array(input.utf8)))
    }

    private func verify(
        _ token: String, issuer: Party = .node, uri: String = GrantFixture.listURI, at time: Int64 = testTime
    ) throws -> StatusListToken {
        try StatusListToken(verifying: token, issuer: issuer.principal, uri: uri, at: time)
    }

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

    @Test func `the second of expiry is the first one that is not valid`() throws {
        let token = try statusListToken(expiration: testTime + 10)
        #expect(throws: Never.self) { try verify(token, at: testTime + 9) }
        #expect(throws: CapabilityError.expired) { try verify(token, at: testTime + 10) }
    }

    @Test func `a token from more than a minute in the future is refused`() throws {
        let token = try statusListToken(issuedAt: testTime)
        #expect(throws: Never.self) { try verify(token, at: testTime - 60) }
        #expect(throws: CapabilityError.tooEarly) { try verify(token, at: testTime - 61) }
    }

    @Test(
        arguments: ["sub", "iss", "iat", "exp", "ttl", "status_list"], [nil, .null, true, .float(1), []] as [Value?])
    func `a claim that is absent or of another kind is refused`(claim: String, value: Value?) throws {
        #expect(throws: CapabilityError.malformed) { try verify(token(claims: claims { $0[claim] = value })) }
    }

    @Test(arguments: [0, -1] as [Value])
    func `a time to live below one second is refused`(value: Value) throws {
        #expect(throws: CapabilityError.malformed) { try verify(token(claims: claims { $0["ttl"] = value })) }
    }

    @Test(arguments: [0, 2, 4, 8, -1, "1", .null] as [Value])
    func `a status of another size is refused`(bits: Value) throws {
        let claims = try claims { $0.edit("status_list") { $0["bits"] = bits } }
        #expect(throws: CapabilityError.malformed) { try verify(token(claims: claims)) }
    }

    @Test(arguments: ["", "AAAA", "!", 1, .null] as [Value])
    func `a list that does not expand is refused`(list: Value) throws {
        let claims = try claims { $0.edit("status_list") { $0["lst"] = list } }
        #expect(throws: CapabilityError.malformed) { try verify(token(claims: claims)) }
    }

    @Test func `a bomb is refused`() throws {
        let bomb = try StatusList(bytes: [UInt8](repeating: 0, count: 64 << 20)).compressed()
        let claims = try claims { $0.edit("status_list") { $0["lst"] = .string(bomb) } }
        #expect(throws: CapabilityError.limitExceeded) { try verify(token(claims: claims)) }
    }

    @Test func `a token above the limit is refused before it is read`() {
        let text = String(repeating: ".", count: StatusListToken.maximumLength + 1)
        #expect(throws: CapabilityError.limitExceeded) { try verify(text) }
    }

    @Test(
        .enabled(if: PublishedVectors.exist(published), "no published vectors beside the project"),
        arguments: [("1-bit", true), ("2-bit", false), ("4-bit", false), ("8-bit", false)])
    func `of the published encodings the one of one bit is read`(name: String, isRead: Bool) throws {
        let root = try DagJSON.decode(PublishedVectors.read(Self.published))
        let vector = try #require(root.mapValue?[name]?.mapValue)
        let claims = try claims {
            $0.edit("status_list") {
                $0["bits"] = vector["bits"]
                $0["lst"] = vector["lst"]
            }
        }
        let refused = try refusal { try verify(token(claims: claims)) }
        #expect(refused == (isRead ? nil : .malformed))
    }
}
